"""What a job says, made plain: what JSON, the database and a person's eye can take.

All that a job says passes through here at the moment when it is said, so that a value that
cannot be carried is told at the caller's own line, and never to the thread that sends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from enum import Enum
from math import isfinite
from os import PathLike, fspath
from typing import Any, SupportsFloat

from pydantic import BaseModel

TEXT_LIMIT = 20_000
"""Longest text, characters: a line of the log, a message, a value within facts."""
NOTICE_LIMIT = 1000
"""Longest message of a notice, characters: a list of runs carries them all."""
NAME_LIMIT = 1000
"""Longest name of a metric, an artifact, a field or a unit, characters."""
DEEPEST = 50
"""Most levels of lists and mappings within one another."""

Hide = Callable[[str], str]


def text(value: str, limit: int = TEXT_LIMIT) -> str:
    """Return a text that UTF-8 can carry, cut with a mark where it is too long.

    Args:
        value: Any text; halves of surrogates, as ``os.fsdecode`` makes them, are escaped.
        limit: Most characters that are kept.
    """
    kept = value if len(value) <= limit else _cut(value, limit)
    try:
        kept.encode()
    except UnicodeEncodeError:
        kept = kept.encode(errors="backslashreplace").decode()
    return str(kept)


def said_by(value: object, how: Callable[[Any], str] = str) -> str:
    """Return what a stranger's value says of itself, or that it fails to.

    Args:
        value: An error, or anything else.
        how: ``str`` or ``repr``.
    """
    try:
        return how(value)
    except BaseException as inner:  # noqa: BLE001 - its own code is as strange as the value
        return f"(its words cannot be had: {type(inner).__name__})"


def _unchanged(value: str) -> str:
    return value


def words(error: BaseException, hide: Hide = _unchanged) -> str:
    """Return an exception's name and words, also of one whose words cannot be had.

    Args:
        error: What was raised.
        hide: Blacks out secrets; before the text is cut, which could leave a piece of one.
    """
    name, said = type(error).__name__, said_by(error)
    return text(hide(f"{name}: {said}" if said else name))


def plain(value: Any, hide: Hide, where: str = "", limit: int = TEXT_LIMIT) -> Any:
    """Return a value as plain JSON, with texts checked, cut and cleared of secrets.

    Numbers of numpy and torch, decimals and fractions become numbers; what is not finite
    becomes its word, as JSON has no such number.

    Args:
        value: What a job said.
        hide: Blacks out secrets in a text.
        where: Path of the value, for the error.
        limit: Longest text, characters.

    Raises:
        TypeError: It holds something that JSON cannot carry.
    """
    return _plain(value, hide, where, limit, DEEPEST)


def _plain(value: Any, hide: Hide, where: str, limit: int, levels: int) -> Any:
    match value:
        case None | bool():
            return value
        case str():
            return text(hide(value), limit)
        case int():
            return _whole(int(value), where)
        case float():
            return float(value) if isfinite(value) else str(float(value))
        case Mapping() | BaseModel() | list() | tuple() | AbstractSet():
            return _many(value, hide, where, limit, levels)
    return _plain(_one(value, where), hide, where, limit, levels)


def _many(value: Any, hide: Hide, where: str, limit: int, levels: int) -> Any:
    if levels == 0:
        raise TypeError(f"{where or 'the value'} has more than {DEEPEST} levels")
    if isinstance(value, Mapping | BaseModel):
        told: dict[str, Any] = {}
        for key, inner in dict(value).items():
            name = _free(text(hide(_key(key, where)), NAME_LIMIT), told)
            told[name] = _plain(inner, hide, _below(where, key), limit, levels - 1)
        return told
    return [
        _plain(inner, hide, f"{where}[{at}]", limit, levels - 1) for at, inner in enumerate(value)
    ]


def _free(name: str, taken: Mapping[str, Any]) -> str:
    """Return a name not yet taken: cut, blacked out or a number, two may have become one."""
    found, count = name, 1
    while found in taken:
        count += 1
        mark = f" ({count})"
        found = name[: NAME_LIMIT - len(mark)] + mark
    return found


def _one(value: Any, where: str) -> bool | int | float | str:
    """Return what a path, a member or a scalar of another library stands for.

    The library is not imported: numpy's and torch's scalars all have ``ndim`` and ``item``.
    """
    if isinstance(value, PathLike):
        return str(fspath(value))
    if isinstance(value, Enum):
        return _one(value.value, where)
    if isinstance(value, bool | int | float | str):
        return value
    if getattr(value, "ndim", 0) == 0:
        item = getattr(value, "item", None)
        found = item() if callable(item) else value
        if isinstance(found, bool | int | float | str):
            return found
        if isinstance(found, SupportsFloat):
            return float(found)
    raise TypeError(
        f"{where or 'the value'} is a {type(value).__name__}, which JSON cannot carry: say a "
        "number, a text, a list or a mapping, or write it to a file"
    )


def _whole(value: int, where: str) -> int:
    if value.bit_length() > 1024:  # beyond any float; Python would not even write it down
        raise TypeError(f"{where or 'the value'} is a number of {value.bit_length()} bits")
    return value


def _key(key: Any, where: str) -> str:
    if isinstance(key, str | int | float | bool) or key is None:
        return str(key)
    number = _one(key, f"a name in {where}" if where else "a name")
    return str(number)


def _below(where: str, key: Any) -> str:
    name = str(key) if isinstance(key, str | int | float) else type(key).__name__
    return f"{where}.{name[:100]}" if where else name[:100]


def _cut(value: str, limit: int) -> str:
    mark = f" … [cut: {len(value):,} characters in all]"
    return value[: max(0, limit - len(mark))] + mark
