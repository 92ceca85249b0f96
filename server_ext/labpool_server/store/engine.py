"""Connections: how the database is reached, and how SQLite is set up.

SQLite writes ahead (WAL), so that reading never waits for writing, and flushes every commit
to the disk (``synchronous=FULL``): after a power cut a sequence number that somebody has
seen must not be given to another event, or readers that go on after it would miss that one.
The store commits once a batch, so the flush is paid for a few times a second.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc, make_url
from sqlalchemy.engine import URL

from labpool.wire.errors import ServerUnavailable

BUSY_MS = 5_000
"""Milliseconds that SQLite waits for another process before it says that it is locked."""

_PRAGMAS = (
    f"PRAGMA busy_timeout = {BUSY_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA cache_size = -16384",
)


def connect(url: str) -> Engine:
    """Return the engine for a database, making SQLite's file (0600) and folder (0700).

    Args:
        url: SQLAlchemy URL, such as ``sqlite:////data/labpool.db`` or ``postgresql://...``.

    Raises:
        ServerUnavailable: The URL cannot be read, or its driver is missing.
    """
    try:
        parsed = make_url(url)
    except exc.ArgumentError as error:
        raise ServerUnavailable(
            "database_url cannot be read. Write it like sqlite:////folder/labpool.db or "
            "postgresql://user@host/name.",
        ) from error
    return _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _server(parsed)


def to_write(engine: Engine) -> AbstractContextManager[Connection]:
    """Return a transaction that writes: all of it is kept, or nothing."""
    return engine.execution_options(writes=True).begin()


def to_read(engine: Engine) -> AbstractContextManager[Connection]:
    """Return a transaction that reads one state of the database, whatever is written meanwhile."""
    if engine.dialect.name == "sqlite":
        return engine.begin()
    return engine.execution_options(isolation_level="REPEATABLE READ").begin()


def _server(url: URL) -> Engine:
    if url.get_backend_name() != "postgresql":
        raise ServerUnavailable(
            f"database_url names {url.get_backend_name()}. Labpool knows SQLite and PostgreSQL.",
        )
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    try:
        return create_engine(url, pool_pre_ping=True, max_overflow=32)
    except (exc.NoSuchModuleError, ModuleNotFoundError) as error:
        raise ServerUnavailable(
            f"The driver for {url.drivername} is not installed. For PostgreSQL: "
            'pip install "psycopg[binary]".',
        ) from error


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ServerUnavailable("database_url names no file. Write sqlite:////folder/labpool.db.")
    _make_file(Path(url.database))
    engine = create_engine(url, connect_args={"isolation_level": None}, max_overflow=32)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _make_file(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # SQLite gives the files beside it (-wal, -shm) the same mode.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _set_up(connection: Any, _record: object) -> None:
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _begin(conn: Connection) -> None:
    """Begin; a writer takes the lock at once, as one that reads first cannot wait for it."""
    writes = conn.get_execution_options().get("writes", False)
    conn.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
