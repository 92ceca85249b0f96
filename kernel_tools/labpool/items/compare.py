"""What changed since earlier runs: each item beside its own last one, a chunk at a time.

An earlier run may have had other items, or read this one not at all or in part. So the ledgers are
asked from the newest on: what an item had where it last ended decides, and of one that was partial
there, what it lacked is looked for further back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .database import Database
from .errors import LedgerError, in_words, unreadable
from .schema import APPLICATION, VERSION
from .storing import now_ms

CHUNK = 500
"""Items, or rows, of one transaction."""

Skip = Callable[[Path, Exception], None]
"""Is told of a ledger that cannot be read."""

_FORGET = "DELETE FROM records WHERE seq IN (SELECT seq FROM records WHERE change = 'gone' LIMIT ?)"
_OPEN = "UPDATE records SET change = NULL WHERE seq > :after AND seq <= :upto"
_TODO = "CREATE TEMP TABLE todo AS SELECT n, id, state FROM main.items"
_LAST = "SELECT coalesce(max(seq), 0) FROM main.records"
_LAST_ITEM = "SELECT coalesce(max(n), 0) FROM main.items"

_OWN = """
SELECT t.n FROM todo t JOIN before.items b ON b.id = t.id
WHERE t.n > :after AND t.n <= :upto AND b.state IN ({states})
"""
_KNOWN, _WHOLE = _OWN.format(states="'ok', 'partial'"), _OWN.format(states="'ok'")
_BESIDE = """
(SELECT CASE WHEN p.change IS 'gone' THEN 'new' WHEN p.digest = records.digest THEN 'same'
  ELSE 'changed' END
 FROM before.records p WHERE p.key = records.key)
"""
_MARK = f"""
UPDATE main.records SET change = {_BESIDE}
WHERE change IS NULL AND item IN ({_KNOWN})
  AND EXISTS (SELECT 1 FROM before.records p WHERE p.key = records.key AND p.change IS NOT 'gone')
"""  # noqa: S608 - put together of constants
_NEW = f"UPDATE main.records SET change = 'new' WHERE change IS NULL AND item IN ({_WHOLE})"  # noqa: S608
_GONE = """
INSERT INTO main.records (key, item, data, digest, change, at)
SELECT p.key, t.n, p.data, p.digest, 'gone', :at
FROM todo t JOIN before.items b ON b.id = t.id AND b.state IN ('ok', 'partial')
JOIN before.records p ON p.item = b.n
WHERE t.n > :after AND t.n <= :upto AND t.state = 'ok' AND p.change IS NOT 'gone'
  AND NOT EXISTS (SELECT 1 FROM main.records r WHERE r.key = p.key)
ORDER BY p.seq
"""
_DONE = f"DELETE FROM todo WHERE n IN ({_WHOLE})"  # noqa: S608
_BY_KEY = f"""
UPDATE main.records SET change = {_BESIDE}
WHERE seq > :after AND seq <= :upto AND change IS NULL
  AND EXISTS (SELECT 1 FROM before.records p WHERE p.key = records.key)
"""  # noqa: S608
_REST = (
    "UPDATE main.records SET change = 'new' WHERE seq > :after AND seq <= :upto AND change IS NULL"
)


def compare(database: Database, earlier: Sequence[Path], skip: Skip | None = None) -> int:
    """Mark each record, and add those that are gone; see ``Ledger.compare``."""
    with in_words(database.path), database.connection() as connection:
        while _changed(connection, _FORGET, (CHUNK,)):
            pass
        _all(connection, _LAST, _OPEN)
        connection.execute(_TODO)
        try:
            used = sum(_against(connection, path, skip, _own) for path in earlier)
            if used and _left(connection):
                # Of items that no earlier run has read: another one may have had their records.
                for path in earlier:
                    _against(connection, path, skip, _by_key)
            if used:
                _all(connection, _LAST, _REST)
        finally:
            connection.execute("DROP TABLE temp.todo")
    return used


def _against(
    connection: sqlite3.Connection,
    path: Path,
    skip: Skip | None,
    step: Callable[[sqlite3.Connection], None],
) -> bool:
    """Do something with an earlier ledger beside this one; return whether it could be read."""
    try:
        with _beside(connection, path):
            step(connection)
    except (FileNotFoundError, LedgerError) as error:
        if skip is None:
            raise
        skip(path, error)
        return False
    return True


def _own(connection: sqlite3.Connection) -> None:
    """Compare items that both have."""
    for after, upto in _chunks(connection, _LAST_ITEM):
        span = {"after": after, "upto": upto, "at": now_ms()}
        for text in (_MARK, _NEW, _GONE, _DONE):
            _changed(connection, text, span)


def _by_key(connection: sqlite3.Connection) -> None:
    _all(connection, _LAST, _BY_KEY)


def _left(connection: sqlite3.Connection) -> bool:
    found = connection.execute("SELECT 1 FROM main.records WHERE change IS NULL LIMIT 1").fetchone()
    return found is not None


def _all(connection: sqlite3.Connection, last_of: str, text: str) -> None:
    for after, upto in _chunks(connection, last_of):
        _changed(connection, text, {"after": after, "upto": upto})


@contextmanager
def _beside(connection: sqlite3.Connection, previous: Path) -> Iterator[None]:
    _attach(connection, previous)
    try:
        yield
    finally:
        if not connection.in_transaction:  # an error of the disk closes the connection anyway
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
        try:
            found = [
                connection.execute(f"PRAGMA before.{name}").fetchone()[0]
                for name in ("application_id", "user_version")
            ]
        except sqlite3.DatabaseError:
            connection.execute("DETACH before")
            raise
    # What is compared is the same in all versions so far.
    if found[0] != APPLICATION or not 0 < found[1] <= VERSION:
        connection.execute("DETACH before")
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
