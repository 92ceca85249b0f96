"""What changed since an earlier run: its ledger beside this one's, a chunk at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .database import Database
from .errors import in_words, unreadable
from .schema import APPLICATION, VERSION
from .storing import now_ms

CHUNK = 2000
"""Rows of one transaction."""

_MARK = """
UPDATE main.records SET change = coalesce(
  (SELECT CASE WHEN p.digest = records.digest THEN 'same' ELSE 'changed' END
   FROM before.records p WHERE p.key = records.key AND p.change IS NOT 'gone'),
  'new')
WHERE seq > :after AND seq <= :upto AND change IS NOT 'gone'
"""
_GONE = """
INSERT INTO main.records (key, item, data, digest, change, at)
SELECT p.key, i.n, p.data, p.digest, 'gone', :at
FROM before.records p
JOIN before.items pi ON pi.n = p.item
JOIN main.items i ON i.id = pi.id AND i.state = 'ok'
WHERE p.seq > :after AND p.seq <= :upto AND p.change IS NOT 'gone'
  AND NOT EXISTS (SELECT 1 FROM main.records r WHERE r.key = p.key)
ORDER BY p.seq
"""
_LAST = "SELECT coalesce(max(seq), 0) FROM main.records"
_LAST_BEFORE = "SELECT coalesce(max(seq), 0) FROM before.records"
_FORGET = "DELETE FROM records WHERE seq IN (SELECT seq FROM records WHERE change = 'gone' LIMIT ?)"


def compare(database: Database, previous: Path) -> None:
    """Mark each record, and add those that are gone; see ``Ledger.compare``."""
    with in_words(database.path), _beside(database, previous) as connection:
        while _changed(connection, _FORGET, (CHUNK,)):
            pass
        for after, upto in _chunks(connection, _LAST):
            _changed(connection, _MARK, {"after": after, "upto": upto})
        for after, upto in _chunks(connection, _LAST_BEFORE):
            _changed(connection, _GONE, {"after": after, "upto": upto, "at": now_ms()})


@contextmanager
def _beside(database: Database, previous: Path) -> Iterator[sqlite3.Connection]:
    with database.connection() as connection:
        _attach(connection, previous)
        yield connection
        connection.execute("DETACH before")


def _attach(connection: sqlite3.Connection, previous: Path) -> None:
    """Open the earlier ledger for reading only.

    Raises:
        FileNotFoundError: There is none.
        LedgerError: It is no ledger, or damaged.
        ValueError: It is the same file.
    """
    if not previous.exists():
        raise FileNotFoundError(
            f"There is no ledger in {previous}: its run was deleted. Compare with another one."
        )
    own = connection.execute("PRAGMA database_list").fetchone()["file"]
    if previous.samefile(own):
        raise ValueError("A run cannot be compared with itself; name an earlier one.")
    with in_words(previous):
        connection.execute("ATTACH ? AS before", (f"{previous.absolute().as_uri()}?mode=ro",))
        found = [
            connection.execute(f"PRAGMA before.{name}").fetchone()[0]
            for name in ("application_id", "user_version")
        ]
    # What is compared is the same in all versions so far.
    if found[0] != APPLICATION or not 0 < found[1] <= VERSION:
        raise unreadable(previous, "it is no ledger of this version of Labpool")


def _chunks(connection: sqlite3.Connection, last_of: str) -> Iterator[tuple[int, int]]:
    last = connection.execute(last_of).fetchone()[0]
    for after in range(0, last, CHUNK):
        yield after, min(after + CHUNK, last)


def _changed(
    connection: sqlite3.Connection, text: str, values: tuple[int, ...] | dict[str, int]
) -> int:
    connection.execute("BEGIN IMMEDIATE")
    count = connection.execute(text, values).rowcount
    connection.execute("COMMIT")
    return count
