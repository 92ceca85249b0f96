"""A disk that gets full: said clearly, nothing half stored, and on it goes when there is room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labpool.items import Ledger, LedgerError, LedgerFull, NewItem, write_jsonl
from support.disk import fill, small_disk

from .conftest import ME, data, ended, new_items, states

BIG = {f"k{n}": "x" * 1000 for n in range(500)}

pytestmark = pytest.mark.faults


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of four megabytes."""
    with small_disk(tmp_path / "disk", 4 << 20) as folder:
        yield folder


@pytest.mark.parametrize("leave", [0, 100_000, 400_000])
def test_full_in_the_middle_of_an_end(disk: Path, leave: int) -> None:
    with Ledger.open(disk / "items.db") as ledger:
        ledger.add(new_items("a", "b"))
        ledger.claim(ME, 2)
        assert ledger.finish("a", ME, ended(data={"first": 1}))
        filler = fill(disk, leave)
        for _ in range(2):
            with pytest.raises(LedgerError, match=r"Free some space|whether it is full"):
                ledger.finish("b", ME, ended(data=BIG))
            assert states(ledger) == {"a": "ok", "b": "running"}
            assert data(ledger) == {"first": 1}
        filler.unlink()
        assert ledger.finish("b", ME, ended(data=BIG))
        assert ledger.counts().records == 501


def test_full_while_items_are_added(disk: Path) -> None:
    with Ledger.open(disk / "items.db") as ledger:
        filler = fill(disk, 600_000)
        many = [NewItem(f"{n}", {"text": "x" * 100}) for n in range(8000)]
        with pytest.raises(LedgerError):
            ledger.add(many)
        before = ledger.counts().total
        assert before % 2000 == 0
        filler.unlink()
        assert ledger.add(many) == 8000 - before


def test_full_before_there_is_a_ledger(disk: Path) -> None:
    filler = fill(disk, 0)
    with pytest.raises(LedgerError):
        Ledger.open(disk / "run" / "items.db")
    filler.unlink()
    with Ledger.open(disk / "run" / "items.db") as ledger:
        assert ledger.add(new_items("a")) == 1


def test_no_room_for_an_export(disk: Path, ledger: Ledger) -> None:
    ledger.add(new_items("a"))
    ledger.claim(ME, 1)
    ledger.finish("a", ME, ended(data=BIG))
    filler = fill(disk, 100_000)
    with pytest.raises(LedgerFull, match="Free some space"):
        write_jsonl(ledger, disk / "out.jsonl")
    assert [path.name for path in disk.iterdir()] == ["filler"]
    filler.unlink()
    write_jsonl(ledger, disk / "out.jsonl")
