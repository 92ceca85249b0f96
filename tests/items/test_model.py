"""Whatever is done in whatever order: the ledger agrees with plain dictionaries."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from labpool.items import Done, Ledger, NewItem, NewRecord
from labpool.wire.pages import ItemsQuery

ids = st.sampled_from("abcdefgh")
owners = st.sampled_from(["one", "two"])
records = st.lists(st.tuples(st.sampled_from("uvwxyz"), st.integers(0, 2)), max_size=4)
ends: st.SearchStrategy[Literal["ok", "partial"]] = st.sampled_from(["ok", "partial"])


@dataclass
class Known:
    """An item as the model has it."""

    state: str = "waiting"
    owner: str = ""
    tries: int = 0
    cut: bool = False
    """Whether items that it led to were left out."""
    twice: int = 0
    """Records of its own under a key that it has brought with another value."""


@dataclass
class Model:
    """A ledger of plain Python."""

    items: dict[str, Known] = field(default_factory=dict)
    brought: dict[str, dict[str, int]] = field(default_factory=dict)
    left_out: int = 0

    @property
    def records(self) -> dict[str, tuple[str, int]]:
        """Each key with the first item that has it, and its value there."""
        found: dict[str, tuple[str, int]] = {}
        for item in self.items:
            for key, value in self.brought.get(item, {}).items():
                found.setdefault(key, (item, value))
        return found

    def conflicts(self, item: str) -> int:
        """How many of an item's records are not shown and have other values."""
        shown = self.records
        return sum(shown[k][1] != v for k, v in self.brought.get(item, {}).items())

    def state(self, item: str) -> str:
        """How an item stands, with what others have said since it ended."""
        known = self.items[item]
        told = known.state == "ok" and (self.conflicts(item) or known.cut or known.twice)
        return "partial" if told else known.state


class Machine(RuleBasedStateMachine):
    """Does the same to both."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="labpool-ledger-"))
        self.ledger = Ledger.open(self.folder / "items.db")
        self.model = Model()

    def teardown(self) -> None:
        self.ledger.close()
        shutil.rmtree(self.folder)

    @rule(new=st.lists(ids, max_size=4))
    def add(self, new: list[str]) -> None:
        fresh = [i for i in dict.fromkeys(new) if i not in self.model.items]
        assert self.ledger.add(NewItem(i, {}) for i in new) == len(fresh)
        self.model.items |= {i: Known() for i in fresh}

    @rule(owner=owners, limit=st.integers(1, 3))
    def claim(self, owner: str, limit: int) -> None:
        waiting = [i for i, known in self.model.items.items() if known.state == "waiting"][:limit]
        assert [i.id for i in self.ledger.claim(owner, limit)] == waiting
        for i in waiting:
            self.model.items[i] = Known("running", owner, self.model.items[i].tries + 1)

    def _end(self, item: str, owner: str, done: Done) -> bool:
        known = self.model.items.get(item)
        mine = known is not None and (known.state, known.owner) == ("running", owner)
        assert self.ledger.finish(item, owner, done) == mine
        if mine:
            assert known is not None
            self.model.items[item] = Known(done.state, "", known.tries)
        return mine

    @rule(item=ids, owner=owners, state=ends, brought=records, found=st.lists(ids, max_size=3),
          most=st.none() | st.integers(0, 8))  # fmt: skip
    def finish(self, item: str, owner: str, state: Any, brought: list[tuple[str, int]],
               found: list[str], most: int | None) -> None:  # fmt: skip
        done = Done(
            state=state,
            records=[NewRecord(key, {"v": value}) for key, value in brought],
            found=[NewItem(i, {}) for i in found],
            most_items=most,
        )
        if not self._end(item, owner, done):
            return
        first = self.model.brought[item] = dict(reversed(brought))
        self.model.items[item].twice = sum(first[key] != value for key, value in brought)
        for i in found:
            if i in self.model.items:
                continue
            if most is None or len(self.model.items) < most:
                self.model.items[i] = Known()
            else:
                self.model.left_out += 1
                self.model.items[item].cut = True

    @rule(item=ids, owner=owners)
    def fail(self, item: str, owner: str) -> None:
        self._end(item, owner, Done(state="failed", reason="timeout"))

    @rule(owner=owners, only=st.none() | st.lists(ids, max_size=3))
    def give_back(self, owner: str, only: list[str] | None) -> None:
        mine = [
            i for i, k in self.model.items.items()
            if (k.state, k.owner) == ("running", owner) and (only is None or i in only)
        ]  # fmt: skip
        assert self.ledger.give_back(owner, only) == len(mine)
        for i in mine:
            self.model.items[i] = Known(tries=self.model.items[i].tries - 1)

    @rule()
    def release_dead(self) -> None:
        """Nobody holds a lock here, so all owners are dead."""
        running = [i for i, k in self.model.items.items() if k.state == "running"]
        assert self.ledger.release_dead() == len(running)
        for i in running:
            self.model.items[i] = Known(tries=self.model.items[i].tries)

    @rule(states=st.sets(st.sampled_from(["failed", "partial"])), only=st.none() | st.lists(ids))
    def retry(self, states: set[Any], only: list[str] | None) -> None:
        again = [
            i for i in self.model.items
            if self.model.state(i) in states and (only is None or i in only)
        ]  # fmt: skip
        assert self.ledger.retry(states, only) == len(again)
        self.model.items |= {i: Known() for i in again}

    @rule()
    def open_again(self) -> None:
        self.ledger.close()
        self.ledger = Ledger.open(self.folder / "items.db", create=False)

    @invariant()
    def agrees(self) -> None:
        items = self.ledger.items(ItemsQuery(limit=1000)).items
        assert [i.id for i in items] == list(self.model.items)
        assert [i.n for i in items] == list(range(1, len(items) + 1))
        for item in items:
            known = self.model.items[item.id]
            assert (item.state, item.tries) == (self.model.state(item.id), known.tries)
            told = [gap for gap in item.gaps if gap.code == "key_conflict"]
            conflicts = known.twice
            if item.state in {"ok", "partial"}:
                conflicts += self.model.conflicts(item.id)
            assert sum(int(gap.args["count"]) for gap in told) == conflicts
            assert bool(item.gaps) == (item.state == "partial")
            assert item.records == sum(r[0] == item.id for r in self.model.records.values())
        rows = {r.key: (r.item_id, r.data["v"]) for r in self.ledger.iterate_records()}
        assert rows == self.model.records

    @invariant()
    def counts_agree(self) -> None:
        counts = self.ledger.counts()
        states = [self.model.state(item) for item in self.model.items]
        for state in ("waiting", "running", "ok", "partial", "failed"):
            assert getattr(counts, state) == states.count(state)
        assert counts.total == len(states)
        assert counts.records == len(self.model.records)
        every = sum(map(len, self.model.brought.values()))
        assert counts.duplicates == every - len(self.model.records)
        assert counts.conflicts == sum(map(self.model.conflicts, self.model.brought))
        assert counts.left_out == self.model.left_out
        gaps = [{gap.code for gap in i.gaps} for i in self.ledger.items(ItemsQuery(limit=99)).items]
        assert counts.gaps == Counter(code for codes in gaps for code in codes)


Machine.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestLedger = Machine.TestCase
