"""The tables of a ledger, and how a file becomes one.

``items`` has the run's items by number, ``records`` what they brought, by sequence; a key belongs
to the first item, by number, that brings it. What others bring under that key lies in ``spare``,
from where it comes back if the first one brings it no longer; ``differs`` says that its values are
others. Rows of ``records`` that an earlier run had and this one has not are marked gone and counted
nowhere. ``tally`` is kept by triggers, inside the change that it counts, so that counting a million
items reads a few rows; ``gap:`` and a code counts the items that have such a gap.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from labpool.hub.durable import locked

from .errors import unreadable

APPLICATION = 0x4C504954
"""What SQLite keeps in the file's header to say whose it is ("LPIT")."""

VERSION = 2
"""Kept as ``user_version``; 1 had no gaps, and a key belonged to the item that brought it last."""

GAP = "gap:"
"""What the names of gaps begin with in the tally."""

COUNTED = (
    "waiting", "running", "ok", "partial", "failed", "records", "duplicates", "conflicts",
    "left_out", "repeated",
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
  gaps TEXT NOT NULL DEFAULT '[]',
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
  UPDATE items SET records = records - 1 WHERE n = OLD.item;
  UPDATE items SET records = records + 1 WHERE n = NEW.item;
END;
"""
_GAPS = """
CREATE TABLE spare (
  key TEXT NOT NULL,
  item INTEGER NOT NULL REFERENCES items (n),
  data TEXT NOT NULL,
  digest BLOB NOT NULL,
  differs INTEGER NOT NULL,
  PRIMARY KEY (key, item)
) WITHOUT ROWID;
CREATE INDEX spare_by_item ON spare (item);

CREATE TRIGGER spare_added AFTER INSERT ON spare BEGIN
  UPDATE tally SET count = count + 1 WHERE name = 'duplicates';
  UPDATE tally SET count = count + NEW.differs WHERE name = 'conflicts';
END;
CREATE TRIGGER spare_removed AFTER DELETE ON spare BEGIN
  UPDATE tally SET count = count - 1 WHERE name = 'duplicates';
  UPDATE tally SET count = count - OLD.differs WHERE name = 'conflicts';
END;
CREATE TRIGGER spare_changed AFTER UPDATE OF differs ON spare BEGIN
  UPDATE tally SET count = count + NEW.differs - OLD.differs WHERE name = 'conflicts';
END;
CREATE TRIGGER gaps_changed AFTER UPDATE OF gaps ON items WHEN NEW.gaps <> OLD.gaps BEGIN
  INSERT OR IGNORE INTO tally
    SELECT DISTINCT 'gap:' || json_extract(value, '$.code'), 0 FROM json_each(NEW.gaps);
  UPDATE tally SET count = count - 1
    WHERE name IN (SELECT 'gap:' || json_extract(value, '$.code') FROM json_each(OLD.gaps));
  UPDATE tally SET count = count + 1
    WHERE name IN (SELECT 'gap:' || json_extract(value, '$.code') FROM json_each(NEW.gaps));
END;
"""
_FROM_1 = """
ALTER TABLE items ADD COLUMN gaps TEXT NOT NULL DEFAULT '[]';
DROP TRIGGER record_moved;
CREATE TRIGGER record_moved AFTER UPDATE OF item ON records WHEN NEW.item <> OLD.item BEGIN
  UPDATE items SET records = records - 1 WHERE n = OLD.item;
  UPDATE items SET records = records + 1 WHERE n = NEW.item;
END;
INSERT INTO tally VALUES ('conflicts', 0), ('repeated', 0);
"""
_FILL_FROM_1 = """
UPDATE items SET gaps = json_array(json_object(
  'code', reason, 'message', message, 'args', json_object('count', broken)
)) WHERE state = 'partial';
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
    elif _version(connection) == 1:
        _migrate(connection)
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
    connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} {_GAPS} {marks}")
    connection.executemany("INSERT INTO tally VALUES (?, 0)", ((name,) for name in COUNTED))
    connection.execute("COMMIT")


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring a ledger of version 1 up to date, where nobody else has done so meanwhile.

    Its partial items get their reason as a gap. What came again under a key took the place of what
    was there, uncounted by its values: that cannot be found out any more, so its duplicates stay
    counted and its conflicts are 0.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _version(connection) == 1:
            for text in (_FROM_1, _GAPS, _FILL_FROM_1, f"PRAGMA user_version = {VERSION};"):
                for statement in _statements(text):
                    connection.execute(statement)
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _statements(text: str) -> Iterator[str]:
    """Yield the statements of a script: ``executescript`` would end the transaction around it."""
    statement = ""
    for line in text.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _version(connection: sqlite3.Connection) -> int:
    """Return the version of a ledger; 0 of what is none."""
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    return int(version) if application == APPLICATION else 0


def _check(connection: sqlite3.Connection, path: Path) -> None:
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION:
        raise unreadable(path, "it is a database of another program")
    if version != VERSION:
        raise unreadable(path, f"it has version {version}, and this Labpool reads {VERSION}")
