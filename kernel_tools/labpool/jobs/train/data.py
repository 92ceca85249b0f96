"""Reads labelled texts from jsonl, csv, tsv and parquet files.

Standard library only (pyarrow for parquet), so that a server can look at the data before it
accepts a run.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from labpool.runtime.digests import sha256_of

from .errors import DataError
from .lines import Advance, Tell, lines, member
from .visible import beside, listed, match, shown

TEXTS = (".jsonl", ".csv", ".tsv")
SUFFIXES = (*TEXTS, ".parquet", *(f"{suffix}.gz" for suffix in TEXTS), ".zip")
SPLITS = ("train", "validation", "test")
PARQUET_ROWS = 4096
LONGEST_FIELD = 64 << 20
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


class Row(NamedTuple):
    """One row as the file has it; nothing is checked yet.

    Attributes:
        text: What stands in the text column; None where nothing does.
        label: What stands in the column of the class; None where nothing does.
        line: Counts from 1 (lines of the file; rows in parquet).
        file: Name of the file, for words about the row.
        field: Path of the param that names the data set.
    """

    text: Any
    label: Any
    line: int
    file: str
    field: str = "dataset"


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


def table_suffix(path: Path) -> str:
    """Return how the name of a file that can be read ends, as it is written; "" for others."""
    name = path.name.lower()
    suffix = max((s for s in SUFFIXES if name.endswith(s)), key=len, default="")
    return path.name[len(name) - len(suffix) :] if suffix else ""


def read(
    path: Path,
    columns: Columns,
    max_bytes: int | None = None,
    tell: Tell = lambda _: None,
    advance: Advance = lambda _: None,
    digests: dict[Path, str] | None = None,
) -> Iterator[Row]:
    """Read the two columns of one file, row by row, as they are.

    A row of jsonl may lack a column (then it is None), but not all of them.

    Args:
        path: A file with one of ``SUFFIXES``.
        columns: Where the text and the class are.
        max_bytes: Stop after about so many bytes; None reads all.
        tell: Called with what a person should know of how the file was read.
        advance: Called now and then with the bytes of the file read so far.
        digests: Given the SHA-256 of the file, once all rows are read.

    Raises:
        DataError: The file is missing, unreadable or cut off, or has no such column.
    """
    suffix = table_suffix(path).lower()
    if not suffix:
        raise DataError(
            "dataset",
            f"{path.name}: {path.suffix or 'a file with no suffix'} is not a kind of file that can "
            f"be read; use {', '.join(SUFFIXES)}",
        )
    try:
        if suffix == ".parquet":
            yield from _parquet(path, columns, max_bytes, tell, advance)
            if digests is not None:
                # Its columns are read out of order.
                digests[path] = sha256_of(path)
            return
        inner = member(path, TEXTS) if suffix == ".zip" else None
        numbered = lines(path, inner, max_bytes, tell, advance, digests)
        if (inner.filename.lower() if inner else suffix).removesuffix(".gz").endswith(".jsonl"):
            yield from _named(path, _jsonl(path, numbered), columns, tell)
        else:
            yield from _csv(path, numbered, columns, max_bytes, tell)
    except OSError as error:
        raise DataError("dataset", f"{path.name}: {error.strerror or error}") from error


def _named(
    path: Path, rows: Iterator[tuple[int, dict[str, Any]]], columns: Columns, tell: Tell
) -> Iterator[Row]:
    """Take the two columns out of rows that name their columns each for itself."""
    absent = {"text_column": columns.text, "label_column": columns.label}
    first: tuple[int, Mapping[str, Any]] | None = None
    for line, row in rows:
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
    if first and absent:
        field, name = next(iter(absent.items()))
        raise _no_column(path, first[0], field, name, first[1])


def _tell_name(path: Path, tell: Tell, asked: str, name: str | None) -> None:
    if name is not None and name != asked:
        tell(f"{path.name}: column {shown(name)} is taken for {shown(asked)}")


def _no_column(path: Path, line: int, field: str, name: str, names: Any) -> DataError:
    there = [str(other) for other in names]
    return DataError(
        field,
        f"{path.name}, line {line}: no column {beside(name, there)}; there are: "
        f"{listed(there, [name])}",
    )


def _position(asked: str, names: list[str]) -> int | None:
    """Find a column by its name, or by its position from 0 where no name is such a number."""
    name = match(asked, names)
    if name is not None:
        return names.index(name)
    return int(asked) if asked.isdecimal() and int(asked) < len(names) else None


def _positions(path: Path, columns: Columns, names: list[str], tell: Tell) -> tuple[int, int]:
    """Find the two columns of a table.

    Raises:
        DataError: One of them is not there, or more than once.
    """
    found = []
    for field, asked in (("text_column", columns.text), ("label_column", columns.label)):
        position = _position(asked, names)
        if position is None:
            raise _no_column(path, 1, field, asked, names)
        if names[position] == asked and names.count(asked) > 1:
            raise DataError(
                "dataset", f"{path.name}, line 1: column {shown(asked)} is there more than once"
            )
        _tell_name(path, tell, asked, names[position])
        found.append(position)
    return found[0], found[1]


def _jsonl(path: Path, numbered: Iterator[tuple[int, str]]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in numbered:
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
    path: Path,
    numbered: Iterator[tuple[int, str]],
    columns: Columns,
    max_bytes: int | None,
    tell: Tell,
) -> Iterator[Row]:
    _, top = next(numbered, (1, ""))
    separator = _separator(top, columns)
    if separator not in (",", "\t" if ".tsv" in path.name.lower() else ","):
        tell(f"{path.name}: its columns are separated by {SEPARATORS[separator]}")
    csv.field_size_limit(LONGEST_FIELD)
    rows = csv.reader(
        chain([top] if top else [], (line for _, line in numbered)),
        strict=True,
        delimiter=separator,
    )
    try:
        header = next(rows, None)
        if header is None:
            return
        text, label = _positions(path, columns, header, tell)
        start = rows.line_num + 1
        for row in rows:
            if row and len(row) != len(header):
                raise DataError(
                    "dataset",
                    f"{path.name}, line {start}: {len(row)} columns, but the first line names "
                    f"{len(header)}; quote texts that contain a {SEPARATORS[separator]}",
                )
            if row:
                yield Row(row[text], row[label], start, path.name)
            start = rows.line_num + 1
    except csv.Error as error:
        # The reader can stop inside a quoted text only because the limit cut it off.
        packed = path.suffix.lower() in (".gz", ".zip")
        cut = max_bytes is not None and (packed or path.stat().st_size > max_bytes)
        if cut and "unexpected end" in str(error):
            return
        raise DataError("dataset", f"{path.name}, line {rows.line_num}: {error}") from error


def _separator(top: str, columns: Columns) -> str:
    """Find what separates columns: what brings both columns out, or the most of them."""

    def fits(separator: str) -> tuple[bool, int]:
        try:
            names = next(csv.reader([top], delimiter=separator), [])
        except csv.Error:
            return False, 0
        return (
            all(_position(name, names) is not None for name in (columns.text, columns.label)),
            len(names),
        )

    return max(SEPARATORS, key=fits)


def _parquet(
    path: Path, columns: Columns, max_bytes: int | None, tell: Tell, advance: Advance
) -> Iterator[Row]:
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
            text, label = (names[at] for at in _positions(path, columns, names, tell))
            classes = _class_names(file.schema_arrow.metadata or {}, label)
            size, count = path.stat().st_size, max(file.metadata.num_rows, 1)
            for batch in file.iter_batches(batch_size=PARQUET_ROWS, columns=[text, label]):
                for row in batch.to_pylist():
                    number += 1
                    value = row[label]
                    if classes and isinstance(value, int):
                        value = classes[value] if 0 <= value < len(classes) else None
                    yield Row(row[text], value, number, path.name)
                seen += batch.nbytes
                advance(size * number // count)
                if max_bytes is not None and seen >= max_bytes:
                    return
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
            raise
        raise DataError(
            "dataset",
            f"{path.name}, row {number + 1}: not a whole parquet file ({str(error)[:120]})",
        ) from error


def _class_names(metadata: Mapping[bytes, bytes], column: str) -> list[str]:
    """Return the names that the datasets library wrote down for a column of numbers."""
    try:
        feature = json.loads(metadata[b"huggingface"])["info"]["features"][column]
        names = feature["names"] if feature["_type"] == "ClassLabel" else []
    except (KeyError, TypeError, ValueError):
        return []
    return [str(name) for name in names] if isinstance(names, list) else []
