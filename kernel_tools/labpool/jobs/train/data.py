"""Reads labelled texts from jsonl, csv and parquet files.

Standard library only (pyarrow for parquet), so that a server can look at the data before it
accepts a run.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from .visible import beside, listed, match, shown

SUFFIXES = (".jsonl", ".csv", ".parquet")
SPLITS = ("train", "validation", "test")
PARQUET_ROWS = 4096


class DataError(Exception):
    """A data set that cannot be used.

    Args:
        field: The parameter it belongs to ("dataset", "text_column", ...).
        message: File, line and reason.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class Row(NamedTuple):
    """One row as the file has it; nothing is checked yet.

    Attributes:
        text: What stands in the text column; None where nothing does.
        label: What stands in the column of the class; None where nothing does.
        line: Counts from 1 (lines of the file; rows in parquet).
        file: Name of the file, for words about the row.
    """

    text: Any
    label: Any
    line: int
    file: str


class Example(NamedTuple):
    """One labelled text that can be used; line and file are those of its row."""

    text: str
    label: str
    line: int
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Names of the columns that hold the text and the class."""

    text: str
    label: str


def read(
    path: Path,
    columns: Columns,
    max_bytes: int | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Iterator[Row]:
    """Read the two columns of one file, row by row, as they are.

    A row of jsonl may lack a column (then it is None), but not all of them.

    Args:
        path: A ``.jsonl``, ``.csv`` or ``.parquet`` file, UTF-8.
        columns: Where the text and the class are.
        max_bytes: Stop after about so many bytes; None reads all.
        tell: Called with what a person should know of how the file was read.

    Raises:
        DataError: The file is missing, unreadable or cut off, or has no such column.
    """
    readers = {".jsonl": _jsonl, ".csv": _csv, ".parquet": _parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise DataError(
            "dataset",
            f"{path.name}: {path.suffix or 'a file with no suffix'} is not a kind of file that can "
            f"be read; use {', '.join(SUFFIXES)}",
        )
    absent = {"text_column": columns.text, "label_column": columns.label}
    first: tuple[int, Mapping[str, Any]] | None = None
    try:
        for line, row in reader(path, columns, max_bytes):
            first = first or (line, row)
            text, label = match(columns.text, row), match(columns.label, row)
            if absent:
                found = {"text_column": text, "label_column": label}
                for field in [field for field in absent if found[field] is not None]:
                    _tell_name(path, tell, absent.pop(field), found[field])
            yield Row(
                None if text is None else row[text],
                None if label is None else row[label],
                line,
                path.name,
            )
    except OSError as error:
        raise DataError("dataset", f"{path.name}: {error.strerror or error}") from error
    if first and absent:
        field, name = next(iter(absent.items()))
        raise _no_column(path, first[0], field, name, first[1])


def _tell_name(path: Path, tell: Callable[[str], None], asked: str, name: str | None) -> None:
    if name is not None and name != asked:
        tell(f"{path.name}: column {shown(name)} is taken for {shown(asked)}")


def _no_column(path: Path, line: int, field: str, name: str, names: Any) -> DataError:
    there = [str(other) for other in names]
    return DataError(
        field,
        f"{path.name}, line {line}: no column {beside(name, there)}; there are: "
        f"{listed(there, [name])}",
    )


def _lines(path: Path, max_bytes: int | None) -> Iterator[tuple[int, str]]:
    """Yield numbered lines, decoded one by one so that a bad byte has a line number."""
    seen = 0
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            try:
                yield number, raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise DataError(
                    "dataset",
                    f"{path.name}, line {number}: not UTF-8 (byte {error.start + 1} of the line is "
                    f"0x{raw[error.start]:02x}); save the file as UTF-8",
                ) from error
            seen += len(raw)
            if max_bytes is not None and seen >= max_bytes:
                return


def _jsonl(path: Path, _: Columns, max_bytes: int | None) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in _lines(path, max_bytes):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            cut = "" if line.endswith("\n") else "; the last line is cut off"
            reason = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            raise DataError(
                "dataset", f"{path.name}, line {number}: not JSON ({reason}){cut}"
            ) from error
        if not isinstance(row, dict):
            raise DataError(
                "dataset", f"{path.name}, line {number}: not an object with named columns"
            )
        yield number, row


def _csv(
    path: Path, columns: Columns, max_bytes: int | None
) -> Iterator[tuple[int, dict[str, str]]]:
    rows = csv.reader((line for _, line in _lines(path, max_bytes)), strict=True)
    try:
        header = next(rows, None)
        if header is None:
            return
        if twice := {name for name in header if header.count(name) > 1}:
            raise DataError(
                "dataset",
                f"{path.name}, line 1: column {shown(min(twice))} is there more than once",
            )
        for field, name in (("text_column", columns.text), ("label_column", columns.label)):
            if match(name, header) is None:
                raise _no_column(path, 1, field, name, header)
        start = rows.line_num + 1
        for row in rows:
            if row and len(row) != len(header):
                raise DataError(
                    "dataset",
                    f"{path.name}, line {start}: {len(row)} columns, but the first line names "
                    f"{len(header)}; quote texts that contain a comma",
                )
            if row:
                yield start, dict(zip(header, row, strict=True))
            start = rows.line_num + 1
    except csv.Error as error:
        # The reader can stop inside a quoted text only because the limit cut it off.
        if max_bytes is not None and path.stat().st_size > max_bytes:
            return
        raise DataError("dataset", f"{path.name}, line {rows.line_num}: {error}") from error


def _parquet(
    path: Path, columns: Columns, max_bytes: int | None
) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        import pyarrow as pa  # only parquet needs it
        import pyarrow.parquet as pq
    except ImportError as error:
        raise DataError(
            "dataset", f"{path.name}: parquet needs pyarrow; pip install pyarrow, or use jsonl"
        ) from error
    seen, number = 0, 0
    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            for field, name in (("text_column", columns.text), ("label_column", columns.label)):
                if match(name, names) is None:
                    raise _no_column(path, 1, field, name, names)
            wanted = [match(columns.text, names), match(columns.label, names)]
            for batch in file.iter_batches(batch_size=PARQUET_ROWS, columns=wanted):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
                seen += batch.nbytes
                if max_bytes is not None and seen >= max_bytes:
                    return
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
            raise
        raise DataError(
            "dataset",
            f"{path.name}, row {number + 1}: not a whole parquet file ({str(error)[:120]})",
        ) from error
