"""One attempt, from its worker's first word to the event that ends it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from labpool.runtime.execute import AttemptSpec, Outcome
from labpool.wire import Event, LogLevel, Progress, Run, ServerUnavailable
from labpool.wire._base import utc_now
from labpool.wire.events import (
    AttemptStarted,
    LogWritten,
    ProgressReported,
    RunFailed,
    RunInterrupted,
)
from labpool_server.pool.backend import Backend, Batch, WorkerLost
from labpool_server.store import AsyncStore, Spoken, read

from .endings import StopReason, ending

ACK_EVERY = 2000
"""Messages stored between two acknowledgements."""
LAST_WORDS_S = 30.0
"""How long the last words of an attempt that has ended are waited for, seconds."""
LONGEST_STORE_PAUSE_S = 5.0
"""Longest pause between two tries to store, seconds."""

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
    """Guides one attempt on one worker.

    Attributes:
        run: The run as it was when the attempt began.
        seat_id: The worker.
        progress: What the job said last about how far it is.
        started: Whether the job has spoken.
        ended_badly: Whether it ended with an error.
    """

    def __init__(
        self,
        run: Run,
        spec: AttemptSpec,
        secrets: Mapping[str, str],
        backend: Backend,
        store: AsyncStore,
        settings: AttemptSettings,
    ) -> None:
        self.run = run
        self.seat_id = spec.worker
        self.progress: Progress | None = None
        self.started = False
        self.ended_badly = False
        self._restart_after = False
        self._spec = spec
        self._secrets = secrets
        self._backend = backend
        self._store = store
        self._settings = settings
        self._reason: StopReason | None = None
        self._by = ""
        self._patience_over = asyncio.Event()
        self._batches: asyncio.Queue[Batch] = asyncio.Queue()
        self._recorded = 0
        self._acknowledged = 0
        self._news = asyncio.Condition()
        self._timers: list[asyncio.TimerHandle] = []

    @property
    def number(self) -> int:
        """Number of the attempt, from 1."""
        return self._spec.attempt

    def hear(self, batch: Batch) -> None:
        """Take a batch of the job's words; they are stored in order."""
        self._batches.put_nowait(batch)

    async def stop(self, reason: StopReason, by: str = "", grace_s: float | None = None) -> None:
        """Ask the job to save and end; after the grace period its worker is killed.

        The first reason stands, but a person's cancel overrides the others.
        """
        if self._reason is None or reason is StopReason.CANCELLED:
            self._reason, self._by = reason, by
        grace = self._settings.cancel_grace_s if grace_s is None else grace_s
        self._later(grace, self._patience_over.set)
        await self._backend.ask_to_stop(self.seat_id, self.run.id, self._spec.attempt)

    def restart_worker_after(self) -> None:
        """End the worker's process, too, once the job has saved."""
        self._restart_after = True

    async def guide(self) -> asyncio.Task[Outcome]:
        """See the attempt through and store how it ended.

        Returns:
            The task on the worker; not done where a hanging job could not be killed.
        """
        recorder = asyncio.ensure_future(self._record())
        work = asyncio.ensure_future(self._backend.run(self.seat_id, self._spec, self._secrets))
        try:
            end = await self._wait_for(work)
            if isinstance(end, Outcome):
                await self._last_words(end.last_n)
            last = await self._ending(end)
            self.ended_badly = isinstance(last, RunFailed | RunInterrupted)
            await self._persist(last)
            if self._restart_after and work.done():
                await self._backend.kill(self.seat_id)
        finally:
            recorder.cancel()
            for timer in self._timers:
                timer.cancel()
        return work

    async def _wait_for(self, work: asyncio.Task[Outcome]) -> Outcome | WorkerLost:
        impatience = asyncio.ensure_future(self._patience_over.wait())
        try:
            await asyncio.wait({work, impatience}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done() and await self._backend.kill(self.seat_id):
                await asyncio.wait({work}, timeout=self._settings.cancel_grace_s)
        finally:
            impatience.cancel()
        if not work.done():
            return WorkerLost("worker_stuck", f"The job on {self.seat_id} does not end.")
        try:
            return work.result()
        except WorkerLost as lost:
            return lost

    async def _ending(self, end: Outcome | WorkerLost) -> Event:
        run = await self._store.read(self._store.sync.run, self.run.id)
        return ending(
            run or self.run,
            end,
            self._reason,
            now=utc_now(),
            base_s=self._settings.retry_base_s,
            auto_resume=self._settings.auto_resume,
            by=self._by,
        )

    async def _record(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            batch = await self._batches.get()
            try:
                spoken = await loop.run_in_executor(None, read, batch.json)
            except ValidationError as error:  # a worker with another version of labpool
                spoken = [self._say("error", f"words of the worker cannot be read: {error}")]
            for item in spoken:
                self._note(item.event if isinstance(item, Spoken) else item)
            await self._persist(*spoken)
            async with self._news:
                self._recorded = batch.last
                self._news.notify_all()
            if self._recorded - self._acknowledged >= ACK_EVERY:
                self._acknowledged = self._recorded
                await self._backend.acknowledge(
                    self.seat_id, self.run.id, self._spec.attempt, self._recorded
                )

    def _note(self, event: Event) -> None:
        if isinstance(event, ProgressReported):
            self.progress = event.progress
        elif isinstance(event, AttemptStarted):
            self.started = True
            if self.run.timeout_s is not None:
                self._later(self.run.timeout_s, self._time_out)

    def _time_out(self) -> None:
        self._stopping = asyncio.ensure_future(self.stop(StopReason.TIMEOUT))

    def _later(self, delay_s: float, call: Callable[[], None]) -> None:
        self._timers.append(asyncio.get_running_loop().call_later(delay_s, call))

    async def _last_words(self, last_n: int) -> None:
        try:
            async with asyncio.timeout(LAST_WORDS_S), self._news:
                await self._news.wait_for(lambda: self._recorded >= last_n)
        except TimeoutError:
            text = f"{last_n - self._recorded} last messages of the job did not arrive."
            await self._persist(self._say("warning", text))

    def _say(self, level: LogLevel, text: str) -> Event:
        return LogWritten(run_id=self.run.id, attempt=self._spec.attempt, level=level, text=text)

    async def _persist(self, *events: Event | Spoken) -> None:
        pause = 0.2
        while True:
            try:
                return await self._store.append(*events)
            except ServerUnavailable as error:
                _log.warning("cannot store what run %s says: %s", self.run.id, error)
                await asyncio.sleep(pause)
                pause = min(LONGEST_STORE_PAUSE_S, pause * 2)
