"""A disk that gets full: said clearly, nothing half stored, and on it goes when there is room."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from labpool.items import Ledger, LedgerError, LedgerFull, NewItem, write_jsonl

from .conftest import ME, data, ended, new_items, states

BIG = {f"k{n}": "x" * 1000 for n in range(500)}

pytestmark = pytest.mark.faults


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of four megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command here")
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, leave: int) -> Path:
    """Use up a disk but for some bytes."""
    filler = folder / "filler"
    state = os.statvfs(folder)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, state.f_bavail * state.f_frsize - leave)
    return filler


@pytest.mark.parametrize("leave", [0, 100_000, 400_000])
def test_full_in_the_middle_of_an_end(small_disk: Path, leave: int) -> None:
    with Ledger.open(small_disk / "items.db") as ledger:
        ledger.add(new_items("a", "b"))
        ledger.claim(ME, 2)
        assert ledger.finish("a", ME, ended(data={"first": 1}))
        filler = fill(small_disk, leave)
        for _ in range(2):
            with pytest.raises(LedgerError, match=r"Free some space|whether it is full"):
                ledger.finish("b", ME, ended(data=BIG))
            assert states(ledger) == {"a": "ok", "b": "running"}
            assert data(ledger) == {"first": 1}
        filler.unlink()
        assert ledger.finish("b", ME, ended(data=BIG))
        assert ledger.counts().records == 501


def test_full_while_items_are_added(small_disk: Path) -> None:
    with Ledger.open(small_disk / "items.db") as ledger:
        filler = fill(small_disk, 600_000)
        many = [NewItem(f"{n}", {"text": "x" * 100}) for n in range(8000)]
        with pytest.raises(LedgerError):
            ledger.add(many)
        before = ledger.counts().total
        assert before % 2000 == 0
        filler.unlink()
        assert ledger.add(many) == 8000 - before


def test_full_before_there_is_a_ledger(small_disk: Path) -> None:
    filler = fill(small_disk, 0)
    with pytest.raises(LedgerError):
        Ledger.open(small_disk / "run" / "items.db")
    filler.unlink()
    with Ledger.open(small_disk / "run" / "items.db") as ledger:
        assert ledger.add(new_items("a")) == 1


def test_no_room_for_an_export(small_disk: Path, ledger: Ledger) -> None:
    ledger.add(new_items("a"))
    ledger.claim(ME, 1)
    ledger.finish("a", ME, ended(data=BIG))
    filler = fill(small_disk, 100_000)
    with pytest.raises(LedgerFull, match="Free some space"):
        write_jsonl(ledger, small_disk / "out.jsonl")
    assert [path.name for path in small_disk.iterdir()] == ["filler"]
    filler.unlink()
    write_jsonl(ledger, small_disk / "out.jsonl")
