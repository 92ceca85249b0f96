"""The changes of a ledger that are more than one statement; each runs in a caller's transaction."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable
from datetime import UTC, datetime

from labpool.wire.items import Gap, Item

from . import gaps as gaps_
from . import owners
from .work import Done, NewItem, NewRecord, as_json, digest, plain

_INSERT_ITEM = """
INSERT INTO items (id, target, depth, at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
"""
_PUT_RECORD = "INSERT INTO records (key, item, data, digest, at) VALUES (?, ?, ?, ?, ?)"
_FINISH = """
UPDATE items SET state = ?, owner = '', reason = ?, message = ?, gaps = ?, broken = ?, seconds = ?,
  artifact = ?, tries = tries + ?, at = ?
WHERE n = ?
"""

LARGEST = 2**53
"""Largest count that every reader of JSON has exactly."""

ItemRow = tuple[str, str, int]
RecordRow = tuple[str, str, bytes]


def now_ms() -> int:
    """Return the present instant in milliseconds since 1970, UTC, as the tables keep it."""
    return time.time_ns() // 1_000_000


def as_list(words: Iterable[str]) -> str:
    """Return words as the one value that ``json_each`` takes apart."""
    return json.dumps([plain(word) for word in words])


def item_rows(items: Iterable[NewItem]) -> list[ItemRow]:
    """Return items as the table has them."""
    return [(plain(i.id), as_json(i.target, f"The target of {i.id!r}"), i.depth) for i in items]


def record_rows(records: Iterable[NewRecord]) -> list[RecordRow]:
    """Return records as the table has them."""
    return [(plain(r.key), as_json(r.data, f"Record {r.key!r}"), digest(r.data)) for r in records]


def add(connection: sqlite3.Connection, rows: Iterable[ItemRow]) -> int:
    """Add items that are not there; returns how many were not."""
    at = now_ms()
    return connection.executemany(_INSERT_ITEM, ((*row, at) for row in rows)).rowcount


def claim(connection: sqlite3.Connection, owner: str, limit: int, worker: str) -> list[Item]:
    """Give the first items that wait to an owner."""
    rows = connection.execute(
        "UPDATE items SET state = 'running', owner = ?, worker = ?, tries = tries + 1, at = ? "
        "WHERE n IN (SELECT n FROM items WHERE state = 'waiting' ORDER BY n LIMIT ?) RETURNING *",
        (owner, plain(worker), now_ms(), limit),
    ).fetchall()
    return sorted((item_of(row) for row in rows), key=lambda item: item.n)


def finish(
    connection: sqlite3.Connection,
    claimed: tuple[str, str],
    done: Done,
    records: list[RecordRow],
    found: list[ItemRow],
) -> bool:
    """Store what became of an item.

    Args:
        claimed: The item's id and the owner who was given it.

    Returns:
        False, with nothing stored, when the owner has it no longer.
    """
    row = connection.execute(
        "SELECT n FROM items WHERE id = ? AND owner = ? AND state = 'running'", claimed
    ).fetchone()
    if row is None:
        return False
    at, n = now_ms(), row["n"]
    gaps = [*done.gaps, *owners.own_conflict(records)]
    left_out = _add_found(connection, found, done.most_items)
    if left_out is not None:
        gaps.append(left_out)
    state = "partial" if done.state == "ok" and gaps else done.state
    facts = (done.broken, done.seconds, done.artifact, done.tries - 1, at, n)
    words = (plain(done.reason), plain(done.message)) if state == "failed" else gaps_.words(gaps)
    connection.execute(_FINISH, (state, *words, gaps_.as_text(gaps), *facts))
    if done.state != "failed":
        owners.replace(connection, n, records, at)
    return True


def _add_found(connection: sqlite3.Connection, rows: list[ItemRow], most: int | None) -> Gap | None:
    """Add items that were found; return what the run may not have of them."""
    if most is None or not rows:
        add(connection, rows)
        return None
    there = connection.execute("SELECT coalesce(max(n), 0) FROM items").fetchone()[0]
    left_out: list[str] = []
    for row in rows:
        if there < most:
            there += add(connection, [row])
        elif not connection.execute("SELECT 1 FROM items WHERE id = ?", row[:1]).fetchone():
            left_out.append(row[0])
    tally(connection, "left_out", len(left_out))
    if not left_out:
        return None
    text = (
        f"{len(left_out)} items that it leads to were left out, {left_out[0]} first: the run may "
        f"have {most} items. Raise its limit."
    )
    facts: dict[str, str | int | float] = {
        "count": len(left_out), "address": left_out[0], "limit": most
    }  # fmt: skip
    return Gap(code="limit", message=text, args=facts)


def tally(connection: sqlite3.Connection, name: str, more: int) -> None:
    """Count more of something."""
    if more:
        connection.execute("UPDATE tally SET count = count + ? WHERE name = ?", (more, name))


def put_tally(connection: sqlite3.Connection, name: str, count: int) -> None:
    """Set how many of something there are; beyond what JSON's readers count it is that."""
    values = (min(count, LARGEST), name)
    connection.execute("UPDATE tally SET count = ? WHERE name = ?", values)


def when(at: int) -> datetime:
    """Return an instant that the tables keep."""
    return datetime.fromtimestamp(at / 1000, UTC)


def item_of(row: sqlite3.Row) -> Item:
    """Return a row of the table as the record that goes on the wire."""
    facts = dict(row)
    del facts["owner"]
    read = {"target": json.loads(row["target"]), "gaps": json.loads(row["gaps"])}
    return Item.model_validate(facts | read | {"at": when(row["at"])})
