"""All that the server does for its clients: puts the parts together, starts and stops them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from labpool.runtime.execute import AttemptSpec
from labpool.wire import KindPage, LabpoolError, Run, RunState, ServerUnavailable
from labpool.wire._base import utc_now
from labpool.wire.pages import RunsQuery
from labpool_server.dashboard.history import History
from labpool_server.dashboard.record import Recorder
from labpool_server.dispatch import AttemptSettings, Dispatcher, Place, Size
from labpool_server.folder import DataFolder
from labpool_server.pool.backend import Backend, Batch, Dashboard, Listener, PoolSettings
from labpool_server.pool.keeper import PoolKeeper
from labpool_server.store import AsyncStore, Store, Stored
from labpool_server.vault import Vault

from .assets import AssetService
from .feed import PoolFeed
from .items import ItemService
from .kinds import HUB_TOKEN, Kinds
from .live import Live
from .monitor import Monitor, Thresholds
from .operations import Areas, Operation, operations
from .pool import PoolService
from .readable import Readable
from .removal import RemovalService
from .runs import RunService
from .secrets import SecretService
from .sessions import SessionService
from .shelf import DOWNLOAD, HubSettings, Shelf

_log = logging.getLogger(__name__)

ACTIVE_LIMIT = 500
"""Active runs told to a page when it opens, at the most."""
RUNS_NOT_LISTED = "runs_not_listed"
"""Code of the alert that folders of runs are not in the record."""
HEARTBEAT_S = 20.0
"""How often an active server says that it is not idle, seconds."""
EARLIER_LOOKED_AT = 200
"""Latest runs of a kind among which those before are looked for."""
DOWNLOADS_LOOKED_AT = 1000
"""Latest downloads that say how the catalog's entries stand."""


class Service:
    """The product's middle: between the handlers on one side, store and pool on the other.

    Args:
        folder: The data folder.
        database_url: SQLAlchemy URL, or "" for SQLite in the data folder.
        pool: How the pool is made.
        make_backend: Makes a backend from settings and listener.
        attempts: How attempts are treated.
        limits: How many active runs of a kind each user may have, by kind.
        hub: Where models and data sets come from and go to.
        job_settings: What else jobs are told of the server's settings, by name.
        thresholds: Limits for alerts.
        shutdown_grace_s: How long jobs may save when the server stops, seconds.
        on_activity: Called while anything runs or waits, so that nobody culls the server.
        history: Is told who runs what.
        readable: Which folders runs may read.
        detail_days: How long the progress of runs that have ended is kept, days; 0 for ever.
    """

    def __init__(  # noqa: PLR0913 - each is a part of the server, and has a name
        self,
        *,
        folder: DataFolder,
        database_url: str,
        pool: PoolSettings,
        make_backend: Callable[[PoolSettings, Listener], Backend],
        attempts: AttemptSettings,
        limits: Mapping[str, int],
        hub: HubSettings,
        job_settings: Mapping[str, str],
        thresholds: Thresholds,
        shutdown_grace_s: float,
        on_activity: Callable[[], None],
        history: History,
        readable: Readable,
        detail_days: float = 0.0,
    ) -> None:
        self._detail_days = detail_days
        self._folder = folder
        self._pool_settings = pool
        self._shutdown_grace_s = shutdown_grace_s
        self._on_activity = on_activity
        shared = folder.path / "shared"
        self._job_settings = {**hub.for_jobs(), **job_settings, "shared_dir": str(shared)}
        url = database_url or f"sqlite:///{folder.path / 'labpool.db'}"
        self._sync = Store(url, folder.runs)
        self._store = AsyncStore(self._sync, self._publish)
        self._live = Live(self._store)
        self._monitor = Monitor(thresholds)
        self._shelf = Shelf(hub, self._downloads)
        vault = Vault(folder.path)
        self._secrets = SecretService(vault, {HUB_TOKEN: hub.token})
        sessions = SessionService(vault)
        self._kinds = Kinds(self._sync.asset, self._shelf, self._secrets, sessions, readable)
        size = Size(pool.minimum, pool.maximum)
        listener = Listener(batch=self._hear, change=self._wake)
        self._keeper = PoolKeeper(lambda: make_backend(_sized(pool, size), listener), self._wake)
        place = Place(folder.runs)
        self._dispatcher = Dispatcher(
            self._store, self._keeper, attempts, self._make_spec, self._secrets_for, size, place
        )
        mode = make_backend(pool, listener).mode
        self._pool = PoolService(
            mode, size, self._keeper, self._dispatcher, self._store, self._monitor, place
        )
        runs = RunService(
            store=self._store,
            live=self._live,
            dispatcher=self._dispatcher,
            kinds=self._kinds,
            folder=folder,
            limits=limits,
            on_work=self._work,
        )
        assets = AssetService(self._store, self._shelf)
        removal = RemovalService(self._store, self._shelf, assets)
        items = ItemService(self._store, folder, runs)
        self._runs = runs
        self._operations = operations(
            Areas(
                list_kinds=self.list_kinds,
                runs=runs,
                items=items,
                pool=self._pool,
                assets=assets,
                removal=removal,
                secrets=self._secrets,
                sessions=sessions,
            )
        )
        self._feed = PoolFeed(self._pool.seen)
        self._recorder = Recorder(history, self._on_a_worker)
        self._heart: asyncio.Task[None] | None = None
        self._tidying: asyncio.Task[None] | None = None
        self._started = asyncio.Event()
        self._refusal: LabpoolError | None = None

    async def start(self, url: str) -> None:
        """Claim the data folder, open the store and take up the queue.

        Args:
            url: Where this server answers; told to a second server that wants the folder.

        Raises:
            LabpoolError: Another server owns the folder, or it or the database cannot be opened;
                every operation answers with it until a later start succeeds.
        """
        try:
            await asyncio.to_thread(self._folder.claim, url)
            await self._store.open()
            await self._live.open()
            await self._look_for_lost_runs()
            await self._dispatcher.start()
            self._heart = asyncio.ensure_future(self._beat())
            self._tidying = asyncio.ensure_future(self._tidy())
            self._refusal = None
        except LabpoolError as error:
            self._refusal = error
            self._folder.release()
            raise
        finally:
            self._started.set()

    async def _look_for_lost_runs(self) -> None:
        """Say so where runs have folders and the record knows nothing of them."""
        lost = await asyncio.to_thread(
            lambda: [name for name in self._folder.run_ids() if self._sync.run(name) is None]
        )
        if lost:
            text = (
                f"The database does not know {len(lost)} folder(s) of runs in {self._folder.runs}: "
                "it was made anew, or another copy was put back. Nothing of them was deleted; put "
                "the right database back, or move the folders away."
            )
            _log.warning("%s", text)
            self._pool.notice(RUNS_NOT_LISTED, str(self._folder.runs), text, len(lost))

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
        for task in (self._heart, self._tidying):
            if task is not None:
                task.cancel()
        await self._dispatcher.stop(self._shutdown_grace_s)
        await self._keeper.close()
        self._live.close()
        self._feed.close()
        await self._store.close()
        self._folder.release()

    def operation(self, name: str) -> Operation:
        """Return the operation of a route.

        Args:
            name: The route's ``id``.
        """
        return self._operations[name]

    async def list_kinds(self) -> KindPage:
        """Return all job kinds."""
        return KindPage(items=await asyncio.to_thread(self._kinds.all))

    async def get_run(self, run_id: str) -> Run:
        """Return a run.

        Raises:
            NotFound: There is no such run.
        """
        return await self._runs.get_run(run_id)

    async def begin(self, after: int | None, run_id: str | None = None) -> int:
        """See ``Live.begin``."""
        await self.ready()
        return await self._live.begin(after, run_id)

    def stream(self, after: int | None, run_id: str | None = None) -> AsyncIterator[list[Stored]]:
        """See ``Live.stream``."""
        return self._live.stream(after, run_id)

    @property
    def last_seq(self) -> int:
        """Number of the newest event."""
        return self._live.last_seq

    async def active_runs(self) -> list[Run]:
        """Return the runs that have not ended, oldest first, 500 at the most."""
        return await self._store.read(self._sync.active, ACTIVE_LIMIT)

    async def kind_titles(self) -> dict[str, dict[str, str]]:
        """Return what each job kind is called in each language, by its name."""
        return await asyncio.to_thread(self._kinds.titles)

    def pool_changes(self) -> AsyncIterator[str]:
        """Yield the pool as JSON (``PoolSeen``): as it is, then at each change."""
        return self._feed.stream()

    def dashboard(self) -> Dashboard:
        """Return the pool's Dask dashboard; asking for it starts the pool.

        Raises:
            NotFound: A pool of this kind has none.
            ServerUnavailable: It is not up yet.
        """
        return self._pool.dashboard()

    def record_response(self, seconds: float) -> None:
        """Take note of how long an answer took, seconds."""
        self._monitor.record_response(seconds)

    async def _make_spec(self, run: Run, seat_id: str) -> AttemptSpec:
        folder = await asyncio.to_thread(self._folder.make_run, run.id)
        assets, entries = await asyncio.to_thread(self._kinds.named, run.kind, run.params)
        earlier = await asyncio.to_thread(self._earlier, run)
        return AttemptSpec(
            run_id=run.id,
            attempt=run.attempt + 1,
            kind=run.kind,
            params=run.params,
            worker=seat_id,
            run_dir=str(folder),
            threads=self._pool_settings.threads,
            assets=assets,
            catalog=entries,
            settings=self._job_settings,
            most_workers=self._kinds.most_workers(run.kind, run.params),
            earlier=earlier,
        )

    def _earlier(self, run: Run) -> list[str]:
        """Return the folders of the runs before a run that did the same work, newest first."""
        series = self._kinds.series_of(run.kind, run.params)
        if not series:
            return []
        query = RunsQuery(kind=run.kind, state=RunState.SUCCEEDED, limit=EARLIER_LOOKED_AT)
        return [
            str(self._folder.run(earlier.id))
            for earlier in self._sync.runs(query).items
            if earlier.id != run.id
            and earlier.created_at < run.created_at
            and self._kinds.series_of(earlier.kind, earlier.params) == series
        ]

    async def _secrets_for(self, run: Run) -> Mapping[str, str]:
        return await asyncio.to_thread(self._kinds.secrets_for, run.kind, run.params, run.owner)

    def _downloads(self) -> Sequence[Run]:
        return self._sync.runs(RunsQuery(kind=DOWNLOAD, limit=DOWNLOADS_LOOKED_AT)).items

    async def _tidy(self) -> None:
        """Throw away what nobody needs any more, at the start and once a day."""
        while True:
            try:
                await asyncio.to_thread(self._shelf.throw_away_old_parts)
            except OSError as error:
                _log.warning("old parts of downloads stay: %s", error)
            try:
                await self._prune()
            except ServerUnavailable as error:
                _log.warning("old progress stays: %s", error)
            await asyncio.sleep(86_400)

    async def _prune(self) -> None:
        """Thin out the progress of runs that ended long ago, one run after the other."""
        if self._detail_days <= 0:
            return
        instant = utc_now() - timedelta(days=self._detail_days)
        for run_id in await self._store.read(self._sync.ended_before, instant):
            await self._store.write(self._sync.prune, run_id)

    async def _beat(self) -> None:
        while True:
            if self._dispatcher.active:
                self._on_activity()
            await asyncio.sleep(HEARTBEAT_S)

    def _publish(self, stored: Sequence[Stored]) -> None:
        self._live.publish(stored)
        self._recorder.record(stored)

    def _on_a_worker(self, run_id: str) -> Run | None:
        attempt = self._dispatcher.attempts.get(run_id)
        return attempt.run if attempt is not None else None

    def _hear(self, batch: Batch) -> None:
        self._dispatcher.hear(batch)

    def _wake(self) -> None:
        self._dispatcher.wake()
        self._feed.wake()

    def _work(self) -> None:
        self._on_activity()
        self._wake()


def _sized(settings: PoolSettings, size: Size) -> PoolSettings:
    return replace(settings, minimum=size.minimum, maximum=size.maximum)
