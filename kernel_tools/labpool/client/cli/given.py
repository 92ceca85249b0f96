"""Targets and variables from the command line."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from labpool.wire.errors import InvalidRequest

SUFFIXES = (".jsonl", ".csv", ".txt")


def variables(pairs: Iterable[str]) -> dict[str, str]:
    """Return the variables that ``name=value`` give.

    Raises:
        InvalidRequest: One of them has no name or no value.
    """
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise InvalidRequest(f"--var {pair!r} is no variable; write name=value")
        found[name] = value
    return found


def targets_of(sources: Iterable[str], single: Iterable[str]) -> list[Any]:
    """Return targets.

    Args:
        sources: Each a file here, "-" for standard input (one target a line) or a list with
            commas.
        single: Each a target as it is.

    Raises:
        InvalidRequest: A file cannot be read.
    """
    return [*(target for source in sources for target in _of(source)), *single]


def _of(source: str) -> Iterator[Any]:
    if source == "-":
        return _lines(sys.stdin)
    path = Path(source).expanduser()
    if path.suffix.lower() not in SUFFIXES:
        return (part.strip() for part in source.split(",") if part.strip())
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return iter(list(_in_file(path, file)))
    except (OSError, ValueError, csv.Error) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise InvalidRequest(f"--targets {source} cannot be read: {why}") from None


def _in_file(path: Path, file: Iterable[str]) -> Iterator[Any]:
    match path.suffix.lower():
        case ".csv":
            for row in csv.DictReader(file, strict=True):
                yield {name: value for name, value in row.items() if name and value}
        case ".jsonl":
            yield from (json.loads(line) for line in _lines(file))
        case _:
            yield from _lines(file)


def _lines(file: Iterable[str]) -> Iterator[str]:
    return (line.strip() for line in file if line.strip())
