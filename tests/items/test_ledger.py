"""One process: what a ledger refuses, and what it says of what it was told."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from labpool.items import Done, Ledger, LedgerBusy, LedgerUnreadable, NewItem, NewRecord
from labpool.items.schema import VERSION
from labpool.wire import InvalidRequest
from labpool.wire.items import Gap
from labpool.wire.pages import ItemsQuery, RecordsQuery

from .conftest import ME, data, ended, new_items, pages, states, work


def test_a_ledger_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "run" / "items.db"
    with pytest.raises(FileNotFoundError, match="has not begun"):
        Ledger.open(path, create=False)
    assert not path.parent.exists()
    path.parent.mkdir()
    path.touch()
    with pytest.raises(FileNotFoundError, match="has not begun"):
        Ledger.open(path, create=False)


def test_a_file_that_is_no_ledger(tmp_path: Path) -> None:
    path = tmp_path / "items.db"
    path.write_bytes(b"something else entirely" * 100)
    with pytest.raises(LedgerUnreadable, match="no ledger"):
        Ledger.open(path)
    assert path.read_bytes().startswith(b"something"), "it is left alone"


def test_a_database_of_another_program(tmp_path: Path) -> None:
    path = tmp_path / "items.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE items (id)")
    other.close()
    with pytest.raises(LedgerUnreadable, match="another program"):
        Ledger.open(path)


def test_a_ledger_of_a_newer_labpool(ledger: Ledger) -> None:
    ledger.close()
    with sqlite3.connect(ledger.path) as other:
        other.execute(f"PRAGMA user_version = {VERSION + 1}")
    other.close()
    with pytest.raises(LedgerUnreadable, match=f"version {VERSION + 1}"):
        Ledger.open(ledger.path)


def test_a_damaged_ledger(ledger: Ledger) -> None:
    ledger.add(NewItem(str(n), {"n": n}) for n in range(5000))
    ledger.close()
    with ledger.path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 200_000)
    with pytest.raises(LedgerUnreadable, match="damaged"), Ledger.open(ledger.path) as again:
        work(again, {})


def test_somebody_keeps_it_locked(new_ledger: Callable[..., Ledger]) -> None:
    ledger = new_ledger(busy_s=0.05)
    ledger.add(new_items("a"))
    other = sqlite3.connect(ledger.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerBusy, match="keeps"):
        ledger.claim(ME, 1)
    assert states(ledger) == {"a": "waiting"}, "reading goes on"
    other.execute("ROLLBACK")
    other.close()
    assert len(ledger.claim(ME, 1)) == 1


def test_a_closed_ledger(ledger: Ledger) -> None:
    ledger.close()
    with pytest.raises(ValueError, match="closed"):
        ledger.counts()


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "failed", "records": [NewRecord("k", {})]},
        {"state": "ok", "seconds": float("inf")},
        {"state": "ok", "seconds": -1.0},
        {"state": "ok", "tries": 0},
        {"state": "ok", "broken": -1},
    ],
)
def test_ends_that_make_no_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"failed|number|or more"):
        Done(**wrong)


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, b"bytes"])
def test_what_is_no_json_stores_nothing(ledger: Ledger, value: Any) -> None:
    ledger.add(new_items("a"))
    ledger.claim(ME, 1)
    with pytest.raises(ValueError, match="'k' is not plain JSON"):
        ledger.finish("a", ME, ended(data={"fine": 1, "k": value}))
    assert states(ledger) == {"a": "running"}
    assert data(ledger) == {}
    with pytest.raises(ValueError, match="target"):
        ledger.add([NewItem("b", {"x": value})])


def test_any_text_is_kept(ledger: Ledger) -> None:
    ledger.add([NewItem("صفحه\0", {"t": "\ud800 سلام"})])
    [item] = ledger.claim(ME, 1, worker="کارگر")
    assert item.target == {"t": "? سلام"}
    assert ledger.finish(item.id, ME, ended(data={"\udfff": "\ud800"}, message="\ud800"))
    assert data(ledger) == {"?": "?"}
    assert ledger.items(ItemsQuery(search="سلام")).items[0].id == "صفحه\0"


def test_adding_again_changes_nothing(ledger: Ledger) -> None:
    assert ledger.add(new_items("a", "b")) == 2
    work(ledger, {})
    assert ledger.add([*new_items("c", "a"), NewItem("b", {"other": 1})]) == 1
    assert states(ledger) == {"a": "ok", "b": "ok", "c": "waiting"}
    found = ledger.item("b")
    assert found is not None
    assert found.target == {"url": "https://example.org/b"}
    assert [i.n for i in ledger.items(ItemsQuery()).items] == [1, 2, 3]
    assert ledger.item("d") is None


def test_items_stream_in(ledger: Ledger) -> None:
    seen = []

    def coming() -> Any:
        for n in range(5000):
            if n == 4500:
                seen.append(ledger.counts().total)
            yield NewItem(f"{n:04}", {"n": n})

    assert ledger.add(coming()) == 5000
    assert seen == [4000], "what came is stored while the rest comes, and nothing waits for it"
    assert [item.target["n"] for item in ledger.claim(ME, 3)] == [0, 1, 2]


def test_claims_in_order(ledger: Ledger) -> None:
    ledger.add(new_items("c", "a", "b"))
    first = ledger.claim("one", 2, worker="w1")
    assert [(i.id, i.state, i.worker, i.tries) for i in first] == [
        ("c", "running", "w1", 1),
        ("a", "running", "w1", 1),
    ]
    assert [i.id for i in ledger.claim("two", 5)] == ["b"]
    assert ledger.claim("two", 5) == []
    with pytest.raises(ValueError, match="limit"):
        ledger.claim("two", 0)


def test_only_the_owner_ends_an_item(ledger: Ledger) -> None:
    ledger.add(new_items("a", "b"))
    ledger.claim(ME, 1)
    assert not ledger.finish("a", "other", ended(data={"k": 1}))
    assert not ledger.finish("b", ME, ended(data={"k": 1}))
    assert not ledger.finish("nothing", ME, ended(data={"k": 1}, found=new_items("c")))
    assert data(ledger) == {}
    assert ledger.counts().total == 2
    assert ledger.finish("a", ME, ended(data={"k": 1}))
    assert not ledger.finish("a", ME, ended(data={"k": 2})), "it has ended"
    assert data(ledger) == {"k": 1}


def test_what_an_end_says(ledger: Ledger) -> None:
    ledger.add(new_items("a"))
    ledger.claim(ME, 1, "w")
    end = Done(
        state="partial",
        reason="too_few",
        message="27 of 30. Look at the page.",
        records=[NewRecord("k", {"v": None})],
        broken=3,
        seconds=1.5,
        artifact="shots/a.png",
        tries=2,
    )
    assert ledger.finish("a", ME, end)
    item = ledger.item("a")
    assert item is not None
    assert item.model_dump(exclude={"at", "target", "id", "n"}) == {
        "depth": 0, "state": "partial", "reason": "too_few",
        "message": "27 of 30. Look at the page.", "worker": "w", "tries": 2, "records": 1,
        "broken": 3, "seconds": 1.5, "artifact": "shots/a.png",
        "gaps": [{"code": "too_few", "message": "27 of 30. Look at the page.", "args": {}}],
    }  # fmt: skip
    assert ledger.finished_since(60) == 1
    assert ledger.finished_since(-1) == 0


def test_found_items_come_last_and_end_somewhere(ledger: Ledger) -> None:
    ledger.add(new_items("a", "b"))
    ledger.claim(ME, 2)
    found = [*new_items("a"), NewItem("c", {}, depth=1), *new_items("c", "d", "e", "b")]
    assert ledger.finish("a", ME, Done(state="ok", found=found, most_items=4))
    assert states(ledger) == {"a": "partial", "b": "running", "c": "waiting", "d": "waiting"}
    counts = ledger.counts()
    assert (counts.left_out, counts.gaps) == (1, {"limit": 1})
    assert gaps(ledger, "a") == [("limit", {"count": 1, "address": "e", "limit": 4})]
    assert ledger.claim(ME, 1)[0].depth == 1
    assert ledger.finish("b", ME, Done(state="ok", found=new_items("f")))
    assert ledger.counts().total == 5


def gaps(ledger: Ledger, id_: str) -> list[tuple[str, dict[str, Any]]]:
    item = ledger.item(id_)
    assert item is not None
    return [(gap.code, gap.args) for gap in item.gaps]


def test_the_first_item_keeps_a_key_and_the_others_say_so(ledger: Ledger) -> None:
    ledger.add(new_items("a", "b", "c"))
    ledger.claim(ME, 3)
    assert ledger.finish("c", ME, ended(data={"x": 2, "y": 1}))
    assert ledger.finish("b", ME, ended(data={"x": 2}))
    assert (data(ledger), states(ledger)["c"]) == ({"x": 2, "y": 1}, "ok")
    assert ledger.finish("a", ME, ended(data={"x": 1, "y": 1}))
    assert data(ledger) == {"x": 1, "y": 1}, "the first by its place, not by its end"
    assert states(ledger) == {"a": "ok", "b": "partial", "c": "partial"}
    assert gaps(ledger, "c") == [("key_conflict", {"count": 1, "key": "x", "item": "a"})]
    counts = ledger.counts()
    assert (counts.records, counts.duplicates, counts.conflicts) == (2, 3, 2)
    assert counts.gaps == {"key_conflict": 2}
    assert [i.records for i in ledger.items(ItemsQuery()).items] == [2, 0, 0]
    assert ledger.records(RecordsQuery(item="b")).items == []
    ledger.retry(["ok"], ["a"])
    work(ledger, {"a": ended(data={"y": 1})})
    assert data(ledger) == {"x": 2, "y": 1}, "what others brought, too, is not lost with it"
    assert set(states(ledger).values()) == {"ok"}
    counts = ledger.counts()
    assert (counts.duplicates, counts.conflicts, counts.gaps) == (2, 0, {})


def test_one_key_twice_in_an_item(ledger: Ledger) -> None:
    ledger.add(new_items("a"))
    ledger.claim(ME, 1)
    twice = [NewRecord("x", {"value": n}) for n in (0, 0, 1)]
    assert ledger.finish("a", ME, Done(state="ok", records=twice))
    assert data(ledger) == {"x": 0}
    assert states(ledger) == {"a": "partial"}
    assert gaps(ledger, "a") == [("key_conflict", {"count": 1, "key": "x"})]


def test_what_has_a_gap_is_never_ok(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="not ok"):
        Done(state="ok", gaps=[Gap(code="max_pages")])
    ledger.add(new_items("a"))
    ledger.claim(ME, 1)
    said = [
        Gap(code="max_pages", message="Cut.", args={"limit": 5, "address": "https://h/6"}),
        Gap(code="broken", message="2 parts.", args={"count": 2}),
    ]
    assert ledger.finish("a", ME, Done(state="partial", gaps=said))
    item = ledger.item("a")
    assert item is not None
    assert (item.gaps, item.reason, item.message) == (said, "max_pages", "Cut. 2 parts.")
    assert ledger.counts().gaps == {"max_pages": 1, "broken": 1}
    assert ledger.items(ItemsQuery(search="h/6")).items == [item]
    assert ledger.items(ItemsQuery(gap="broken")).items == [item]
    assert ledger.items(ItemsQuery(gap="timeout")).items == []
    ledger.retry(["partial"])
    assert ledger.counts().gaps == {}


def test_a_ledger_of_version_1_becomes_one_of_today(tmp_path: Path) -> None:
    path = tmp_path / "items.db"
    script = Path(__file__).parent.parent / "fixtures" / "items_1.sql"
    with closing(sqlite3.connect(path)) as made:
        made.executescript(script.read_text(encoding="utf-8"))
    with Ledger.open(path, create=False) as ledger:
        assert states(ledger) == {"a": "ok", "b": "partial", "c": "failed", "d": "waiting"}
        assert gaps(ledger, "b") == [("broken", {"count": 2})]
        assert data(ledger) == {"k": 1, "l": 1}
        ledger.retry(["failed"])
        work(ledger, {"c": ended(data={"k": 2, "m": 1}), "d": ended()})
        assert data(ledger) == {"k": 1, "l": 1, "m": 1}
        assert ledger.counts().gaps == {"broken": 1, "key_conflict": 1}
    with Ledger.open(path) as ledger:
        assert ledger.counts().conflicts == 1


def test_a_retry_keeps_records_until_others_replace_them(ledger: Ledger) -> None:
    ledger.add(new_items("a", "b", "c"))
    work(ledger, {
        "a": ended("partial", {"x": 1, "y": 1}, reason="too_few"),
        "b": ended("failed", reason="timeout", message="Try later."),
    })  # fmt: skip
    assert ledger.retry(["failed", "partial"], ids=["b", "c"]) == 1
    assert ledger.retry(["failed", "partial"]) == 1
    item = ledger.item("a")
    assert item is not None
    assert (item.state, item.tries, item.reason, item.records) == ("waiting", 0, "", 2)
    work(ledger, {"a": ended("failed"), "b": ended("failed")})
    assert data(ledger) == {"x": 1, "y": 1}, "a try that fails takes nothing away"
    ledger.retry(["failed"])
    work(ledger, {"a": ended(data={"y": 2, "z": 2})})
    assert data(ledger) == {"y": 2, "z": 2}
    with pytest.raises(ValueError, match="failed"):
        ledger.retry(["running"])


def test_given_back(ledger: Ledger) -> None:
    ledger.add(new_items("a", "b", "c"))
    ledger.claim(ME, 3)
    assert ledger.give_back(ME, ["a", "nothing"]) == 1
    assert ledger.give_back("other") == 0
    assert not ledger.finish("a", ME, ended())
    [again] = ledger.claim("other", 3)
    assert (again.id, again.tries) == ("a", 1), "that try did not count"
    assert ledger.give_back(ME) == 2
    assert states(ledger) == {"a": "running", "b": "waiting", "c": "waiting"}


def test_pages_while_rows_are_added(ledger: Ledger) -> None:
    ledger.add(new_items(*"abcdef"))
    work(ledger, {id_: ended(data={id_: 1}) for id_ in "abcdef"})
    ids, keys = [], []
    for item in pages(lambda after: ledger.items(ItemsQuery(limit=2, after=after))):
        ids.append(item.id)
        ledger.add(new_items("g"))
    assert ids == list("abcdefg")
    for row in pages(lambda after: ledger.records(RecordsQuery(limit=2, after=after))):
        keys.append(row.key)
        work(ledger, {"g": ended(data={"g": 1, "a": 2})})
    assert keys == list("abcdefg")


def test_questions(ledger: Ledger) -> None:
    ledger.add(new_items("a", "b", "50%_off"))
    work(ledger, {"b": ended("failed", reason="timeout", message="The Page took too long.")})

    def found(**query: Any) -> list[str]:
        return [i.id for i in ledger.items(ItemsQuery(**query)).items]

    assert found(state="failed") == ["b"]
    assert found(search="page TOOK") == ["b"]
    assert found(search="%_") == ["50%_off"]
    assert found(search="EXAMPLE.org/a", state="ok") == ["a"]
    assert found(search="\\") == []
    for wrong in ("x", "-1", "9" * 30, "١"):
        with pytest.raises(InvalidRequest, match="cursor"):
            ledger.items(ItemsQuery(after=wrong))
