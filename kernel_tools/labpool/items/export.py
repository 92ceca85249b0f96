"""Records as files for other programs: JSON lines, CSV, Parquet.

An export has the data of the records, oldest first, and ends with the newest one that there is
when it begins; what is gone is left out. ``changes`` adds a column ``_change`` (new, changed,
same, gone) and the records that are gone.

CSV cells that begin with ``=``, ``+``, ``-`` or ``@`` are written as they are: they are data, and
a number may begin so. A spreadsheet takes such a cell for a formula; import the file as text
where the pages are not to be trusted.
"""

from __future__ import annotations

import csv
import io
import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from labpool.hub.durable import DRAFT, sync

from .errors import in_words
from .ledger import Ledger

Row = dict[str, Any]

CHANGE = "_change"
PIECE = 64 * 1024
"""Bytes that a stream gathers before it hands them on, about."""


def stream_jsonl(ledger: Ledger, *, changes: bool = False) -> Iterator[bytes]:
    """Return the records as JSON lines, UTF-8, in pieces."""
    lines = (_json(row) + "\n" for row in rows(ledger, ledger.last_record(), changes=changes))
    yield from _pieces(lines)


def stream_csv(ledger: Ledger, *, changes: bool = False, bom: bool = False) -> Iterator[bytes]:
    """Return the records as CSV (RFC 4180, UTF-8), in pieces.

    The header has the fields of all records in the order in which they first appear. Lists and
    objects are JSON text, what is missing or null is empty.

    Args:
        bom: Begin with the mark by which some spreadsheets know UTF-8.
    """
    last = ledger.last_record()
    columns = list(
        dict.fromkeys(name for row in rows(ledger, last, changes=changes) for name in row)
    )
    yield from _pieces(_csv_lines(columns, rows(ledger, last, changes=changes), bom=bom))


def write_jsonl(ledger: Ledger, path: Path, *, changes: bool = False) -> int:
    """Write the records as JSON lines; see ``write``."""
    return write(path, stream_jsonl(ledger, changes=changes))


def write_csv(ledger: Ledger, path: Path, *, changes: bool = False, bom: bool = False) -> int:
    """Write the records as CSV; see ``stream_csv`` and ``write``."""
    return write(path, stream_csv(ledger, changes=changes, bom=bom))


def write(path: Path, pieces: Iterable[bytes]) -> int:
    """Write a file whole or not at all.

    Returns:
        Its bytes.

    Raises:
        LedgerFull: There is no space; a file that was there before is as it was.
    """

    def fill(file: IO[bytes]) -> None:
        for piece in pieces:
            file.write(piece)

    return write_with(path, fill)


def write_with(path: Path, fill: Callable[[IO[bytes]], None]) -> int:
    """Do the same with a function that writes into the open file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}{DRAFT}")
    with in_words(path):
        try:
            with draft.open("xb") as file:
                fill(file)
            sync(draft)
            size = draft.stat().st_size
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        sync(path.parent)
    return size


def rows(ledger: Ledger, last: int, *, changes: bool) -> Iterator[Row]:
    """Return what an export has of each record.

    Args:
        last: The newest record to take.
        changes: Whether to say what changed, too.
    """
    for record in ledger.iterate_records(last):
        if changes:
            yield {CHANGE: record.change, **record.data}
        elif record.change != "gone":
            yield record.data


def _csv_lines(columns: list[str], data: Iterator[Row], *, bom: bool) -> Iterator[str]:
    line = io.StringIO()
    writer = csv.writer(line)
    if bom:
        line.write("\ufeff")
    writer.writerow(columns)
    yield _taken(line)
    for row in data:
        writer.writerow([cell(row.get(name)) for name in columns])
        yield _taken(line)


def _taken(line: io.StringIO) -> str:
    text = line.getvalue()
    line.seek(0)
    line.truncate()
    return text


def cell(value: Any) -> str:
    """Return a value as text for a table."""
    if value is None:
        return ""
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _pieces(lines: Iterator[str]) -> Iterator[bytes]:
    piece = bytearray()
    for line in lines:
        piece += line.encode("utf-8")
        if len(piece) >= PIECE:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)
