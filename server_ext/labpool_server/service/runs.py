"""What people do to runs: launch, look, cancel, resume, delete."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from labpool.wire import (
    Conflict,
    EventPage,
    LogPage,
    MetricsAnswer,
    NotFound,
    Run,
    RunChange,
    RunPage,
    RunRemoved,
    RunRequest,
    RunState,
    ServerUnavailable,
    TooManyRequests,
    event_adapter,
)
from labpool.wire.events import CancelRequested, RunCancelled, RunQueued, RunRenamed, RunRequeued
from labpool.wire.pages import EventsQuery, LogsQuery, MetricsQuery, RunsQuery
from labpool_server.dispatch import Dispatcher, StopReason
from labpool_server.folder import DataFolder
from labpool_server.store import AsyncStore

from .kinds import Kinds
from .live import Live

LIMIT_PAUSE_S = 10
"""Seconds after which to come back when as many runs are active as one may have."""


class RunService:
    """Runs, from the request to the last page of their history.

    Args:
        store: Runs and events.
        live: The stream of events.
        dispatcher: Starts and stops attempts.
        kinds: Says what is a valid run.
        folder: Where runs keep their files.
        limits: How many active runs of a kind each user may have, by kind; 0 for no limit.
        on_work: Called when there may be something to do.
    """

    def __init__(
        self,
        *,
        store: AsyncStore,
        live: Live,
        dispatcher: Dispatcher,
        kinds: Kinds,
        folder: DataFolder,
        limits: Mapping[str, int],
        on_work: Callable[[], None],
    ) -> None:
        self._store = store
        self._live = live
        self._dispatcher = dispatcher
        self._kinds = kinds
        self._folder = folder
        self._limits = limits
        self._on_work = on_work
        self._one_at_a_time = asyncio.Lock()

    async def create_run(self, request: RunRequest, owner: str) -> Run:
        """Accept a run: it is stored, and starts when a worker has room.

        Raises:
            NotFound: No such kind.
            KindUnavailable: What its jobs need is not installed.
            InvalidParams: Values that cannot work.
            DownloadNeeded: The params name something of the catalog that is not here yet.
            TokenNeeded: The Hub asks who wants it.
            TooManyRequests: The owner has as many active runs of this kind as one may have.
        """
        params = await asyncio.to_thread(self._kinds.accept, request.kind, request.params, owner)
        run_id = secrets.token_hex(6)
        try:
            await asyncio.to_thread(self._folder.make_run, run_id)
        except OSError as error:
            words = await asyncio.to_thread(self._folder.trouble, error)
            raise ServerUnavailable(words, folder=str(self._folder.path)) from error
        event = RunQueued(
            run_id=run_id,
            kind=request.kind,
            name=request.name or self._kinds.name_of(request.kind, params, run_id),
            params=params,
            priority=request.priority,
            tags=request.tags,
            max_attempts=request.max_attempts,
            timeout_s=request.timeout_s,
            owner=owner,
        )
        async with self._one_at_a_time:
            await self._check_limit(request.kind, owner)
            await self._store.append(event)
        self._on_work()
        return await self.get_run(run_id)

    async def list_runs(self, query: RunsQuery) -> RunPage:
        """Return one page of runs, newest first."""
        return await self._store.read(self._store.sync.runs, query)

    async def get_run(self, run_id: str) -> Run:
        """Return a run.

        Raises:
            NotFound: There is no such run.
        """
        run = await self._store.read(self._store.sync.run, run_id)
        if run is None:
            raise NotFound(f"There is no run {run_id!r}. It may have been deleted.", run_id=run_id)
        return run

    async def delete_run(self, run_id: str) -> RunRemoved:
        """Remove a run with its events and files, and say how much room that makes.

        Raises:
            NotFound: There is no such run.
            Conflict: It has not ended.
        """
        run = await self.get_run(run_id)
        if run_id in self._dispatcher.attempts or not run.state.ended:
            raise Conflict("Only a run that has ended can be deleted; cancel it first.")
        stored = await self._store.write(self._store.sync.delete, run_id)
        if stored is not None:
            self._live.publish([stored])
        freed = await asyncio.to_thread(self._folder.delete_run, run_id)
        return RunRemoved(id=run_id, freed_bytes=freed)

    async def change_run(self, run_id: str, change: RunChange, by: str) -> Run:
        """Give a run another name.

        Raises:
            NotFound: There is no such run.
        """
        run = await self.get_run(run_id)
        renamed = RunRenamed(run_id=run_id, attempt=run.attempt, name=change.name, by=by)
        await self._store.append(renamed)
        return await self.get_run(run_id)

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
        self._on_work()
        return await self.get_run(run_id)

    async def resume_run(self, run_id: str, by: str) -> Run:
        """Let a run that stopped go on from its last good checkpoint.

        Raises:
            NotFound: There is no such run.
            Conflict: It runs, waits, or has succeeded.
            TooManyRequests: Its owner has as many active runs of this kind as one may have.
        """
        run = await self.get_run(run_id)
        stopped = (RunState.INTERRUPTED, RunState.FAILED, RunState.CANCELLED)
        if run.state not in stopped or run_id in self._dispatcher.attempts:
            raise Conflict(f"A run that is {run.state} cannot be resumed.", state=run.state.value)
        return await self.requeue(run, "resumed")

    async def requeue(
        self,
        run: Run,
        reason: Literal["resumed", "items"],
        prepare: Callable[[], Awaitable[None]] | None = None,
    ) -> Run:
        """Let a run that has stopped wait for a worker again.

        Args:
            run: The run.
            reason: Why, a word for its history.
            prepare: Called when nothing speaks against it any more; what it raises does.

        Raises:
            TooManyRequests: Its owner has as many active runs of this kind as one may have.
        """
        # The same check as at the start: the data may have gone since.
        await asyncio.to_thread(self._kinds.accept, run.kind, run.params, run.owner)
        limit = max(run.max_attempts, run.attempt + 1)
        event = RunRequeued(run_id=run.id, attempt=run.attempt, reason=reason, max_attempts=limit)
        async with self._one_at_a_time:
            await self._check_limit(run.kind, run.owner, but=run.id)
            if prepare is not None:
                await prepare()
            await self._store.append(event)
        self._on_work()
        return await self.get_run(run.id)

    async def ended_run(self, run_id: str) -> Run:
        """Return a run that has ended and is on no worker any more.

        Raises:
            NotFound: There is no such run.
            Conflict: It has not ended.
        """
        run = await self.get_run(run_id)
        if run_id in self._dispatcher.attempts or not run.state.ended:
            raise Conflict(
                f"The run is {run.state}. Wait until it has ended, or cancel it, then try again.",
                state=run.state.value,
            )
        return run

    async def run_events(self, run_id: str, query: EventsQuery) -> EventPage:
        """Return one page of a run's events, oldest first.

        Raises:
            NotFound: There is no such run.
            EventsReset: The event log has not come as far as ``after``.
        """
        await self.get_run(run_id)
        begin = await self._live.begin(query.after, run_id)
        stored = await self._store.read(
            self._store.sync.events, begin, query.limit + 1, run_id, brief=query.brief
        )
        more = len(stored) > query.limit
        page = stored[: query.limit]
        items = await asyncio.to_thread(
            lambda: [event_adapter.validate_json(item.json) for item in page]
        )
        return EventPage(items=items, next=str(page[-1].seq) if more else None)

    async def run_metrics(self, run_id: str, query: MetricsQuery) -> MetricsAnswer:
        """Return a run's metric series."""
        await self.get_run(run_id)
        read = self._store.sync.metrics
        series = await self._store.read(read, run_id, query.names, query.max_points)
        return MetricsAnswer(items=series)

    async def run_logs(self, run_id: str, query: LogsQuery) -> LogPage:
        """Return one page of a run's log lines, oldest first."""
        await self.get_run(run_id)
        return await self._store.read(self._store.sync.logs, run_id, query)

    async def _check_limit(self, kind: str, owner: str, but: str = "") -> None:
        limit = self._limits.get(kind, 0)
        if limit <= 0:
            return
        active = await self._store.read(self._store.sync.active)
        theirs = [
            run.id for run in active if (run.kind, run.owner) == (kind, owner) and run.id != but
        ]
        if len(theirs) >= limit:
            raise TooManyRequests(
                f"You have {len(theirs)} active {kind} run(s), and may have {limit}. Wait until "
                "one has ended, or cancel it.",
                retry_after_s=LIMIT_PAUSE_S,
                kind=kind,
                limit=limit,
                run_ids=theirs,
            )
