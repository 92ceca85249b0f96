"""What the handlers need from the service, beyond one method for each route."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol

from labpool.wire.runs import Run
from labpool_server.pool.backend import Dashboard
from labpool_server.store.stored import Stored


class Service(Protocol):
    """The service behind the routes."""

    def operation(self, name: str) -> Callable[..., Any]:
        """Return the operation of a route: a coroutine function that gives the answer.

        Args:
            name: The route's ``id``.
        """
        ...

    async def ready(self) -> None:
        """Wait until the service has started.

        Raises:
            LabpoolError: Why it could not.
        """
        ...

    async def get_run(self, run_id: str) -> Run:
        """Return a run.

        Raises:
            NotFound: There is none of that id, or no longer.
        """
        ...

    async def begin(self, after: int | None, run_id: str | None) -> int:
        """Return the number of the event after which a stream would begin.

        Args:
            after: Number of the last event the listener has, or None, as for ``stream``.
            run_id: The only run to listen to; None for all.

        Raises:
            EventsReset: The event log has not come as far as ``after``.
        """
        ...

    def stream(self, after: int | None, run_id: str | None) -> AsyncIterator[list[Stored]]:
        """Yield events as they are stored, in order, with no gap and no repeat.

        Args:
            after: Number of the last event the listener has; None for all of one run's
                events, and, for all runs, for those from now on.
            run_id: The only run to listen to; None for all.
        """
        ...

    @property
    def last_seq(self) -> int:
        """Number of the newest event."""
        ...

    async def active_runs(self) -> list[Run]:
        """Return the runs that have not ended, oldest first, 500 at the most."""
        ...

    async def kind_titles(self) -> dict[str, str]:
        """Return what each job kind is called, by its name."""
        ...

    def pool_changes(self) -> AsyncIterator[str]:
        """Yield the pool as JSON (``PoolSeen``): as it is, then at each change."""
        ...

    def dashboard(self) -> Dashboard:
        """Return where the pool's Dask dashboard is.

        Raises:
            NotFound: This pool has none.
            ServerUnavailable: It is not up yet.
        """
        ...

    def record_response(self, seconds: float) -> None:
        """Take the time that one answer took into the moving average."""
        ...
