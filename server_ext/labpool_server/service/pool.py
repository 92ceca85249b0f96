"""The pool as people see it and what they may do to it."""

from __future__ import annotations

from typing import Literal

from labpool.wire import (
    Alert,
    Conflict,
    Monitoring,
    NotFound,
    Pool,
    PoolChange,
    PoolSeen,
    RunState,
    ServerUnavailable,
    Worker,
)
from labpool.wire._base import utc_now
from labpool.wire.route import DASHBOARD_PREFIX
from labpool_server.dispatch import Dispatcher, Hold, Place, Size
from labpool_server.pool.backend import Dashboard, Seat
from labpool_server.pool.keeper import PoolKeeper
from labpool_server.store import AsyncStore

from .monitor import Monitor, uptime_s

START_S = 2
"""Seconds after which to ask again for the dashboard of a pool that is starting."""

_NO_DASHBOARD = {
    "threads": "Jobs run in threads of this server: without Dask there is no dashboard.",
    "attached": "This pool is attached to a Dask cluster; its dashboard is where the cluster "
    "was started.",
}


class PoolService:
    """Shows, sizes and mends the pool.

    Args:
        mode: What the pool is made of.
        size: Its size, changed in place.
        place: Says why the queue holds.
    """

    def __init__(
        self,
        mode: Literal["local", "threads", "attached"],
        size: Size,
        keeper: PoolKeeper,
        dispatcher: Dispatcher,
        store: AsyncStore,
        monitor: Monitor,
        place: Place,
    ) -> None:
        self._place = place
        self._notices: list[Alert] = []
        self._mode = mode
        self._size = size
        self._keeper = keeper
        self._dispatcher = dispatcher
        self._store = store
        self._monitor = monitor

    async def get_pool(self) -> Pool:
        """Return the pool now; asking for it starts it."""
        self._keeper.ensure()
        return await self._now()

    async def seen(self) -> PoolSeen:
        """Return the pool now with its alerts; a page that only shows it starts nothing."""
        pool = await self._now()
        cpu, _ = self._monitor.measure()
        return PoolSeen(pool=pool, alerts=self._alerts(cpu, pool.workers))

    async def _now(self) -> Pool:
        seats = await self._keeper.recent()
        counts = await self._store.read(self._store.sync.counts)
        backend, hold = self._keeper.backend, self._place.hold
        shown = backend is not None and backend.dashboard() is not None
        return Pool(
            state=self._keeper.state,
            mode=self._mode,
            reason=" ".join(filter(None, [hold.message if hold else "", self._keeper.reason])),
            minimum=self._size.minimum,
            maximum=self._size.maximum,
            workers=[self._worker(seat) for seat in seats],
            dashboard_path=f"{DASHBOARD_PREFIX}/status" if shown else None,
            page_path=f"{DASHBOARD_PREFIX}/labpool" if shown else None,
            queued=max(0, counts.get(RunState.QUEUED, 0) - self._assigned()),
            running=len(self._dispatcher.attempts),
        )

    def dashboard(self) -> Dashboard:
        """Return the Dask dashboard of a pool of our own; asking for it starts the pool.

        Raises:
            NotFound: A pool of this kind has none.
            ServerUnavailable: It is not up yet.
        """
        if self._mode != "local":
            raise NotFound(_NO_DASHBOARD[self._mode], mode=self._mode)
        self._keeper.ensure()
        backend = self._keeper.backend
        found = backend.dashboard() if backend is not None else None
        if found is None:
            reason = self._keeper.reason or "The workers are starting."
            raise ServerUnavailable(reason, retry_after_s=START_S)
        return found

    async def change_pool(self, change: PoolChange) -> Pool:
        """Set a new size.

        Raises:
            Conflict: The pool belongs to somebody else.
        """
        if self._mode == "attached":
            raise Conflict("This pool is attached to a Dask cluster; size it where it was started.")
        if change.n_workers is not None:
            self._size.minimum = self._size.maximum = change.n_workers
        elif change.minimum is not None and change.maximum is not None:
            self._size.minimum, self._size.maximum = change.minimum, change.maximum
        self._keeper.ensure()
        self._dispatcher.wake()
        return await self.get_pool()

    async def restart_worker(self, worker_id: str) -> Pool:
        """Restart a worker; a run on it saves, and goes on on any worker.

        Raises:
            NotFound: There is no such worker now.
            Conflict: It is not ours to restart.
        """
        seats = await self._keeper.refresh()
        if worker_id not in {seat.id for seat in seats}:
            raise NotFound(f"There is no worker {worker_id!r} now.", worker_id=worker_id)
        if self._mode != "local":
            raise Conflict("Only worker processes that Labpool started can be restarted.")
        attempt = self._dispatcher.attempt_on(worker_id)
        if attempt is not None:
            await attempt.restart_worker(worker_id)
        elif self._keeper.backend is not None:
            await self._keeper.backend.kill(worker_id)
        return await self.get_pool()

    async def monitoring(self) -> Monitoring:
        """Return figures of server and workers, and the alerts."""
        cpu, memory = self._monitor.measure()
        counts = await self._store.read(self._store.sync.counts)
        workers = [self._worker(seat) for seat in await self._keeper.recent()]
        return Monitoring(
            cpu=cpu,
            memory_bytes=memory,
            response_ms=self._monitor.response_ms,
            active_runs=len(self._dispatcher.attempts),
            queued_runs=max(0, counts.get(RunState.QUEUED, 0) - self._assigned()),
            workers=workers,
            alerts=self._alerts(cpu, workers),
        )

    def notice(self, code: str, subject: str, message: str, value: float) -> None:
        """Show an alert as long as the server runs."""
        alert = Alert(
            code=code, subject=subject, message=message, value=value, threshold=0, since=utc_now()
        )
        self._notices.append(alert)

    def _alerts(self, cpu: float, workers: list[Worker]) -> list[Alert]:
        """Return what people have to know: why the queue holds comes first."""
        hold = self._place.hold
        held = [_alert(hold)] if hold else []
        # A pool that is somebody else's says nothing of the cores of this machine.
        crowded = [] if self._mode == "attached" else self._monitor.crowding(self._size.maximum)
        return [*held, *self._notices, *crowded, *self._monitor.alerts(cpu, workers)]

    def _assigned(self) -> int:
        return sum(not a.started for a in self._dispatcher.attempts.values())

    def _worker(self, seat: Seat) -> Worker:
        attempt = self._dispatcher.attempt_on(seat.id)
        stuck = self._dispatcher.stuck.get(seat.id)
        return Worker(
            id=seat.id,
            address=seat.address,
            host=seat.host,
            pid=seat.pid,
            state="stuck" if stuck else "busy" if attempt else "idle",
            run_id=attempt.run.id if attempt else stuck,
            progress=attempt.progress_on(seat.id) if attempt else None,
            cpu=seat.cpu,
            memory_bytes=seat.memory,
            memory_limit_bytes=seat.memory_limit,
            uptime_s=uptime_s(seat.started),
            errors=self._dispatcher.errors.get(seat.id, 0),
            gpus=seat.gpus,
            failed_run_id=self._dispatcher.last_failed.get(seat.id),
        )


def _alert(hold: Hold) -> Alert:
    return Alert(
        code=hold.code,
        subject=str(hold.folder),
        message=hold.message,
        value=hold.free,
        threshold=hold.needed,
        since=hold.since,
    )
