"""The tables of a ledger, and how a file becomes one.

``items`` has the run's items by number, ``records`` what they brought, by sequence; a record
moves to the item that brought its key last. Rows of ``records`` that an earlier run had and this
one has not are marked gone and counted nowhere. ``tally`` is kept by triggers, inside the change
that it counts, so that counting a million items reads nine rows.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from labpool.hub.durable import locked

from .errors import unreadable

APPLICATION = 0x4C504954
"""What SQLite keeps in the file's header to say whose it is ("LPIT")."""

VERSION = 1
"""Kept as ``user_version``."""

COUNTED = (
    "waiting", "running", "ok", "partial", "failed", "records", "duplicates", "left_out",
)  # fmt: skip

_TABLES = """
CREATE TABLE items (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  target TEXT NOT NULL,
  depth INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting',
  owner TEXT NOT NULL DEFAULT '',
  worker TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  message TEXT NOT NULL DEFAULT '',
  tries INTEGER NOT NULL DEFAULT 0,
  records INTEGER NOT NULL DEFAULT 0,
  broken INTEGER NOT NULL DEFAULT 0,
  seconds REAL,
  artifact TEXT,
  at INTEGER NOT NULL
);
CREATE INDEX items_by_state ON items (state);
CREATE INDEX items_by_owner ON items (owner) WHERE state = 'running';
CREATE INDEX items_by_end ON items (at) WHERE state IN ('ok', 'partial', 'failed');

CREATE TABLE records (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  item INTEGER NOT NULL REFERENCES items (n),
  data TEXT NOT NULL,
  digest BLOB NOT NULL,
  change TEXT,
  at INTEGER NOT NULL
);
CREATE INDEX records_by_item ON records (item);
CREATE INDEX records_by_change ON records (change);

CREATE TABLE tally (name TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;

CREATE TRIGGER item_added AFTER INSERT ON items BEGIN
  UPDATE tally SET count = count + 1 WHERE name = NEW.state;
END;
CREATE TRIGGER item_moved AFTER UPDATE OF state ON items WHEN NEW.state <> OLD.state BEGIN
  UPDATE tally SET count = count - 1 WHERE name = OLD.state;
  UPDATE tally SET count = count + 1 WHERE name = NEW.state;
END;
CREATE TRIGGER record_added AFTER INSERT ON records WHEN NEW.change IS NOT 'gone' BEGIN
  UPDATE tally SET count = count + 1 WHERE name = 'records';
  UPDATE items SET records = records + 1 WHERE n = NEW.item;
END;
CREATE TRIGGER record_removed AFTER DELETE ON records WHEN OLD.change IS NOT 'gone' BEGIN
  UPDATE tally SET count = count - 1 WHERE name = 'records';
  UPDATE items SET records = records - 1 WHERE n = OLD.item;
END;
CREATE TRIGGER record_moved AFTER UPDATE OF item ON records WHEN NEW.item <> OLD.item BEGIN
  UPDATE tally SET count = count + 1 WHERE name = 'duplicates';
  UPDATE items SET records = records - 1 WHERE n = OLD.item;
  UPDATE items SET records = records + 1 WHERE n = NEW.item;
END;
"""


def prepare(connection: sqlite3.Connection, path: Path, *, create: bool) -> None:
    """Make a new file a ledger, or see that it is one.

    Args:
        create: Whether an empty file may become one.

    Raises:
        FileNotFoundError: It is empty, and ``create`` is false.
        LedgerUnreadable: It is something else, or of a newer Labpool.
    """
    if create and _is_empty(connection):
        # SQLite does not wait its turn where two change to write-ahead logging at once.
        with locked(path.with_name(f"{path.name}.lock")):
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
            if _is_empty(connection):
                _make(connection)
    if _is_empty(connection):
        raise FileNotFoundError(f"There is no ledger in {path} yet: the run has not begun.")
    _check(connection, path)


def _is_empty(connection: sqlite3.Connection) -> bool:
    names, version = (
        connection.execute(f"SELECT {what}").fetchone()[0]
        for what in ("count(*) FROM sqlite_schema", "user_version FROM pragma_user_version")
    )
    return not names and not version


def _make(connection: sqlite3.Connection) -> None:
    marks = f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION};"
    connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} {marks}")
    connection.executemany("INSERT INTO tally VALUES (?, 0)", ((name,) for name in COUNTED))
    connection.execute("COMMIT")


def _check(connection: sqlite3.Connection, path: Path) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION:
        raise unreadable(path, "it is a database of another program")
    if version != VERSION:
        raise unreadable(path, f"it has version {version}, and this Labpool reads {VERSION}")
