"""What changed since an earlier run, and what only looks so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labpool.items import Done, Ledger, LedgerUnreadable, NewRecord, compare
from labpool.wire.pages import RecordsQuery

from .conftest import changes, data, ended, new_items, states, work

New = Callable[..., Ledger]


def ran(ledger: Ledger, ends: dict[str, Done]) -> Ledger:
    ledger.add(new_items(*ends))
    work(ledger, ends)
    return ledger


def test_with_nothing_or_something_else(ledger: Ledger, tmp_path: Path) -> None:
    ran(ledger, {"a": ended(data={"k": 1})})
    with pytest.raises(FileNotFoundError, match="deleted"):
        ledger.compare(tmp_path / "nothing.db")
    other = tmp_path / "other.db"
    other.write_bytes(b"no database" * 1000)
    for _ in range(2):
        with pytest.raises(LedgerUnreadable, match=r"other\.db"):
            ledger.compare(other)
    other.write_bytes(b"")
    with pytest.raises(LedgerUnreadable, match=r"other\.db"):
        ledger.compare(other)
    with pytest.raises(ValueError, match="itself"):
        ledger.compare(ledger.path)
    assert changes(ledger) == {"k": None}


def test_new_changed_same_and_gone(new_ledger: New) -> None:
    before = ran(new_ledger("before"), {
        "a": ended(data={"same": 1, "changed": 1, "gone": 1}),
        "b": ended(data={"failed now": 1}),
        "c": ended("partial", {"partial now": 1}),
        "d": ended(data={"no target now": 1}),
        "e": ended(data={"moves": 1}),
    })  # fmt: skip
    now = ran(new_ledger("now"), {
        "a": ended(data={"same": 1, "changed": 2, "new": 1}),
        "b": ended("failed"),
        "c": ended("partial"),
        "e": ended(),
        "f": ended(data={"moves": 1}),
    })  # fmt: skip
    expected = {"same": "same", "changed": "changed", "new": "new", "gone": "gone", "moves": "same"}
    for _ in range(2):
        now.compare(before.path)
        assert changes(now) == expected
    assert now.counts().records == len(data(now)) == 4
    [gone] = now.records(RecordsQuery(change="gone")).items
    assert (gone.item_id, gone.data) == ("a", {"value": 1})
    assert set(changes(before).values()) == {None}, "the earlier run is only read"
    assert states(before) == dict.fromkeys("abcde", "ok") | {"c": "partial"}


def test_the_order_of_fields_is_no_change(new_ledger: New) -> None:
    one: dict[str, Any] = {"x": 1, "y": [1, {"p": 1, "q": 2}]}
    two: dict[str, Any] = {"y": [1, {"q": 2, "p": 1}], "x": 1}
    before = ran(new_ledger("before"), {"a": Done(state="ok", records=[NewRecord("k", one)])})
    now = ran(new_ledger("now"), {"a": Done(state="ok", records=[NewRecord("k", two)])})
    now.compare(before.path)
    assert changes(now) == {"k": "same"}


def test_a_chain_of_runs(new_ledger: New) -> None:
    """What is gone once is not gone again, and comes back as new."""
    one = ran(new_ledger("one"), {"a": ended(data={"k": 1, "l": 1})})
    two = ran(new_ledger("two"), {"a": ended(data={"l": 1})})
    two.compare(one.path)
    three = ran(new_ledger("three"), {"a": ended(data={"l": 1})})
    three.compare(two.path)
    assert changes(three) == {"l": "same"}
    four = ran(new_ledger("four"), {"a": ended(data={"k": 1, "l": 1})})
    four.compare(two.path)
    assert changes(four) == {"k": "new", "l": "same"}
    four.compare(one.path)
    assert changes(four) == {"k": "same", "l": "same"}


@pytest.mark.parametrize("again", ["a", "b"])
def test_what_is_gone_comes_back_in_a_retry(new_ledger: New, again: str) -> None:
    before = ran(new_ledger("before"), {"a": ended(data={"k": 1}), "b": ended()})
    now = ran(new_ledger("now"), {"a": ended(), "b": ended()})
    now.compare(before.path)
    assert changes(now) == {"k": "gone"}
    now.retry(["ok"], [again])
    work(now, {again: ended(data={"k": 1})})
    assert (now.counts().records, now.counts().duplicates) == (1, 0)
    now.compare(before.path)
    assert changes(now) == {"k": "same"}


def test_each_item_is_compared_with_its_own_last_one(new_ledger: New) -> None:
    """Runs of [a, b], [a], [a, b] where nothing changes: b is not new in the last."""
    both = {"a": ended(data={"k": 1}), "b": ended(data={"l": 1, "m": 1})}
    one = ran(new_ledger("one"), both)
    two = ran(new_ledger("two"), {"a": both["a"]})
    two.compare(one.path)
    three = ran(new_ledger("three"), both | {"c": ended(data={"n": 1})})
    assert three.compare(two.path, one.path) == 2
    assert changes(three) == {"k": "same", "l": "same", "m": "same", "n": "new"}
    four = ran(new_ledger("four"), {"b": ended(data={"l": 2, "x": 1})})
    four.compare(three.path, two.path, one.path)
    assert changes(four) == {"l": "changed", "m": "gone", "x": "new"}
    five = ran(new_ledger("five"), {"a": ended("failed"), "b": ended("partial", {"l": 2})})
    six = ran(new_ledger("six"), {"a": both["a"], "b": ended(data={"l": 2, "m": 1, "x": 1})})
    six.compare(five.path, four.path, three.path, two.path, one.path)
    assert changes(six) == {"k": "same", "l": "same", "m": "new", "x": "same"}


def test_an_earlier_run_that_cannot_be_read_is_told(new_ledger: New, tmp_path: Path) -> None:
    one = ran(new_ledger("one"), {"a": ended(data={"k": 1})})
    other = tmp_path / "other.db"
    other.write_bytes(b"no database" * 1000)
    now = ran(new_ledger("now"), {"a": ended(data={"k": 1})})
    told: list[Path] = []
    earlier = [tmp_path / "nothing.db", other, one.path]
    assert now.compare(*earlier, skip=lambda path, _: told.append(path)) == 1
    assert (changes(now), told) == ({"k": "same"}, earlier[:2])


def test_many_records_in_chunks(new_ledger: New, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "CHUNK", 7)
    old = {f"k{n}": n for n in range(50)}
    new = {f"k{n}": n // 20 * n for n in range(25, 75)}
    before = ran(new_ledger("before"), {"a": ended(data=old)})
    now = ran(new_ledger("now"), {"a": ended(data=new)})
    for _ in range(2):
        now.compare(before.path)
        found = changes(now)
        assert {k for k, change in found.items() if change == "gone"} == old.keys() - new.keys()
        assert {k for k, change in found.items() if change == "new"} == new.keys() - old.keys()
        same = {k for k, change in found.items() if change == "same"}
        assert same == {k for k in old.keys() & new.keys() if old[k] == new[k]}


def test_with_a_run_whose_workers_were_killed(new_ledger: New) -> None:
    """Its ledger was never closed: what it wrote last lies in the log beside it."""
    before = ran(new_ledger("before"), {"a": ended(data={"k": 1, "l": 1})})
    assert before.path.with_name("items.db-wal").stat().st_size
    now = ran(new_ledger("now"), {"a": ended(data={"k": 1})})
    now.compare(before.path)
    assert changes(now) == {"k": "same", "l": "gone"}
