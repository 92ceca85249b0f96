"""The records of a run: iterated page by page, as a table, as a file."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import islice
from pathlib import Path
from typing import Any

import httpx

from labpool.wire.errors import InvalidRequest, ServerUnavailable
from labpool.wire.items import RecordChange, RecordRow

from .asynchronous import twin
from .connection import Connection
from .listings import changes
from .show import Listing, one_line, text_table

FORMATS = {".jsonl": "jsonl", ".csv": "csv", ".parquet": "parquet"}
SHOWN = 10
"""Records that are shown of many."""
LOOKED_AT = 100
"""Records that are asked for to show some: those that are gone are among them."""
CELL = 80
"""Longest text in a cell that is shown, characters."""


class Records:
    """Records, asked from the server each time they are used: a run that goes on brings more.

    Iterating yields them as dicts, oldest first; those that are gone are left out, unless they
    are asked for.

    Args:
        connection: The server.
        run_id: The run.
        change: Only those that became so since the run before; None for all that there are.
    """

    def __init__(
        self, connection: Connection, run_id: str, change: RecordChange | None = None
    ) -> None:
        self._connection = connection
        self._path = {"run_id": run_id}
        self._change = change

    def rows(self) -> Iterator[RecordRow]:
        """Yield the records with what is known about each: its item, its change, its time."""
        query = {"change": self._change}
        row: RecordRow
        for row in self._connection.pages("list_records", self._path, query=query):
            if self._change is not None or row.change != "gone":
                yield row

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (row.data for row in self.rows())

    def __len__(self) -> int:
        if self._change is not None:
            return sum(1 for _ in self.rows())
        return int(self._connection.call("count_items", self._path).records)

    def changes(self) -> Listing[RecordRow]:
        """List what is new, changed or gone since the run before; nothing where there was none."""
        kinds: tuple[RecordChange, ...] = ("new", "changed", "gone")
        wanted = kinds if self._change is None else (self._change,)
        run_id = self._path["run_id"]
        return changes(
            row
            for change in wanted
            if change in kinds
            for row in Records(self._connection, run_id, change).rows()
        )

    def to_pandas(self) -> Any:
        """Return all records as a ``pandas.DataFrame``.

        Raises:
            ImportError: Pandas is not installed here.
        """
        try:
            import pandas as pd  # type: ignore[import-not-found,import-untyped,unused-ignore]
        except ImportError:
            raise ImportError(
                "A table of records needs pandas, which is not installed here: "
                "`pip install pandas`. Without it, iterate over the records, or save() them."
            ) from None
        return pd.DataFrame.from_records(list(iter(self)))

    def save(self, path: Path | str, *, changes: bool = False) -> Path:
        """Save all records as a file here; it is there only when it is whole.

        Args:
            path: Its suffix says in which format: .jsonl, .csv or .parquet.
            changes: Whether to add what became of each since the run before, and those gone.

        Raises:
            InvalidRequest: The suffix is another one, or these are not all records.
            NotFound: The run has no records yet.
            KindUnavailable: The server lacks what Parquet needs.
            OSError: The file cannot be written; nothing is left behind.
        """
        target = Path(path).expanduser()
        form = FORMATS.get(target.suffix.lower())
        if form is None:
            raise InvalidRequest(f"{target.name}: end the name in {', '.join(FORMATS)}.")
        if self._change is not None:
            raise InvalidRequest(
                "A file has all records; save run.records() with changes=True, which says of each "
                "what became of it."
            )
        query = {"format": form, "changes": str(changes).lower()}
        with self._connection.download("records_file", self._path, query) as response:
            _write(response, target)
        return target

    asave = twin(save)
    achanges = twin(changes)
    ato_pandas = twin(to_pandas)

    def _first(self) -> list[dict[str, Any]]:
        query = {"change": self._change}
        pages = self._connection.pages("list_records", self._path, query=query, limit=LOOKED_AT)
        there = (row.data for row in pages if self._change is not None or row.change != "gone")
        return list(islice(there, SHOWN))

    def __repr__(self) -> str:
        first = self._first()
        return f"{table_text(first)}\n{len(self)} records" if first else "No records."

    def _repr_html_(self) -> str:
        first = self._first()
        if not first:
            return "<em>No records.</em>"
        return f"{table_html(first)}<small>{len(self)} records</small>"


def table_text(records: Sequence[Mapping[str, Any]]) -> str:
    """Return records as a table of plain text; "" where there are none."""
    return text_table(*_table(records)) if records else ""


def table_html(records: Sequence[Mapping[str, Any]]) -> str:
    """Return records as a table of a page; "" where there are none."""
    if not records:
        return ""
    names, rows = _table(records)
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f'<td dir="auto">{escape(cell)}</td>' for cell in row) + "</tr>"
        for row in rows
    )
    return f'<table class="labpool"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _table(records: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[list[str]]]:
    names = list(dict.fromkeys(name for record in records for name in record))
    return names, [[_cell(record.get(name)) for name in names] for record in records]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return one_line(", ".join(map(str, value)), CELL)
    return one_line(str(value), CELL)


def _write(response: httpx.Response, target: Path) -> None:
    half = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.half")
    try:
        with half.open("xb") as file:
            for block in response.iter_bytes():
                file.write(block)
        half.replace(target)
    except httpx.TransportError as error:
        raise ServerUnavailable(f"The file broke off ({error}). Try again.") from None
    finally:
        half.unlink(missing_ok=True)
