"""All that the server does for its clients, one method an operation of the routes table."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from typing import ParamSpec, TypeVar

from labpool.runtime.execute import AttemptSpec
from labpool.wire import (
    Asset,
    AssetPage,
    Conflict,
    EventPage,
    KindPage,
    LabpoolError,
    LogPage,
    MetricsAnswer,
    Monitoring,
    NotFound,
    Pool,
    PoolChange,
    Run,
    RunPage,
    RunRequest,
    RunState,
    ServerUnavailable,
    event_adapter,
)
from labpool.wire.events import CancelRequested, RunCancelled, RunQueued, RunRequeued
from labpool.wire.pages import AssetsQuery, EventsQuery, LogsQuery, MetricsQuery, RunsQuery
from labpool_server.dashboard.history import History
from labpool_server.dashboard.record import Recorder
from labpool_server.dispatch import AttemptSettings, Dispatcher, Size, StopReason
from labpool_server.folder import DataFolder
from labpool_server.hub import Hub
from labpool_server.pool.backend import Backend, Batch, Dashboard, Listener, PoolSettings
from labpool_server.pool.keeper import PoolKeeper
from labpool_server.store import AsyncStore, Store, Stored

from .feed import PoolFeed
from .kinds import Kinds
from .monitor import Monitor, Thresholds
from .pool import PoolService

P = ParamSpec("P")
T = TypeVar("T")

ACTIVE_LIMIT = 500
"""Active runs told to a page when it opens, at the most."""
HEARTBEAT_S = 20.0
"""How often an active server says that it is not idle, seconds."""


class Service:
    """The product's middle: between the handlers on one side, store and pool on the other.

    Args:
        folder: The data folder.
        database_url: SQLAlchemy URL, or "" for SQLite in the data folder.
        pool: How the pool is made.
        make_backend: Makes a backend from settings and listener.
        attempts: How attempts are treated.
        thresholds: Limits for alerts.
        shutdown_grace_s: How long jobs may save when the server stops, seconds.
        on_activity: Called while anything runs or waits, so that nobody culls the server.
        history: Is told who runs what.
    """

    def __init__(  # noqa: PLR0913 - each is a part of the server, and has a name
        self,
        *,
        folder: DataFolder,
        database_url: str,
        pool: PoolSettings,
        make_backend: Callable[[PoolSettings, Listener], Backend],
        attempts: AttemptSettings,
        thresholds: Thresholds,
        shutdown_grace_s: float,
        on_activity: Callable[[], None],
        history: History,
    ) -> None:
        self._folder = folder
        self._pool_settings = pool
        self._shutdown_grace_s = shutdown_grace_s
        self._on_activity = on_activity
        url = database_url or f"sqlite:///{folder.path / 'labpool.db'}"
        self._sync = Store(url, folder.runs)
        self._store = AsyncStore(self._sync, self._publish)
        self._hub = Hub()
        self._monitor = Monitor(thresholds)
        self._kinds = Kinds(self._sync.asset)
        size = Size(pool.minimum, pool.maximum)
        listener = Listener(batch=self._hear, change=self._wake)
        self._keeper = PoolKeeper(lambda: make_backend(_sized(pool, size), listener), self._wake)
        self._dispatcher = Dispatcher(
            self._store, self._keeper, attempts, self._make_spec, self._secrets_for, size
        )
        mode = make_backend(pool, listener).mode
        self._pool = PoolService(
            mode, size, self._keeper, self._dispatcher, self._store, self._monitor
        )
        self._feed = PoolFeed(self._pool.seen)
        self._recorder = Recorder(history, self._on_a_worker)
        self._heart: asyncio.Task[None] | None = None
        self._started = asyncio.Event()
        self._refusal: LabpoolError | None = None

    async def start(self, url: str) -> None:
        """Claim the data folder, open the store and take up the queue.

        Args:
            url: Where this server answers; told to a second server that wants the folder.

        Raises:
            LabpoolError: Another server owns the folder, or the database cannot be opened;
                every operation answers with it from now on.
        """
        try:
            await self._aside(self._folder.claim, url)
            await self._store.open()
            self._hub = Hub(await self._store.read(self._sync.last_seq))
            await self._dispatcher.start()
            self._heart = asyncio.ensure_future(self._beat())
        except LabpoolError as error:
            self._refusal = error
            raise
        finally:
            self._started.set()

    async def ready(self) -> None:
        """Wait until the service has started.

        Raises:
            LabpoolError: Why it could not.
        """
        await self._started.wait()
        if self._refusal is not None:
            raise self._refusal

    async def stop(self) -> None:
        """Ask the jobs to save, end the pool, close the store, give the folder back."""
        if not self._started.is_set() or self._refusal is not None:
            return
        if self._heart is not None:
            self._heart.cancel()
        await self._dispatcher.stop(self._shutdown_grace_s)
        await self._keeper.close()
        self._hub.close()
        self._feed.close()
        await self._store.close()
        self._folder.release()

    async def list_kinds(self) -> KindPage:
        """Return all job kinds."""
        return KindPage(items=await self._aside(self._kinds.all))

    async def create_run(self, request: RunRequest, owner: str) -> Run:
        """Accept a run: it is stored, and starts when a worker has room.

        Raises:
            NotFound: No such kind.
            KindUnavailable: What its jobs need is not installed.
            InvalidParams: Values that cannot work.
        """
        params = await self._aside(self._kinds.accept, request.kind, request.params)
        run_id = secrets.token_hex(6)
        try:
            await self._aside(self._folder.make_run, run_id)
        except OSError as error:
            raise ServerUnavailable(
                f"The data folder cannot be written: {error.strerror}. Free some space, then try "
                "again."
            ) from error
        event = RunQueued(
            run_id=run_id,
            kind=request.kind,
            name=request.name or f"{request.kind} {run_id[:4]}",
            params=params,
            priority=request.priority,
            tags=request.tags,
            max_attempts=request.max_attempts,
            timeout_s=request.timeout_s,
            owner=owner,
        )
        await self._store.append(event)
        self._on_activity()
        self._wake()
        return await self.get_run(run_id)

    async def list_runs(self, query: RunsQuery) -> RunPage:
        """Return one page of runs, newest first."""
        return await self._store.read(self._sync.runs, query)

    async def get_run(self, run_id: str) -> Run:
        """Return a run.

        Raises:
            NotFound: There is no such run.
        """
        run = await self._store.read(self._sync.run, run_id)
        if run is None:
            raise NotFound(f"There is no run {run_id!r}. It may have been deleted.", run_id=run_id)
        return run

    async def delete_run(self, run_id: str) -> None:
        """Remove a run with its events and files.

        Raises:
            NotFound: There is no such run.
            Conflict: It has not ended.
        """
        run = await self.get_run(run_id)
        if run_id in self._dispatcher.attempts or not run.state.ended:
            raise Conflict("Only a run that has ended can be deleted; cancel it first.")
        stored = await self._store.write(self._sync.delete, run_id)
        if stored is not None:
            self._publish([stored])
        await self._aside(self._folder.delete_run, run_id)

    async def cancel_run(self, run_id: str, by: str) -> Run:
        """Ask a run to stop; one without a worker is cancelled at once.

        Raises:
            NotFound: There is no such run.
            Conflict: It has ended already.
        """
        run = await self.get_run(run_id)
        if run.state.ended:
            raise Conflict(f"The run has {run.state} already.", state=run.state.value)
        await self._store.append(CancelRequested(run_id=run_id, attempt=run.attempt, by=by))
        attempt = self._dispatcher.attempts.get(run_id)
        if attempt is not None:
            await attempt.stop(StopReason.CANCELLED, by=by)
        else:
            await self._store.append(RunCancelled(run_id=run_id, attempt=run.attempt, by=by))
        self._wake()
        return await self.get_run(run_id)

    async def resume_run(self, run_id: str, by: str) -> Run:
        """Let a run that stopped go on from its last good checkpoint.

        Raises:
            NotFound: There is no such run.
            Conflict: It runs, waits, or has succeeded.
        """
        run = await self.get_run(run_id)
        stopped = (RunState.INTERRUPTED, RunState.FAILED, RunState.CANCELLED)
        if run.state not in stopped or run_id in self._dispatcher.attempts:
            raise Conflict(f"A run that is {run.state} cannot be resumed.", state=run.state.value)
        # The same check as at the start: the data may have gone since.
        await self._aside(self._kinds.accept, run.kind, run.params)
        limit = max(run.max_attempts, run.attempt + 1)
        await self._store.append(
            RunRequeued(run_id=run_id, attempt=run.attempt, reason="resumed", max_attempts=limit)
        )
        self._wake()
        return await self.get_run(run_id)

    async def run_events(self, run_id: str, query: EventsQuery) -> EventPage:
        """Return one page of a run's events, oldest first.

        Raises:
            NotFound: There is no such run.
            EventsReset: The event log has not come as far as ``after``.
        """
        await self.get_run(run_id)
        begin = await self.begin(query.after, run_id)
        stored = await self._store.read(
            self._sync.events, begin, query.limit + 1, run_id, brief=query.brief
        )
        more = len(stored) > query.limit
        page = stored[: query.limit]
        items = await self._aside(lambda: [event_adapter.validate_json(s.json) for s in page])
        return EventPage(items=items, next=str(page[-1].seq) if more else None)

    async def run_metrics(self, run_id: str, query: MetricsQuery) -> MetricsAnswer:
        """Return a run's metric series."""
        await self.get_run(run_id)
        series = await self._store.read(self._sync.metrics, run_id, query.names, query.max_points)
        return MetricsAnswer(items=series)

    async def run_logs(self, run_id: str, query: LogsQuery) -> LogPage:
        """Return one page of a run's log lines, oldest first."""
        await self.get_run(run_id)
        return await self._store.read(self._sync.logs, run_id, query)

    async def begin(self, after: int | None, run_id: str | None = None) -> int:
        """Return the number of the event after which ``stream`` would begin.

        Raises:
            EventsReset: The event log has not come as far as ``after``.
        """
        await self.ready()
        if after is None and run_id is not None:
            return 0
        return await self._hub.begin(after, lambda: self._store.read(self._sync.last_seq))

    async def stream(
        self, after: int | None, run_id: str | None = None
    ) -> AsyncIterator[list[Stored]]:
        """Yield stored events in order, with no gap and no repeat, until the server stops.

        Args:
            after: Begin after this ``seq``; None means the start of one run, or from now on
                for all runs.
            run_id: The only run to follow, or None for all.
        """
        begin = after if after is not None else await self.begin(None, run_id)

        async def read(since: int, limit: int) -> list[Stored]:
            return await self._store.read(self._sync.events, since, limit, run_id)

        async for batch in self._hub.stream(begin, read, run_id):
            yield batch

    @property
    def last_seq(self) -> int:
        """Number of the newest event."""
        return self._hub.last_seq

    async def active_runs(self) -> list[Run]:
        """Return the runs that have not ended, oldest first, 500 at the most."""
        return await self._store.read(self._sync.active, ACTIVE_LIMIT)

    async def kind_titles(self) -> dict[str, str]:
        """Return what each job kind is called, by its name."""
        return await self._aside(self._kinds.titles)

    def pool_changes(self) -> AsyncIterator[str]:
        """Yield the pool as JSON (``PoolSeen``): as it is, then at each change."""
        return self._feed.stream()

    async def get_pool(self) -> Pool:
        """Return the pool now."""
        return await self._pool.get()

    def dashboard(self) -> Dashboard:
        """Return the pool's Dask dashboard; asking for it starts the pool.

        Raises:
            NotFound: A pool of this kind has none.
            ServerUnavailable: It is not up yet.
        """
        return self._pool.dashboard()

    async def change_pool(self, change: PoolChange) -> Pool:
        """Change the pool's size."""
        return await self._pool.change(change)

    async def restart_worker(self, worker_id: str) -> Pool:
        """Restart a worker."""
        return await self._pool.restart(worker_id)

    async def monitoring(self) -> Monitoring:
        """Return how the server is doing."""
        return await self._pool.monitoring()

    async def list_assets(self, query: AssetsQuery) -> AssetPage:
        """Return one page of assets, newest first."""
        return await self._store.read(self._sync.assets, query)

    async def get_asset(self, asset_id: str) -> Asset:
        """Return an asset.

        Raises:
            NotFound: There is no such asset.
        """
        asset = await self._store.read(self._sync.asset, asset_id)
        if asset is None:
            raise NotFound(f"There is no asset {asset_id!r}.", asset_id=asset_id)
        return asset

    def record_response(self, seconds: float) -> None:
        """Take note of how long an answer took, seconds."""
        self._monitor.record_response(seconds)

    async def _make_spec(self, run: Run, seat_id: str) -> AttemptSpec:
        folder = await self._aside(self._folder.make_run, run.id)
        assets = await self._aside(self._kinds.assets_for, run.kind, run.params)
        return AttemptSpec(
            run_id=run.id,
            attempt=run.attempt + 1,
            kind=run.kind,
            params=run.params,
            worker=seat_id,
            run_dir=str(folder),
            threads=self._pool_settings.threads,
            assets=assets,
        )

    async def _secrets_for(self, run: Run) -> Mapping[str, str]:
        return {}

    async def _beat(self) -> None:
        while True:
            if self._dispatcher.active:
                self._on_activity()
            await asyncio.sleep(HEARTBEAT_S)

    def _publish(self, stored: Sequence[Stored]) -> None:
        self._hub.publish(stored)
        self._recorder.record(stored)

    def _on_a_worker(self, run_id: str) -> Run | None:
        attempt = self._dispatcher.attempts.get(run_id)
        return attempt.run if attempt is not None else None

    def _hear(self, batch: Batch) -> None:
        self._dispatcher.hear(batch)

    def _wake(self) -> None:
        self._dispatcher.wake()
        self._feed.wake()

    @staticmethod
    async def _aside(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run what reads files or imports modules off the event loop."""
        return await asyncio.to_thread(call, *args, **kwargs)


def _sized(settings: PoolSettings, size: Size) -> PoolSettings:
    return replace(settings, minimum=size.minimum, maximum=size.maximum)
