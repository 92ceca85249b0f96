"""Reads targets from jsonl and csv files, one at a time, with the line of each."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .targeting import TargetError

SUFFIXES = (".jsonl", ".csv")
MAX_LINE = 1 << 20
"""Longest line, bytes."""


def rows(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield the number of each line, from 1, and what stands there: a text or an object.

    Raises:
        TargetError: The file is missing or unreadable, or a line is no target.
    """
    readers = {".jsonl": _jsonl, ".csv": _csv}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise _refused(path, None, f"not a kind of file that is read; use {' or '.join(SUFFIXES)}")
    try:
        yield from reader(path)
    except OSError as error:
        raise _refused(path, None, error.strerror or str(error)) from error


def _refused(path: Path, line: int | None, reason: str) -> TargetError:
    where = path.name if line is None else f"{path.name}, line {line}"
    return TargetError("targets_file", f"{where}: {reason}")


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(MAX_LINE + 1):
            number += 1
            if len(raw) > MAX_LINE:
                raise _refused(path, number, f"longer than {MAX_LINE} bytes")
            try:
                yield number, raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise _refused(
                    path, number, f"not UTF-8 (byte {error.start + 1}); save the file as UTF-8"
                ) from error


def _jsonl(path: Path) -> Iterator[tuple[int, Any]]:
    for number, line in _lines(path):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError) as error:
            cut = "" if line.endswith("\n") else "; the last line is cut off"
            reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            raise _refused(path, number, f"not JSON ({reason}){cut}") from error


def _csv(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader((line for _, line in _lines(path)), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if twice := sorted({name for name in header if header.count(name) > 1}):
            raise _refused(path, 1, f"the column {twice[0]!r} is there more than once")
        start = reader.line_num + 1
        for row in reader:
            if row and len(row) != len(header):
                raise _refused(
                    path, start, f"{len(row)} columns, but the first line names {len(header)}"
                )
            if row:
                # An empty cell is a field that this target does not have.
                yield start, {k: v for k, v in zip(header, row, strict=True) if v != ""}
            start = reader.line_num + 1
    except csv.Error as error:
        raise _refused(path, max(reader.line_num, 1), str(error)) from error
