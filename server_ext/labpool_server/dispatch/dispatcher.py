"""Gives queued runs to workers that have room, and sees every attempt through."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from functools import partial

from labpool.runtime.execute import AttemptSpec, Outcome
from labpool.runtime.place import PLACE_CODES
from labpool.wire import LabpoolError, Run, RunError, RunState, ServerUnavailable
from labpool.wire._base import utc_now
from labpool.wire.events import (
    AttemptAssigned,
    LogWritten,
    RunCancelled,
    RunFailed,
    RunInterrupted,
    RunRequeued,
)
from labpool_server.pool.backend import Batch
from labpool_server.pool.keeper import PoolKeeper
from labpool_server.store import AsyncStore

from .attempt import Attempt, AttemptSettings
from .endings import StopReason
from .place import LOOK_S, Place
from .size import Size

PAUSE_S = 2.0
"""Pause before the next look, seconds: store or pool did not answer, or workers are missing."""

IDLE_S = 60.0
"""How long workers beyond the least number stay with nothing to do, seconds."""

_log = logging.getLogger(__name__)


class Dispatcher:
    """The queue's hand. It sleeps until something changes.

    Args:
        store: Runs and events.
        keeper: The pool.
        settings: How attempts are treated.
        make_spec: Builds what the first worker of a run's next attempt needs.
        secrets_for: Finds the secrets that a run's kind asks for.
        size: Least and greatest number of workers, changed in place by others.
        place: Where runs write.

    Attributes:
        attempts: Attempts under way, by run id.
        stuck: Seats whose job does not end, with the run that it belonged to.
        errors: Attempts that ended badly, by seat id.
        last_failed: The run of the last of them, by seat id.
        waiting: Runs that wait for a worker or for their next attempt, as last counted.
    """

    def __init__(
        self,
        store: AsyncStore,
        keeper: PoolKeeper,
        settings: AttemptSettings,
        make_spec: Callable[[Run, str], Awaitable[AttemptSpec]],
        secrets_for: Callable[[Run], Awaitable[Mapping[str, str]]],
        size: Size,
        place: Place,
    ) -> None:
        self._place = place
        self._told: set[str] = set()
        self._store = store
        self._keeper = keeper
        self._settings = settings
        self._make_spec = make_spec
        self._secrets_for = secrets_for
        self._size = size
        self._idle_since: float | None = None
        self._change = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop_task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closing = False
        self.attempts: dict[str, Attempt] = {}
        self.stuck: dict[str, str] = {}
        self.errors: dict[str, int] = {}
        self.last_failed: dict[str, str] = {}
        self.waiting = 0

    async def start(self) -> None:
        """Take up what an earlier server left behind, then serve the queue."""
        for run in await self._store.read(self._store.sync.active):
            await self._recover(run)
        self._loop_task = asyncio.ensure_future(self._serve())
        self._change.set()

    async def stop(self, grace_s: float) -> None:
        """Ask all jobs to save, wait, then end what still runs; every run is left resumable."""
        self._closing = True
        if self._timer is not None:
            self._timer.cancel()
        if self._loop_task is not None:
            self._loop_task.cancel()
            await asyncio.wait({self._loop_task})
        stops = [
            attempt.stop(StopReason.SERVER_STOPPED, grace_s=grace_s)
            for attempt in self.attempts.values()
        ]
        await asyncio.gather(*stops, return_exceptions=True)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2 * grace_s + 5)

    def wake(self) -> None:
        """Look at the queue again: something changed."""
        self._change.set()

    def hear(self, batch: Batch) -> None:
        """Pass a worker's words on to their attempt; words of an attempt that is over are late."""
        attempt = self.attempts.get(batch.run_id)
        if attempt is not None and attempt.number == batch.attempt:
            attempt.hear(batch)

    @property
    def active(self) -> bool:
        """Whether anything runs, waits or is about to go on."""
        return bool(self.attempts) or self.waiting > 0

    def attempt_on(self, seat_id: str) -> Attempt | None:
        """Return the attempt on a worker, or None."""
        return next((a for a in self.attempts.values() if seat_id in a.seats), None)

    async def _recover(self, run: Run) -> None:
        if run.state is RunState.INTERRUPTED or (run.state is RunState.QUEUED and not run.workers):
            return
        if run.cancel_requested:
            await self._store.append(RunCancelled(run_id=run.id, attempt=run.attempt))
            return
        error = RunError(
            code="server_lost", message="The server ended while the run was on a worker."
        )
        due = utc_now() if self._settings.auto_resume else None
        await self._store.append(
            RunInterrupted(
                run_id=run.id, attempt=run.attempt, error=error, retry_at=due, counts=False
            )
        )

    async def _serve(self) -> None:
        while True:
            await self._change.wait()
            self._change.clear()
            try:
                if await self._place.holds():
                    await self._hold()
                    continue
                self._told.clear()
                await self._requeue_due()
                await self._assign()
            except ServerUnavailable as error:
                _log.warning("the queue waits for the store: %s", error)
                self._look_again_in(PAUSE_S)
            except Exception:  # noqa: BLE001 - the queue must not stand still for ever
                _log.exception("the queue stumbled")
                self._look_again_in(PAUSE_S)

    async def _hold(self) -> None:
        """Start nothing; tell each run that waits why, once, and look again."""
        self._look_again_in(LOOK_S)
        hold = self._place.hold
        active = await self._store.read(self._store.sync.active)
        self.waiting = sum(r.state is RunState.QUEUED or r.retry_at is not None for r in active)
        new = [r for r in active if r.state is RunState.QUEUED and r.id not in self._told]
        new = [run for run in new if run.id not in self.attempts]
        if hold is not None and new:
            await self._store.append(
                *(
                    LogWritten(
                        run_id=run.id, attempt=run.attempt, level="warning", text=hold.message
                    )
                    for run in new
                )
            )
            self._told.update(run.id for run in new)

    async def _requeue_due(self) -> None:
        active = await self._store.read(self._store.sync.active)
        self.waiting = sum(r.state is RunState.QUEUED or r.retry_at is not None for r in active)
        later: list[datetime] = []
        for run in active:
            if run.state is not RunState.INTERRUPTED or run.retry_at is None:
                continue
            if run.retry_at <= utc_now():
                await self._store.append(
                    RunRequeued(run_id=run.id, attempt=run.attempt, reason="retry")
                )
            else:
                later.append(run.retry_at)
        if later:
            self._look_again_in((min(later) - utc_now()).total_seconds())

    def _look_again_in(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + max(0.0, seconds)
        if self._timer is not None and not self._timer.cancelled():
            if loop.time() < self._timer.when() <= due:
                return
            self._timer.cancel()
        self._timer = loop.call_at(due, self.wake)

    async def _assign(self) -> None:
        limit = len(self.attempts) + len(self._keeper.seats) + 1
        queued = await self._store.read(self._store.sync.next_queued, limit)
        queued = [run for run in queued if run.id not in self.attempts]
        if queued:
            self._keeper.ensure()
        seats = await self._keeper.refresh()
        busy = self._busy()
        free = [seat.id for seat in seats if seat.id not in busy]
        for run, seat_id in zip(queued, free, strict=False):
            await self._begin(run, seat_id)
        for seat_id in free[len(queued) :]:
            await self._lend(seat_id)
        waiting = max(0, len(queued) - len(free))
        if waiting:
            await self._take_back(waiting)
        wanted = sum(attempt.wanted for attempt in self.attempts.values())
        await self._resize(len(seats), waiting=waiting + wanted)

    def _busy(self) -> set[str]:
        """Return the seats that have no room."""
        held = (attempt.held for attempt in self.attempts.values())
        return set(self.stuck).union(*held)

    async def _lend(self, seat_id: str) -> None:
        """Give a worker that nobody waits for to the run with the fewest that can use more."""
        able = [attempt for attempt in self.attempts.values() if attempt.wanted > 0]
        if not able:
            return
        attempt = min(able, key=lambda attempt: len(attempt.parts))
        try:
            spec = await self._make_spec(attempt.run, seat_id)
            secrets = await self._secrets_for(attempt.run)
        except ServerUnavailable:
            raise
        except LabpoolError as error:
            _log.warning("run %s gets no more workers: %s", attempt.run.id, error)
            attempt.most_workers = 0
            return
        goes_on = self.attempts.get(attempt.run.id) is attempt and not self._closing
        if goes_on and attempt.wanted > 0 and seat_id not in self._busy():
            number = {"attempt": attempt.number, "part": attempt.next_part()}
            attempt.join(spec.model_copy(update=number), secrets)

    async def _take_back(self, count: int) -> None:
        """Ask runs with several workers to let one go, each at the most, for runs that wait."""
        rich = sorted(self.attempts.values(), key=lambda attempt: -len(attempt.parts))
        for attempt in rich[:count]:
            if not any(part.leaving for part in attempt.parts.values()):
                await attempt.give_up_worker()

    async def _resize(self, now: int, waiting: int) -> None:
        """Follow the load within the range: up at once, down after a while of idleness."""
        backend = self._keeper.backend
        if backend is None:
            return
        busy = self._busy()
        wanted = min(self._size.maximum, max(self._size.minimum, len(busy) + waiting))
        if wanted >= now or now > self._size.maximum:
            self._idle_since = None
            if wanted != now:
                await backend.resize(wanted, busy)
                if backend.mode == "local":
                    # What starts a worker ends when that does not come up, and tells nobody.
                    self._look_again_in(PAUSE_S)
            return
        clock = asyncio.get_running_loop().time()
        self._idle_since = self._idle_since or clock
        left = self._idle_since + IDLE_S - clock
        if left > 0:
            self._look_again_in(left)
        else:
            await backend.resize(wanted, busy)

    async def _begin(self, run: Run, seat_id: str) -> None:
        backend = self._keeper.backend
        if backend is None or self._closing:
            return
        try:
            spec = await self._make_spec(run, seat_id)
            secrets = await self._secrets_for(run)
        except LabpoolError as error:
            await self._refuse(run, error)
            return
        except OSError:  # the run's folder cannot be made
            await self._place.check()
            if self._place.hold is None:
                raise
            self._look_again_in(0)
            return
        number = spec.attempt
        await self._store.append(AttemptAssigned(run_id=run.id, attempt=number, workers=[seat_id]))
        now = await self._store.read(self._store.sync.run, run.id)
        if now is None or now.attempt != number or now.state is not RunState.QUEUED:
            return  # cancelled in this very moment
        attempt = Attempt(
            now, spec, secrets, backend, self._store, self._settings, on_change=self.wake
        )
        self.attempts[run.id] = attempt
        task = asyncio.ensure_future(self._guide(attempt))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _refuse(self, run: Run, error: LabpoolError) -> None:
        """End a run that cannot start any more: what it names has gone since it was accepted."""
        if isinstance(error, ServerUnavailable):
            raise error
        why = RunError(code=error.code, message=error.message, details=error.details)
        await self._store.append(RunFailed(run_id=run.id, attempt=run.attempt, error=why))

    async def _guide(self, attempt: Attempt) -> None:
        try:
            await attempt.guide()
            await self._look_at_the_place(attempt.run.id)
        finally:
            del self.attempts[attempt.run.id]
            self.wake()
        for seat_id in attempt.failed_on:
            self.errors[seat_id] = self.errors.get(seat_id, 0) + 1
            self.last_failed[seat_id] = attempt.run.id
        for part in attempt.stuck:
            if not part.work.done():
                self.stuck[part.seat_id] = attempt.run.id
                part.work.add_done_callback(partial(self._free, part.seat_id))

    async def _look_at_the_place(self, run_id: str) -> None:
        """Hold the queue when an attempt ended through a fault of the place."""
        try:
            run = await self._store.read(self._store.sync.run, run_id)
        except ServerUnavailable:  # the next attempt will find it, too
            return
        waits = run is not None and run.state is RunState.INTERRUPTED
        if run is not None and waits and run.error and run.error.code in PLACE_CODES:
            await self._place.blame(run.error)

    def _free(self, seat_id: str, work: asyncio.Task[Outcome]) -> None:
        """Use a worker again whose job has ended after all; how it ended no longer matters."""
        if not work.cancelled():
            work.exception()
        del self.stuck[seat_id]
        self.wake()
