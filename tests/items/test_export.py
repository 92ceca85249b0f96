"""Exports: whole or not at all, and read by other programs as they were meant."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labpool.items import (
    Done,
    Ledger,
    NewRecord,
    stream_csv,
    stream_jsonl,
    write_csv,
    write_jsonl,
    write_parquet,
)
from labpool.items.export import write
from labpool.items.parquet import Column
from labpool.wire import KindUnavailable

from .conftest import ended, new_items, work

ROWS: list[dict[str, Any]] = [
    {"id": 1, "text": "=1+1", "who": "علی", "many": [1, {"a": None}]},
    {"id": 2.5, "text": 'a "quoted", line\nnext', "mixed": True},
    {"id": None, "mixed": "yes", "late": 2**70},
]


def with_rows(ledger: Ledger, rows: list[dict[str, Any]]) -> Ledger:
    ledger.add(new_items("a"))
    records = [NewRecord(str(n), row) for n, row in enumerate(rows)]
    work(ledger, {"a": Done(state="ok", records=records)})
    return ledger


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_breaks_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")

    def pieces() -> Iterator[bytes]:
        yield b"half"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(path, pieces())
    assert path.read_text() == "old"
    assert left_in(tmp_path) == ["out.csv"]


def test_without_pyarrow(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(KindUnavailable, match=r"labpool\[train\]"):
        write_parquet(ledger, tmp_path / "out" / "r.parquet")
    assert not (tmp_path / "out").exists()


def test_jsonl(ledger: Ledger, tmp_path: Path) -> None:
    with_rows(ledger, ROWS)
    path = tmp_path / "out" / "r.jsonl"
    assert write_jsonl(ledger, path) == path.stat().st_size
    assert [json.loads(line) for line in path.read_text("utf-8").splitlines()] == ROWS
    assert left_in(path.parent) == ["r.jsonl"]


def test_csv(ledger: Ledger, tmp_path: Path) -> None:
    with_rows(ledger, ROWS)
    write_csv(ledger, tmp_path / "r.csv", bom=True)
    raw = (tmp_path / "r.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw[3:] == b"".join(stream_csv(ledger))
    read = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert list(read[0]) == ["id", "text", "who", "many", "mixed", "late"]
    assert [row["id"] for row in read] == ["1", "2.5", ""]
    assert [row["text"] for row in read] == ["=1+1", 'a "quoted", line\nnext', ""]
    assert json.loads(read[0]["many"]) == [1, {"a": None}]
    assert [row["mixed"] for row in read] == ["", "true", "yes"]


def test_parquet(ledger: Ledger, tmp_path: Path) -> None:
    with_rows(ledger, [{"n": n, "b": True, "nothing": None} | ROWS[n % 3] for n in range(9)])
    path = tmp_path / "r.parquet"
    assert write_parquet(ledger, path) == path.stat().st_size
    table = pq.read_table(path)
    types = {name: str(table.schema.field(name).type) for name in table.column_names}
    assert types == {
        "n": "int64", "b": "bool", "nothing": "null", "id": "double", "text": "string",
        "who": "string", "many": "string", "mixed": "string", "late": "string",
    }  # fmt: skip
    assert table.column("id").to_pylist()[:3] == [1.0, 2.5, None]
    assert table.column("mixed").to_pylist()[:3] == [None, "true", "yes"]
    assert table.column("late").to_pylist()[2] == str(2**70)
    assert json.loads(table.column("many").to_pylist()[0]) == [1, {"a": None}]


@pytest.mark.parametrize("export", [write_jsonl, write_csv, write_parquet])
def test_nothing_to_export(
    ledger: Ledger, tmp_path: Path, export: Callable[[Ledger, Path], int]
) -> None:
    export(ledger, tmp_path / "out")
    assert left_in(tmp_path) == ["out", "run"]


def test_changes_are_a_column(new_ledger: Callable[..., Ledger]) -> None:
    before, now = new_ledger("before"), new_ledger("now")
    for ledger, data in ((before, {"gone": 1, "same": 2}), (now, {"same": 2, "new": 3})):
        ledger.add(new_items("a"))
        work(ledger, {"a": ended(data=data)})
    now.compare(before.path)
    lines = [json.loads(line) for line in b"".join(stream_jsonl(now, changes=True)).splitlines()]
    assert {(row["_change"], row["value"]) for row in lines} == {
        ("same", 2),
        ("new", 3),
        ("gone", 1),
    }
    assert len(b"".join(stream_jsonl(now)).splitlines()) == 2


def test_many_records_stream_in_pieces(ledger: Ledger) -> None:
    with_rows(ledger, [{"n": n, "text": "x" * 100} for n in range(2000)])
    pieces = list(stream_jsonl(ledger))
    assert len(pieces) > 2
    assert len(b"".join(pieces).splitlines()) == 2000
    assert max(map(len, pieces)) < 70_000


value = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3)


@given(st.lists(value, max_size=5))
def test_a_column_has_a_type_that_holds_its_values(values: list[Any]) -> None:
    column = Column()
    for one in values:
        column.see(one)
    kinds = {type(v) for v in values if v is not None}
    if column.type == "int64":
        assert kinds == {int}
        assert all(-(2**63) <= v < 2**63 for v in values if v is not None)
    elif column.type == "float64":
        assert all(float(v) == v for v in values if v is not None)
    elif column.type == "bool":
        assert kinds == {bool}
    elif column.type == "null":
        assert not kinds
