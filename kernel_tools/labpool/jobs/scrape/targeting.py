"""One target: what a page's address is filled with, and the id that tells it from others."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .recipe import Recipe
from .template import Value

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
MAX_TEXT = 8192
"""Longest value of a field, characters."""
MAX_FIELDS = 100


class NoTarget(ValueError):
    """A text or an object that stands for no target."""


class TargetError(ValueError):
    """Targets that cannot be used.

    Args:
        field: The parameter they come from ("targets", "targets_file" or "pattern").
        message: Where, and why.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True)
class Target:
    """What is scraped as one item.

    Attributes:
        id: Unique in a run, and the same in every run: the field id, else url, else a hash.
        fields: What templates and records may use.
    """

    id: str
    fields: Mapping[str, Value]


def target_of(given: Any, recipe: Recipe) -> Target:
    """Return the target that an address, an id or an object with named fields stands for.

    An address has the field ``url`` and, where it fits the recipe's page, the fields that lead
    to it.

    Raises:
        NoTarget: It is none of these; the message says what is wrong.
    """
    if isinstance(given, Mapping):
        fields = _checked(given)
    elif isinstance(given, str | int) and not isinstance(given, bool):
        fields = _checked(_named(given, recipe))
    else:
        raise NoTarget(f"neither text nor an object with named fields, but {given!r:.60}")
    return Target(_id(fields), fields)


def _named(given: str | int, recipe: Recipe) -> Mapping[str, Value]:
    text = given.strip() if isinstance(given, str) else given
    if isinstance(text, str) and _ADDRESS.match(text):
        text = without_fragment(text)
        return {"url": text, **(recipe.fields_of(text) or {})}
    return {"id": text}


def without_fragment(url: str) -> str:
    """Return an address without the part after ``#``, which names a place on the same page.

    Where that begins with ``/`` or ``!``, scripts draw another page by it: then it stays.
    """
    page, _, fragment = url.partition("#")
    return url if fragment.startswith(("/", "!")) else page


def _checked(given: Mapping[Any, Any]) -> dict[str, Value]:
    fields: dict[str, Value] = {}
    for name, value in given.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise NoTarget(f"{name!r:.60} is not the name of a field: letters, digits and _")
        if value is None:
            continue  # the same as a field that is not there
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise NoTarget(f"the field {name!r} is neither text nor a whole number: {value!r:.60}")
        if isinstance(value, int) and abs(value) >= 1 << 63:
            raise NoTarget(f"the field {name!r} is too large a number; write it as text")
        if isinstance(value, str):
            _check_text(name, value)
        fields[name] = value
    if not any(value != "" for value in fields.values()):
        raise NoTarget("the target is empty")
    if len(fields) > MAX_FIELDS:
        raise NoTarget(f"more than {MAX_FIELDS} fields")
    return fields


def _check_text(name: str, value: str) -> None:
    if len(value) > MAX_TEXT:
        raise NoTarget(f"the field {name!r} is longer than {MAX_TEXT} characters")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise NoTarget(f"the field {name!r} has half a surrogate pair in it") from error


def _id(fields: Mapping[str, Value]) -> str:
    if fields.get("id", "") != "":
        return str(fields["id"])
    if fields.get("url", "") != "":
        return without_fragment(str(fields["url"]))
    canonical = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]
