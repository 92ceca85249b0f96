"""One value found, as the type that the recipe asks for."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

from labpool.jobs.scrape.recipe import FieldRule
from labpool.jobs.scrape.recipe.patterns import MAX_SUBJECT

from .dates import date_text
from .numerals import LARGEST, integer, number, plain

MAX_DEPTH = 50
"""Levels of JSON that a value taken as it is may nest."""

_TRUE = frozenset({"true", "yes", "1", "on", "بله", "بلی", "آری", "درست"})
_FALSE = frozenset({"false", "no", "0", "off", "خیر", "نه", "نادرست"})


class Unreadable(ValueError):
    """A value that is not of the field's type."""


class Missing(Exception):
    """There is nothing: no text where one must be, or none that the pattern fits."""


def convert(value: Any, rule: FieldRule) -> Any:
    """Return a value that was found as JSON of the field's type.

    Args:
        value: Text, or JSON.
        rule: The field.

    Raises:
        Missing: It counts as not found.
        ValueError: It cannot be read as that type (``Unreadable``, and what reads dates raises).
    """
    if value is None:
        raise Missing
    if isinstance(value, str):
        value = value.strip() if rule.strip else value
        if rule.pattern is not None:
            value = _searched(value, rule.pattern, strip=rule.strip)
        if rule.type not in (None, "text") and not value.strip():
            raise Missing
    elif rule.pattern is not None:
        raise Unreadable(f"a pattern needs text, and this is {kind_of(value)}")
    if rule.type == "date":
        return _date(value, rule)
    return _READERS[rule.type](value)


def checked(value: Any) -> Any:
    """Return JSON as it is.

    Raises:
        ValueError: It nests too deep, or has in it what JSON cannot carry.
    """
    left = [(value, 0)]
    while left:
        inner, depth = left.pop()
        if depth > MAX_DEPTH:
            raise Unreadable(f"nests deeper than {MAX_DEPTH} levels")
        match inner:
            case dict():
                left += ((each, depth + 1) for each in (*inner.keys(), *inner.values()))
            case list():
                left += ((each, depth + 1) for each in inner)
            case str():
                try:
                    inner.encode()
                except UnicodeEncodeError as error:
                    raise Unreadable("half a surrogate pair in the text") from error
            case float() if not math.isfinite(inner):
                raise Unreadable(f"{inner} is no number of JSON")
            case None | bool() | int() | float():
                pass
            case _:
                raise Unreadable(f"{type(inner).__name__} is nothing that JSON has")
    return value


def kind_of(value: Any) -> str:
    """Return what people call a value's type."""
    names = {dict: "an object", list: "a list", bool: "true or false", str: "text"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else "something")


def _searched(text: str, pattern: str, *, strip: bool) -> str:
    if len(text) > MAX_SUBJECT:
        raise Unreadable(f"longer than {MAX_SUBJECT} characters, too long for a pattern")
    found = re.search(pattern, text)
    if found is None or found[1] is None:
        raise Missing
    return found[1].strip() if strip else found[1]


def _text(value: Any) -> str:
    checked(value)
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        raise Unreadable(f"not text but {kind_of(value)}")
    return json.dumps(value)


def _integer(value: Any) -> int:
    if isinstance(value, str):
        return integer(value)
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unreadable(f"not a whole number: {value!r:.60}")
    if abs(value) > LARGEST:
        raise Unreadable("too large a number")
    return value


def _number(value: Any) -> int | float:
    if isinstance(value, str):
        return number(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unreadable(f"not a number but {kind_of(value)}")
    if isinstance(value, int):
        return _integer(value)
    if not math.isfinite(value):
        raise Unreadable(f"{value} is no number of JSON")
    return value


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = plain(value).casefold() if isinstance(value, str) else str(value)
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Unreadable(f"neither true nor false: {value!r:.60}")


def _date(value: Any, rule: FieldRule) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unreadable(f"not a date but {kind_of(value)}")
    return date_text(value, rule)


_READERS: dict[str | None, Callable[[Any], Any]] = {
    None: checked,
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
}
