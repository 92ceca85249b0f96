"""Records as a Parquet file: one pass finds the columns' types, another writes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

from labpool.wire.errors import KindUnavailable

from .export import Row, cell, rows, write_with
from .ledger import Ledger

BATCH = 5000
"""Rows of one row group."""

_EXACT = 2**53
_LONG = range(-(2**63), 2**63)


class Column:
    """The kinds of values that a column has.

    A column is of booleans, integers of 64 bits or floats where all its values are, and null
    where it has none; integers among floats are floats where these hold them exactly. Anything
    else is text, in which lists and objects are JSON.
    """

    def __init__(self) -> None:
        self._kinds: set[str] = set()

    def see(self, value: Any) -> None:
        """Take a value into account."""
        if value is not None:
            self._kinds.add(_kind(value))

    @property
    def type(self) -> str:
        """Pyarrow's name of the column's type."""
        match sorted(self._kinds):
            case []:
                return "null"
            case ["bool"]:
                return "bool"
            case ["exact"] | ["exact", "long"] | ["long"]:
                return "int64"
            case ["float"] | ["exact", "float"]:
                return "float64"
        return "string"


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "bool"
        case int():
            small = -_EXACT <= value <= _EXACT
            return "exact" if small else "long" if value in _LONG else "text"
        case float():
            return "float"
    return "text"


def write_parquet(ledger: Ledger, path: Path, *, changes: bool = False) -> int:
    """Write the records as Parquet, whole or not at all.

    Returns:
        Bytes of the file.

    Raises:
        KindUnavailable: Pyarrow is not installed.
        LedgerFull: There is no space; a file that was there before is as it was.
    """
    arrow, parquet = _pyarrow()
    last = ledger.last_record()
    types = {name: c.type for name, c in _columns(rows(ledger, last, changes=changes)).items()}
    schema = arrow.schema([(name, arrow.type_for_alias(kind)) for name, kind in types.items()])

    def fill(file: IO[bytes]) -> None:
        data = rows(ledger, last, changes=changes)
        with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
            while batch := list(islice(data, BATCH)):
                writer.write_table(arrow.Table.from_pydict(_by_column(batch, types), schema))

    return write_with(path, fill)


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ModuleNotFoundError as error:
        raise KindUnavailable(
            "Parquet files need pyarrow, which is not installed here: install it with "
            "`pip install 'labpool[train]'` or `pip install pyarrow`, or export csv or jsonl."
        ) from error
    return pa, parquet


def _columns(data: Iterator[Row]) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for row in data:
        for name, value in row.items():
            found.setdefault(name, Column()).see(value)
    return found


def _by_column(batch: list[Row], types: dict[str, str]) -> dict[str, list[Any]]:
    return {name: [_fitting(row.get(name), kind) for row in batch] for name, kind in types.items()}


def _fitting(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "string":
        return cell(value)
    return float(value) if kind == "float64" else value
