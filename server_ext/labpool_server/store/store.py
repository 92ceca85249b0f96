"""The store's one public class."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from labpool.runtime.state import accepts
from labpool.wire.assets import Asset
from labpool.wire.errors import Conflict, ServerUnavailable
from labpool.wire.events import ArtifactSaved, Event, RunDeleted
from labpool.wire.metrics import Series
from labpool.wire.pages import (
    AssetPage,
    AssetsQuery,
    LogPage,
    LogsQuery,
    RunPage,
    RunsQuery,
)
from labpool.wire.runs import Run, RunState

from . import assets, log, logs, prune, runs, series
from .append import append
from .engine import connect, to_read, to_write
from .migrate import migrate
from .spoken import Spoken
from .stored import Stored
from .trouble import in_plain_words


class Store:
    """All that is known of all runs, in one database.

    Methods block, and may be called from any thread: one writes at a time, and reading does
    not wait for writing. Every method raises ``ServerUnavailable`` where the disk is full or
    the database is locked, away or damaged; nothing is then half-stored, and the same call
    may be made again.

    Args:
        url: SQLAlchemy URL of the database, SQLite or PostgreSQL.
        runs_dir: Folder that holds a folder of files for each run.
    """

    def __init__(self, url: str, runs_dir: Path) -> None:
        self._url = url
        self._runs_dir = runs_dir
        self._lock = threading.Lock()
        self._engine: Engine | None = None

    def open(self) -> None:
        """Make the database where there is none, and bring it up to date.

        Raises:
            ServerUnavailable: It cannot be reached.
            StoreIncompatible: Another version of Labpool made it.
        """
        with self._lock, in_plain_words():
            if self._engine is not None:
                return
            engine = connect(self._url)
            try:
                with to_write(engine) as conn:
                    migrate(conn)
            except BaseException:
                engine.dispose()
                raise
            self._engine = engine

    def close(self) -> None:
        """Let go of the database, after the write that goes on."""
        with self._lock:
            engine, self._engine = self._engine, None
            if engine is not None:
                engine.dispose()

    def append(self, events: Sequence[Event | Spoken]) -> list[Stored]:
        """Store events in one transaction.

        An event is dropped when the same worker's message (run, attempt, n) was stored
        before, or when it may not follow what was (``labpool.runtime.state.accepts``).

        Args:
            events: Events in the order in which they happened; those of workers as they came.

        Returns:
            What was stored, in order.
        """
        with self._writing() as conn:
            return append(conn, events)

    def delete(self, run_id: str) -> Stored | None:
        """Remove a run that has ended, leaving the event that says so.

        Returns:
            That event, or None where there is no such run.

        Raises:
            Conflict: The run has not ended.
        """
        with self._writing() as conn:
            run = runs.one(conn, run_id)
            if run is None:
                return None
            event = RunDeleted(run_id=run_id)
            if not accepts(run, event):
                raise Conflict(
                    f"Run {run_id} is {run.state}. Cancel it, and delete it when it has ended.",
                    run_id=run_id,
                    state=run.state.value,
                )
            return append(conn, [event])[0]

    def run(self, run_id: str) -> Run | None:
        """Return a run, or None where there is no such."""
        with self._reading() as conn:
            return runs.one(conn, run_id)

    def runs(self, query: RunsQuery) -> RunPage:
        """Return a page of runs, newest first.

        Raises:
            InvalidRequest: The cursor is none of this list.
        """
        with self._reading() as conn:
            return runs.page(conn, query)

    def active(self, limit: int | None = None) -> list[Run]:
        """Return the runs that are queued, running or interrupted, oldest first."""
        with self._reading() as conn:
            return runs.active(conn, limit)

    def next_queued(self, limit: int) -> list[Run]:
        """Return queued runs in the order they start: highest priority first, then oldest."""
        with self._reading() as conn:
            return runs.next_queued(conn, limit)

    def counts(self) -> dict[RunState, int]:
        """Return how many runs are in each state, 0 included."""
        with self._reading() as conn:
            return runs.counts(conn)

    def events(
        self, after: int, limit: int, run_id: str | None = None, *, brief: bool = False
    ) -> list[Stored]:
        """Return up to ``limit`` events that follow number ``after``, oldest first.

        Args:
            run_id: The only run to read of, or None for all.
            brief: Leave out progress, metrics and log lines.
        """
        with self._reading() as conn:
            return log.after(conn, after, limit, run_id, brief=brief)

    def last_seq(self) -> int:
        """Return the number given last, 0 before the first event."""
        with self._reading() as conn:
            return log.last_seq(conn)

    def metrics(
        self, run_id: str, names: Sequence[str] | None, max_points: int | None,
    ) -> list[Series]:  # fmt: skip
        """Return a run's metric series by name.

        Args:
            run_id: The run.
            names: Which ones; None for all. A name that the run does not have is left out.
            max_points: Most points of each, 4 or more, or None for every point. A series with
                more is cut into buckets of steps, each with its first, lowest, highest and
                last point.

        Raises:
            InvalidRequest: ``max_points`` is less than 4.
        """
        with self._reading() as conn:
            return series.read(conn, run_id, names, max_points)

    def logs(self, run_id: str, query: LogsQuery) -> LogPage:
        """Return a page of a run's log lines, oldest first."""
        with self._reading() as conn:
            return logs.page(conn, run_id, query)

    def assets(self, query: AssetsQuery) -> AssetPage:
        """Return a page of assets, newest first.

        Raises:
            InvalidRequest: The cursor is none of this list.
        """
        with self._reading() as conn:
            return assets.page(conn, query, self._runs_dir)

    def asset(self, asset_id: str) -> Asset | None:
        """Return an asset, or None where there is no such."""
        with self._reading() as conn:
            return assets.one(conn, asset_id, self._runs_dir)

    def artifacts(self, run_id: str) -> list[ArtifactSaved]:
        """Return the artifacts that a run has on disk now, in the order they were saved."""
        with self._reading() as conn:
            return assets.of_run(conn, run_id)

    def ended_before(self, instant: datetime) -> list[str]:
        """Return the ids of the runs that ended before an instant."""
        with self._reading() as conn:
            return prune.ended_before(conn, instant)

    def prune(self, run_id: str) -> int:
        """Delete a run's progress but for the last of each worker; return how many events went."""
        with self._writing() as conn:
            return prune.prune(conn, run_id)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._lock, in_plain_words(), to_write(self._opened()) as conn:
            yield conn

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with in_plain_words(), to_read(self._opened()) as conn:
            yield conn

    def _opened(self) -> Engine:
        if self._engine is None:
            raise ServerUnavailable("The store is closed. Start the server again.")
        return self._engine
