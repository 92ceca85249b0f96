"""Which item a record belongs to: the first one of the run, by number, that brings its key."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from labpool.wire.items import Gap

from .gaps import put

CONFLICT = "key_conflict"
"""Code of the gap of an item whose record is not shown, as another one has its key."""

_PUT = "INSERT INTO records (key, item, data, digest, at) VALUES (?, ?, ?, ?, ?)"
_PUT_ASIDE = "INSERT INTO spare (key, item, data, digest, differs) VALUES (?, ?, ?, ?, ?)"
_TAKE_OVER = (
    "UPDATE records SET item = ?, data = ?, digest = ?, at = ?, change = NULL WHERE key = ?"
)

Row = tuple[str, str, bytes]
"""Key, data and digest of a record."""


def own_conflict(rows: Sequence[Row]) -> list[Gap]:
    """Return what is to be told where an item brings a key with several values itself."""
    first: dict[str, bytes] = {}
    others = [key for key, _, digest in rows if first.setdefault(key, digest) != digest]
    if not others:
        return []
    text = (
        f"{len(others)} of its records have the key of an earlier one and other values; the first "
        f"is kept ({others[0]}). Name more fields in the recipe's key if they are different things."
    )
    return [Gap(code=CONFLICT, message=text, args={"count": len(others), "key": others[0]})]


def replace(connection: sqlite3.Connection, item: int, rows: Sequence[Row], at: int) -> None:
    """Have an item's records take the place of what it brought before.

    Args:
        connection: In a transaction.
        item: Its number.
        rows: Its records; of several with one key the first counts.
        at: When, milliseconds since 1970.
    """
    by_key: dict[str, Row] = {}
    for row in rows:
        by_key.setdefault(row[0], row)
    told = {item} if _remove(connection, "spare", item) else set()
    left = [key for key in _remove(connection, "records", item) if key not in by_key]
    told |= _come_back(connection, left, at)
    _forget_gone(connection, by_key)
    there = _there(connection, by_key)
    new = [(row[0], item, *row[1:], at) for key, row in by_key.items() if key not in there]
    connection.executemany(_PUT, new)
    for key, other in there.items():
        told |= _meet(connection, item, by_key[key], other, at)
    # An item whose record left for another one had records aside under the same keys.
    told |= _compare(connection, [*by_key])
    for n in told:
        _tell(connection, n)


def _remove(connection: sqlite3.Connection, table: str, item: int) -> list[str]:
    """Remove an item's rows and return their keys."""
    text = f"DELETE FROM {table} WHERE item = ? RETURNING key"  # noqa: S608 - one of two names
    return [row["key"] for row in connection.execute(text, (item,)).fetchall()]


def _come_back(connection: sqlite3.Connection, keys: Iterable[str], at: int) -> set[int]:
    """Give keys that nobody has now to the first item that has them aside; return these items."""
    found = set[int]()
    for key in keys:
        row = connection.execute(
            "SELECT * FROM spare WHERE key = ? ORDER BY item LIMIT 1", (key,)
        ).fetchone()
        if row is None:
            continue
        connection.execute("DELETE FROM spare WHERE key = ? AND item = ?", (key, row["item"]))
        connection.execute(_PUT, (key, row["item"], row["data"], row["digest"], at))
        found |= {row["item"], *_compare(connection, [key])}
    return found


def _forget_gone(connection: sqlite3.Connection, keys: Iterable[str]) -> None:
    if connection.execute("SELECT 1 FROM records WHERE change = 'gone' LIMIT 1").fetchone():
        connection.executemany(
            "DELETE FROM records WHERE key = ? AND change = 'gone'", ((key,) for key in keys)
        )


def _there(connection: sqlite3.Connection, keys: Iterable[str]) -> dict[str, sqlite3.Row]:
    found = connection.execute(
        "SELECT * FROM records WHERE key IN (SELECT value FROM json_each(?))",
        (json.dumps([*keys]),),
    )
    return {row["key"]: row for row in found.fetchall()}


def _meet(
    connection: sqlite3.Connection, item: int, row: Row, other: sqlite3.Row, at: int
) -> set[int]:
    """Decide between two records of one key; return the items of which more is to be told."""
    key, data, digest = row
    differs = digest != other["digest"]
    if other["item"] < item:
        connection.execute(_PUT_ASIDE, (key, item, data, digest, differs))
        return {item} if differs else set()
    aside = (key, other["item"], other["data"], other["digest"], differs)
    connection.execute(_TAKE_OVER, (item, data, digest, at, key))
    connection.execute(_PUT_ASIDE, aside)
    return {other["item"]} if differs else set()


def _compare(connection: sqlite3.Connection, keys: Iterable[str]) -> set[int]:
    """See anew which records that lie aside differ; return the items for which that changed."""
    rows = connection.execute(
        "SELECT s.key, s.item, s.digest <> r.digest AS differs FROM spare s "
        "JOIN records r ON r.key = s.key "
        "WHERE s.key IN (SELECT value FROM json_each(?)) AND s.differs <> (s.digest <> r.digest)",
        (json.dumps([*keys]),),
    ).fetchall()
    for row in rows:
        connection.execute(
            "UPDATE spare SET differs = ? WHERE key = ? AND item = ?",
            (row["differs"], row["key"], row["item"]),
        )
    return {row["item"] for row in rows}


def _tell(connection: sqlite3.Connection, n: int) -> None:
    """Have an item say how many of its records are not shown, as others have their keys."""
    item = connection.execute("SELECT state, gaps FROM items WHERE n = ?", (n,)).fetchone()
    if item["state"] not in {"ok", "partial"}:
        return  # it is worked on: its end will tell
    before = [Gap.model_validate(gap) for gap in json.loads(item["gaps"])]
    gaps = [gap for gap in before if gap.code != CONFLICT or "item" not in gap.args]
    gaps += _conflict(connection, n)
    if gaps != before:
        put(connection, n, gaps)


def _conflict(connection: sqlite3.Connection, n: int) -> list[Gap]:
    rows = connection.execute(
        "SELECT s.key, i.id FROM spare s JOIN records r ON r.key = s.key "
        "JOIN items i ON i.n = r.item WHERE s.item = ? AND s.differs ORDER BY s.key",
        (n,),
    ).fetchall()
    if not rows:
        return []
    key, first = rows[0]["key"], rows[0]["id"]
    text = (
        f"{len(rows)} of its records have the key of a record of another item and other values; "
        f"the item that comes first keeps it ({key}: {first}). Name more fields in the recipe's "
        "key if they are different things."
    )
    return [Gap(code=CONFLICT, message=text, args={"count": len(rows), "key": key, "item": first})]
