"""Parameters from the command line: ``key=value`` and JSON files."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from labpool.wire.errors import InvalidRequest


def parse(pairs: Iterable[str], file: str | None = None) -> dict[str, Any]:
    """Return a kind's parameters.

    Args:
        pairs: ``key=value``: JSON where it is JSON (``3``, ``true``, ``[1, 2]``, ``"3"``), text
            otherwise. A dotted key nests: ``model.hidden=64``. A key that comes again makes a
            list of its values.
        file: Name of a JSON file with an object, or ``-`` for the standard input; the pairs go
            before what it says.

    Raises:
        InvalidRequest: One of them cannot be read.
    """
    params = _from_file(file) if file else {}
    given: dict[str, list[Any]] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not all(key.split(".")):
            raise InvalidRequest(f"{pair!r} is no parameter; write key=value")
        given.setdefault(key, []).append(_value(text))
    for key, values in given.items():
        _put(params, key, values if len(values) > 1 else values[0])
    return params


def _from_file(name: str) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        params = json.loads(text)
    except (OSError, ValueError) as error:
        raise InvalidRequest(f"--params {name} cannot be read: {error}") from None
    if not isinstance(params, dict):
        raise InvalidRequest(f"--params {name} must hold one JSON object")
    return params


def _value(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_number)
    except ValueError:
        return text


def _no_number(word: str) -> Any:
    raise ValueError(word)  # NaN and Infinity are no JSON


def _put(params: dict[str, Any], key: str, value: Any) -> None:
    *folders, last = key.split(".")
    for folder in folders:
        params = params.setdefault(folder, {})
        if not isinstance(params, dict):
            raise InvalidRequest(f"{key}: {folder} has a value already, so nothing fits below it")
    params[last] = value
