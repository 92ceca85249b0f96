"""One attempt, from its first worker's first word to the event that ends it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from labpool.runtime.execute import AttemptSpec, Outcome
from labpool.runtime.plain import words
from labpool.wire import Event, Progress, Run, RunError, ServerUnavailable
from labpool.wire._base import utc_now
from labpool.wire.events import RunFailed, RunInterrupted, WorkerLeft
from labpool_server.pool.backend import Backend, Batch, WorkerLost
from labpool_server.store import AsyncStore, Spoken

from .endings import StopReason, ending
from .part import Part

LONGEST_STORE_PAUSE_S = 5.0
"""Longest pause between two tries to store, seconds."""

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class AttemptSettings:
    """How attempts are treated.

    Attributes:
        cancel_grace_s: How long a job that was asked to end may take, seconds.
        retry_base_s: First pause before another attempt, seconds.
        auto_resume: Whether runs go on by themselves after the server's stop.
    """

    cancel_grace_s: float = 10.0
    retry_base_s: float = 2.0
    auto_resume: bool = True


class Attempt:
    """Guides one attempt on its workers: one of them, or several where the kind can use them.

    Args:
        run: The run.
        spec: What its first worker needs.
        secrets: What its first worker may know.
        backend: The pool.
        store: Runs and events.
        settings: How attempts are treated.
        on_change: Called when a worker has left while others go on.

    Attributes:
        run: The run as it was when the attempt began.
        number: Number of the attempt, from 1.
        parts: What is on a worker now, by the part's number.
        most_workers: How many workers it may have at once.
        started: Whether the job has spoken, on any worker.
        over: Whether it takes no more workers.
        failed_on: Workers on which it ended badly.
        stuck: Parts whose job does not end.
    """

    def __init__(
        self,
        run: Run,
        spec: AttemptSpec,
        secrets: Mapping[str, str],
        backend: Backend,
        store: AsyncStore,
        settings: AttemptSettings,
        on_change: Callable[[], None],
    ) -> None:
        self.run = run
        self.number = spec.attempt
        self.parts: dict[int, Part] = {}
        self.most_workers = spec.most_workers
        self.started = False
        self.over = False
        self.failed_on: list[str] = []
        self.stuck: list[Part] = []
        self._backend = backend
        self._store = store
        self._settings = settings
        self._on_change = on_change
        self._reason: StopReason | None = None
        self._by = ""
        self._parts_made = 0
        self._ended: asyncio.Queue[tuple[Part, Outcome | WorkerLost]] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._clock: asyncio.TimerHandle | None = None
        self.join(spec, secrets)

    @property
    def seats(self) -> set[str]:
        """The workers that it has."""
        return {part.seat_id for part in self.parts.values()}

    @property
    def held(self) -> set[str]:
        """The workers that have no room because of it: also those whose job does not end."""
        return self.seats | {part.seat_id for part in self.stuck if not part.work.done()}

    @property
    def wanted(self) -> int:
        """How many more workers it could use."""
        return 0 if self.over or self._reason else self.most_workers - len(self.parts)

    def next_part(self) -> int:
        """Return the number that the next worker of it gets."""
        return self._parts_made

    def progress_on(self, seat_id: str) -> Progress | None:
        """Return what one of its workers said last about how far it is."""
        return next((p.progress for p in self.parts.values() if p.seat_id == seat_id), None)

    def hear(self, batch: Batch) -> None:
        """Pass a worker's words on; words of one that has left are late."""
        part = self.parts.get(batch.part)
        if part is not None:
            part.hear(batch)

    def join(self, spec: AttemptSpec, secrets: Mapping[str, str]) -> None:
        """Put the attempt on a worker: its first, or one more."""
        part = Part(
            spec,
            secrets,
            self._backend,
            self._persist,
            self._start,
            self._settings.cancel_grace_s,
        )
        self.parts[part.number] = part
        self._parts_made = part.number + 1
        task = asyncio.ensure_future(self._see_through(part))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self, reason: StopReason, by: str = "", grace_s: float | None = None) -> None:
        """Ask the job to save and end; after the grace period its workers are killed.

        The first reason stands, but a person's cancel overrides the others.
        """
        if self._reason is None or reason is StopReason.CANCELLED:
            self._reason, self._by = reason, by
        await self._stop_parts(self._settings.cancel_grace_s if grace_s is None else grace_s)

    async def give_up_worker(self) -> None:
        """Let the newest of several workers go: somebody else needs one."""
        staying = [part for part in self.parts.values() if not part.leaving]
        if len(staying) > 1:
            await staying[-1].stop(self._settings.cancel_grace_s)

    async def restart_worker(self, seat_id: str) -> None:
        """Let the job on a worker save, then end the worker's process, too."""
        part = next(part for part in self.parts.values() if part.seat_id == seat_id)
        part.restart_worker_after()
        if len(self.parts) > 1:
            await part.stop(self._settings.cancel_grace_s)
        else:
            await self.stop(StopReason.WORKER_RESTARTED)

    async def guide(self) -> None:
        """See the attempt through and store how it ended."""
        try:
            end = await self._end()
            last = await self._ending(end)
            if isinstance(last, RunFailed | RunInterrupted):
                self.failed_on.append(self._last_part.seat_id)
            await self._end_with(last)
            await self._last_part.leave_worker()
        finally:
            if self._clock is not None:
                self._clock.cancel()

    async def _end_with(self, last: Event) -> None:
        """Store how the attempt ended; where that cannot be stored, that it could not be."""
        try:
            await self._persist(last)
        except Exception as error:  # noqa: BLE001 - a run must not be running for ever
            _log.exception("the end of run %s could not be stored", self.run.id)
            why = RunError(
                code="words_lost", message=f"How the run ended cannot be stored: {words(error)}"
            )
            await self._persist(RunFailed(run_id=self.run.id, attempt=self.number, error=why))

    async def _see_through(self, part: Part) -> None:
        end: Outcome | WorkerLost = WorkerLost("worker_lost", "The server stopped guiding it.")
        try:
            end = await part.guide()
        except Exception as error:  # noqa: BLE001 - whatever the pool raises, the attempt has to end
            _log.exception("the worker %s could not be guided", part.seat_id)
            end = WorkerLost("worker_lost", words(error))
        finally:  # also where the task itself is cancelled
            self._ended.put_nowait((part, end))

    async def _end(self) -> Outcome | WorkerLost:
        """Wait until no worker is left.

        Returns:
            How the job ended: its failure on any worker; else its success, which no worker tells
            of before all is done; else how the last worker ended.
        """
        decided: Outcome | None = None
        while True:
            part, end = await self._ended.get()
            del self.parts[part.number]
            if not part.work.done():
                self.stuck.append(part)
            self._last_part = part
            if isinstance(end, Outcome) and end.ended != "cancelled":
                self.over = True
                if decided is None or end.ended == "failed":
                    decided = end
                if end.ended == "failed":
                    await self._stop_parts(self._settings.cancel_grace_s)
            if not self.parts:
                self.over = True  # before anybody lends it another worker
                left = part.leaving and self._reason is None and self._parts_made > 1
                if decided is None and left and isinstance(end, Outcome):
                    return WorkerLost("worker_lost", "All of the run's workers have gone.")
                return decided or end
            await self._tell_of(part, end)
            self._on_change()

    async def _tell_of(self, part: Part, end: Outcome | WorkerLost) -> None:
        """Store that a worker has left while others go on."""
        error = None
        if isinstance(end, WorkerLost):
            error = RunError(code=end.code, message=end.message, details=end.details)
            self.failed_on.append(part.seat_id)
        needed = isinstance(end, Outcome) and end.ended == "cancelled"
        reason = "lost" if error else "needed" if needed else "done"
        await self._persist(
            WorkerLeft(
                run_id=self.run.id,
                attempt=self.number,
                worker=part.seat_id,
                reason=reason,
                error=error,
            )
        )
        await part.leave_worker()

    async def _stop_parts(self, grace_s: float) -> None:
        await asyncio.gather(*(part.stop(grace_s) for part in self.parts.values()))

    def _start(self) -> None:
        """Begin to count the time that the attempt may take, at the job's first word."""
        self.started = True
        if self.run.timeout_s is not None and self._clock is None:
            loop = asyncio.get_running_loop()
            self._clock = loop.call_later(self.run.timeout_s, self._time_out)

    def _time_out(self) -> None:
        self._stopping = asyncio.ensure_future(self.stop(StopReason.TIMEOUT))

    async def _ending(self, end: Outcome | WorkerLost) -> Event:
        run = await self._patiently(self._store.read, self._store.sync.run, self.run.id)
        return ending(
            run or self.run,
            end,
            self._reason,
            now=utc_now(),
            base_s=self._settings.retry_base_s,
            auto_resume=self._settings.auto_resume,
            by=self._by,
        )

    async def _persist(self, *events: Event | Spoken) -> None:
        await self._patiently(self._store.append, *events)

    async def _patiently(self, ask: Callable[..., Awaitable[T]], *what: Any) -> T:
        """Ask the store, again and again while it is away."""
        pause = 0.2
        while True:
            try:
                return await ask(*what)
            except ServerUnavailable as error:
                _log.warning("the store does not serve run %s: %s", self.run.id, error)
                await asyncio.sleep(pause)
                pause = min(LONGEST_STORE_PAUSE_S, pause * 2)
