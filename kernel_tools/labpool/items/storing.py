"""The changes of a ledger that are more than one statement; each runs in a caller's transaction."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable
from datetime import UTC, datetime

from labpool.wire.items import Item

from .work import Done, NewItem, NewRecord, as_json, digest, plain

_INSERT_ITEM = """
INSERT INTO items (id, target, depth, at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
"""
_PUT_RECORD = """
INSERT INTO records (key, item, data, digest, at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET
  item = excluded.item, data = excluded.data, digest = excluded.digest, at = excluded.at,
  change = NULL
"""
_FINISH = """
UPDATE items SET state = ?, owner = '', reason = ?, message = ?, broken = ?, seconds = ?,
  artifact = ?, tries = tries + ?, at = ?
WHERE n = ?
"""

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
    at = now_ms()
    words = (plain(done.reason), plain(done.message))
    facts = (done.broken, done.seconds, done.artifact, done.tries - 1, at, row["n"])
    connection.execute(_FINISH, (done.state, *words, *facts))
    if done.state != "failed":
        _replace_records(connection, row["n"], records, at)
    if found:
        _add_found(connection, found, done.most_items)
    return True


def _replace_records(
    connection: sqlite3.Connection, item: int, rows: list[RecordRow], at: int
) -> None:
    connection.execute("DELETE FROM records WHERE item = ?", (item,))
    if connection.execute("SELECT 1 FROM records WHERE change = 'gone' LIMIT 1").fetchone():
        connection.executemany(
            "DELETE FROM records WHERE key = ? AND change = 'gone'", ((key,) for key, *_ in rows)
        )
    by_key = {row[0]: row for row in rows}
    _tally(connection, "duplicates", len(rows) - len(by_key))
    connection.executemany(
        _PUT_RECORD, ((key, item, data, mark, at) for key, data, mark in by_key.values())
    )


def _add_found(connection: sqlite3.Connection, rows: list[ItemRow], most: int | None) -> None:
    if most is None:
        add(connection, rows)
        return
    there = connection.execute("SELECT coalesce(max(n), 0) FROM items").fetchone()[0]
    left_out = 0
    for row in rows:
        if there < most:
            there += add(connection, [row])
        elif not connection.execute("SELECT 1 FROM items WHERE id = ?", row[:1]).fetchone():
            left_out += 1
    _tally(connection, "left_out", left_out)


def _tally(connection: sqlite3.Connection, name: str, more: int) -> None:
    if more:
        connection.execute("UPDATE tally SET count = count + ? WHERE name = ?", (more, name))


def when(at: int) -> datetime:
    """Return an instant that the tables keep."""
    return datetime.fromtimestamp(at / 1000, UTC)


def item_of(row: sqlite3.Row) -> Item:
    """Return a row of the table as the record that goes on the wire."""
    facts = dict(row)
    del facts["owner"]
    return Item.model_validate(
        facts | {"target": json.loads(facts["target"]), "at": when(row["at"])}
    )
