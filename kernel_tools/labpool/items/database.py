"""Connections to a ledger's file, for as many threads as ask."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import in_words
from .schema import prepare

BUSY_S = 30.0
"""Seconds that a change waits for the changes of other processes."""


class Database:
    """A file and the connections that are idle.

    A connection serves one thread at a time and is made when none is idle. SQLite forbids
    carrying one over a fork: open the ledger in the process that uses it.

    Args:
        busy_s: Seconds to wait for other processes.
    """

    def __init__(self, path: Path, *, create: bool, busy_s: float = BUSY_S) -> None:
        if not create and not path.exists():
            raise FileNotFoundError(f"There is no ledger in {path} yet: the run has not begun.")
        self.path = path
        self._busy_s = busy_s
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._closed = False
        if create:
            path.parent.mkdir(parents=True, exist_ok=True)
        with in_words(path):
            connection = self._connect("rwc" if create else "rw")
            try:
                prepare(connection, path, create=create)
            except BaseException:
                connection.close()
                raise
        self._idle.append(connection)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection whose statements all see the same state."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection in a transaction: all that is done with it is stored, or nothing.

        Raises:
            LedgerError: It could not be stored.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with in_words(self.path), self.connection() as connection:
            connection.execute(begin)
            yield connection
            connection.execute("COMMIT")

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Give a connection outside of a transaction."""
        connection = self._take()
        try:
            yield connection
        except BaseException:
            # After an error of the disk SQLite has ended the transaction by itself, or cannot:
            # closing the connection undoes it in any case.
            connection.close()
            raise
        self._put(connection)

    def close(self) -> None:
        """Close what is idle now, and the rest when it comes back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise ValueError(f"The ledger in {self.path} is closed; open it again.")
            if self._idle:
                return self._idle.pop()
        return self._connect()

    def _put(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def _connect(self, mode: str = "rw") -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}",
            uri=True,
            timeout=self._busy_s,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.row_factory = sqlite3.Row
        try:
            # Enough against the death of any process; a power cut may cost the last
            # transactions, never a part of one.
            connection.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            connection.close()
            raise
        return connection
