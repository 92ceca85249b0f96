"""Dates and times, read in either calendar, told in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from labpool.jobs.scrape.recipe import FieldRule

from .numerals import plain
from .persian import to_gregorian

_PERSIAN = re.compile(
    r"(?P<Y>[0-9]{4})[/-](?P<m>[0-9]{1,2})[/-](?P<d>[0-9]{1,2})"
    r"(?:(?:T|\s*[،,]?\s*)(?P<H>[0-9]{1,2}):(?P<M>[0-9]{1,2})(?::(?P<S>[0-9]{1,2}))?)?"
)
_WIDTH = {"Y": "4"}
_MAX_TEXT = 200


def date_text(value: str | float, rule: FieldRule) -> str:
    """Return ISO 8601, UTC, with a ``Z``.

    Args:
        value: Text, or a number where the format is "unix" or "unix_ms".
        rule: Its format, calendar and time zone.

    Raises:
        ValueError: It is no such date.
    """
    try:
        moment = _unix(value, rule.format) if not isinstance(value, str) else _read(value, rule)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(rule.timezone))
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except OverflowError as error:
        raise ValueError("a date beyond the years 1 to 9999") from error


def _read(text: str, rule: FieldRule) -> datetime:
    text = plain(text)
    if len(text) > _MAX_TEXT:
        raise ValueError("too long for a date")
    if rule.format in ("unix", "unix_ms"):
        return _unix(float(text), rule.format)
    if rule.calendar == "persian":
        return _persian(text, rule.format)
    if rule.format is None:
        try:
            return datetime.fromisoformat(text)
        except ValueError as error:
            raise ValueError("not a date in ISO 8601; give its format") from error
    try:
        return datetime.strptime(text, rule.format)  # noqa: DTZ007 - the caller sets the zone
    except ValueError as error:
        raise ValueError(f"not a date of the format {rule.format}") from error


def _unix(value: float, unit: str | None) -> datetime:
    if unit not in ("unix", "unix_ms"):
        raise ValueError("a number is a date only where format says unix or unix_ms")
    try:
        return datetime.fromtimestamp(value / 1000 if unit == "unix_ms" else value, UTC)
    except (OSError, ValueError) as error:
        raise ValueError("a date beyond the years 1 to 9999") from error


def _persian(text: str, pattern: str | None) -> datetime:
    expression = _PERSIAN if pattern is None else _expression(pattern)
    found = expression.fullmatch(text)
    if found is None:
        raise ValueError(f"not a Persian date of the format {pattern or '%Y/%m/%d'}")
    part = {name: int(digits or 0) for name, digits in found.groupdict().items()}
    clock = time(part.get("H", 0), part.get("M", 0), part.get("S", 0))
    return datetime.combine(to_gregorian(part["Y"], part["m"], part["d"]), clock)


def _expression(pattern: str) -> re.Pattern[str]:
    expression = ""
    for piece in re.split(r"(%.)", plain(pattern)):
        if piece == "%%":
            expression += "%"
        elif piece.startswith("%") and len(piece) == 2:
            expression += f"(?P<{piece[1]}>[0-9]{{{_WIDTH.get(piece[1], '1,2')}}})"
        else:
            expression += re.escape(piece)
    return re.compile(expression)
