"""The ledger of a run: its items and their records, in one SQLite file that many processes share.

Every change is one short transaction, so a process may be killed at any instant: an item's end
and its records are there together, or neither is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from labpool.wire.items import Item, ItemCounts, ItemState, RecordRow
from labpool.wire.pages import ItemPage, ItemsQuery, RecordPage, RecordsQuery

from . import compare, reading, storing
from .claims import lives, sweep
from .database import BUSY_S, Database
from .work import Done, NewItem

CHUNK = 2000
"""Rows of one transaction, where there may be millions."""

AGAIN: frozenset[ItemState] = frozenset({"failed", "partial", "ok"})

_GIVE_BACK = (
    "UPDATE items SET state = 'waiting', owner = '', at = ?, tries = max(tries - ?, 0) "
    "WHERE state = 'running' AND owner = ?"
)
_RETRY = (
    "UPDATE items SET state = 'waiting', tries = 0, reason = '', message = '', gaps = '[]', at = ? "
    "WHERE n > ? AND n <= ? AND state IN (SELECT value FROM json_each(?)) "
    "AND (? IS NULL OR id IN (SELECT value FROM json_each(?)))"
)


class Ledger:
    """An open ledger; any thread may use it. Calls block: keep them off an event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, path: Path, *, create: bool = True, busy_s: float = BUSY_S) -> Self:
        """Open a ledger.

        Args:
            path: The file, ``items.db`` in the run's folder; the folder has to be on a local
                disk, as SQLite's write-ahead log needs memory that processes share.
            create: Make it when it is not there.
            busy_s: Seconds to wait for the changes of other processes.

        Raises:
            FileNotFoundError: It is not there, and ``create`` is false.
            LedgerError: It is damaged, something else, or cannot be written.
        """
        return cls(Database(path, create=create, busy_s=busy_s))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """The file."""
        return self._database.path

    def close(self) -> None:
        """Close it; an iteration that still goes on ends with its present chunk."""
        self._database.close()

    # ------------------------------------------------------------------ working through items

    def add(self, items: Iterable[NewItem]) -> int:
        """Add items behind those that are there; an id that is there is passed over.

        Args:
            items: Any number; they are taken and stored in chunks, so a kill leaves the first
                of them, and adding the same ones again completes it.

        Returns:
            How many were new.

        Raises:
            ValueError: A target is no plain JSON.
            LedgerError: They could not be stored.
        """
        coming, new = iter(items), 0
        while rows := storing.item_rows(islice(coming, CHUNK)):
            with self._database.writing() as connection:
                new += storing.add(connection, rows)
        return new

    def note_given(self, *, repeated: int, left_out: int) -> None:
        """Note what became of what the run was given, once all of it was added.

        Args:
            repeated: How many were there already.
            left_out: How many were not added, because the run may have no more.
        """
        with self._database.writing() as connection:
            storing.put_tally(connection, "repeated", repeated)
            storing.put_tally(connection, "left_out", left_out)

    def claim(self, owner: str, limit: int, worker: str = "") -> list[Item]:
        """Take the first items that wait; nobody else gets them.

        Args:
            owner: What ``hold`` gave.
            limit: How many at the most, 1 or more.
            worker: Who works on them, for people.

        Returns:
            Items in their order; none when none waits.
        """
        if limit < 1:
            raise ValueError("limit is 1 or more.")
        with self._database.writing() as connection:
            return storing.claim(connection, owner, limit, worker)

    def finish(self, item_id: str, owner: str, done: Done) -> bool:
        """Store what became of an item, its records and what it found, all or nothing.

        A key belongs to the first item of the run that brings it. What another one brings under
        it is kept aside, and counted; where its values are others, that item is partial, with the
        gap ``key_conflict``. Items that it found and that the run may not have make it partial,
        too, with the gap ``limit``.

        Returns:
            False, with nothing stored, when the owner has the item no longer.

        Raises:
            ValueError: A record or target is no plain JSON.
            LedgerError: It could not be stored; the owner still has the item.
        """
        records, found = storing.record_rows(done.records), storing.item_rows(done.found)
        with self._database.writing() as connection:
            return storing.finish(connection, (item_id, owner), done, records, found)

    def give_back(self, owner: str, item_ids: Collection[str] | None = None) -> int:
        """Let items wait again that an owner has not finished; the try does not count.

        Args:
            item_ids: Only these; None for all that it has.

        Returns:
            How many it had.
        """
        text, values = _GIVE_BACK, [storing.now_ms(), 1, owner]
        if item_ids is not None:
            text += " AND id IN (SELECT value FROM json_each(?))"
            values.append(storing.as_list(item_ids))
        with self._database.writing() as connection:
            return connection.execute(text, values).rowcount

    def release_dead(self) -> int:
        """Let the items of owners that died wait again; the try counts, as they may be why.

        Returns:
            How many there were.
        """
        with self._database.reading() as connection:
            rows = connection.execute("SELECT DISTINCT owner FROM items WHERE state = 'running'")
            owners = [row["owner"] for row in rows]
        released = 0
        for owner in (o for o in owners if not lives(self.path.parent, o)):
            with self._database.writing() as connection:
                values = (storing.now_ms(), 0, owner)
                released += connection.execute(_GIVE_BACK, values).rowcount
        sweep(self.path.parent)
        return released

    def retry(self, states: Collection[ItemState], ids: Collection[str] | None = None) -> int:
        """Let items that have ended wait again; their records stay until others replace them.

        Args:
            states: Of "failed", "partial" and "ok".
            ids: Only these; None for all in those states.

        Returns:
            How many there were.

        Raises:
            ValueError: A state is none of the ends.
        """
        if not AGAIN.issuperset(states):
            raise ValueError(f"Only items that are {', '.join(sorted(AGAIN))} can be retried.")
        with self._database.reading() as connection:
            last = connection.execute("SELECT coalesce(max(n), 0) FROM items").fetchone()[0]
        wanted = None if ids is None else storing.as_list(ids)
        changed = 0
        for after in range(0, last, CHUNK):
            values = (storing.now_ms(), after, after + CHUNK, storing.as_list(states))
            with self._database.writing() as connection:
                changed += connection.execute(_RETRY, (*values, wanted, wanted)).rowcount
        return changed

    # -------------------------------------------------------------------------------- reading

    def counts(self) -> ItemCounts:
        """Return how many items are in each state, and how many records there are."""
        return reading.counts(self._database)

    def finished_since(self, seconds: float) -> int:
        """Return how many items ended in the last seconds, by the clock on the wall."""
        now = storing.now_ms()
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT count(*) FROM items WHERE state IN ('ok', 'partial', 'failed') "
                "AND at > ? AND at <= ?",
                (now - int(seconds * 1000), now),
            ).fetchone()[0]
        return int(found)

    def item(self, item_id: str) -> Item | None:
        """Return one item, or None."""
        return reading.item(self._database, item_id)

    def items(self, query: ItemsQuery) -> ItemPage:
        """Return a page of items, in their order.

        Raises:
            InvalidRequest: The cursor is none of ours.
        """
        return reading.items(self._database, query)

    def records(self, query: RecordsQuery) -> RecordPage:
        """Return a page of records, oldest first.

        Raises:
            InvalidRequest: The cursor is none of ours.
        """
        return reading.records(self._database, query)

    def last_record(self) -> int:
        """Return a bound for ``iterate_records``: the newest record that there is now."""
        return reading.last_seq(self._database)

    def iterate_records(self, last: int | None = None) -> Iterator[RecordRow]:
        """Return all records, those that are gone too, oldest first, without holding a lock.

        Args:
            last: Ends there; None for the newest one when it begins.
        """
        return reading.every_record(self._database, last)

    def compare(self, *earlier: Path, skip: compare.Skip | None = None) -> int:
        """Mark each record new, changed or same against earlier runs, and add what is gone.

        Each item is compared with its own last one: with the newest earlier run in which it ended,
        and of one that was partial there, what it lacked with the one before. A record is gone when
        the item that had it ended "ok" in this run and nothing brought its key. One whose item
        failed, is partial or was no target of this run says nothing. May be repeated, also after a
        kill and with other runs; call it when the items have ended.

        Args:
            *earlier: Ledgers of earlier runs of the same recipe, the newest first; they are only
                read.
            skip: Is told of those that cannot be read; without it, that is an error.

        Returns:
            How many could be read; with none, nothing is marked.

        Raises:
            FileNotFoundError: There is no such file.
            LedgerError: One of the files cannot be read, or this one not written.
        """
        return compare.compare(self._database, earlier, skip)
