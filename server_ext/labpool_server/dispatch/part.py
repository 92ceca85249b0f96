"""One worker's part in an attempt, from its first word to its last."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

from pydantic import ValidationError

from labpool.runtime.execute import AttemptSpec, Outcome
from labpool.wire import Event, LogLevel, Progress
from labpool.wire.events import AttemptStarted, LogWritten, ProgressReported
from labpool_server.pool.backend import Backend, Batch, WorkerLost
from labpool_server.store import Spoken, read

ACK_EVERY = 2000
"""Messages stored between two acknowledgements."""
LAST_WORDS_S = 30.0
"""How long the last words of a part that has ended are waited for, seconds."""


class Persist(Protocol):
    """Stores events, however long that takes."""

    async def __call__(self, *events: Event | Spoken) -> None:
        """Store them in order."""


class Part:
    """Guides one worker through an attempt.

    Args:
        spec: What it runs.
        secrets: What it may know.
        backend: The pool.
        persist: Stores what it says.
        on_start: Called when the job has spoken first.
        kill_grace_s: How long the end of a killed worker is waited for, seconds.

    Attributes:
        seat_id: The worker.
        number: Of the part, from 0.
        progress: What the job said last about how far it is.
        started: Whether the job has spoken.
        leaving: Whether it was asked to end.
        work: The task on the worker; not done where a hanging job could not be killed.
    """

    def __init__(
        self,
        spec: AttemptSpec,
        secrets: Mapping[str, str],
        backend: Backend,
        persist: Persist,
        on_start: Callable[[], None],
        kill_grace_s: float,
    ) -> None:
        self.seat_id = spec.worker
        self.number = spec.part
        self.progress: Progress | None = None
        self.started = False
        self.leaving = False
        self._restart_after = False
        self._spec = spec
        self._backend = backend
        self._persist = persist
        self._on_start = on_start
        self._kill_grace_s = kill_grace_s
        self._patience_over = asyncio.Event()
        self._patience: asyncio.TimerHandle | None = None
        self._batches: asyncio.Queue[Batch] = asyncio.Queue()
        self._recorded = self._acknowledged = spec.after
        self._news = asyncio.Condition()
        self.work = asyncio.ensure_future(backend.run(spec.worker, spec, secrets))

    def hear(self, batch: Batch) -> None:
        """Take a batch of the job's words; they are stored in order."""
        self._batches.put_nowait(batch)

    async def stop(self, grace_s: float) -> None:
        """Ask the job to save and end; after the grace period its worker is killed."""
        self.leaving = True
        if self._patience is not None:
            self._patience.cancel()
        loop = asyncio.get_running_loop()
        self._patience = loop.call_later(grace_s, self._patience_over.set)
        await self._backend.ask_to_stop(self.seat_id, self._spec.key)

    def restart_worker_after(self) -> None:
        """End the worker's process, too, once the job has saved."""
        self._restart_after = True

    async def guide(self) -> Outcome | WorkerLost:
        """See the part through; everything that it said is stored on return."""
        recorder = asyncio.ensure_future(self._record())
        try:
            end = await self._end()
            if isinstance(end, Outcome):
                await self._last_words(end.last_n)
            return end
        finally:
            recorder.cancel()
            if self._patience is not None:
                self._patience.cancel()

    async def leave_worker(self) -> None:
        """Restart the worker where that was asked for."""
        if self._restart_after and self.work.done():
            await self._backend.kill(self.seat_id)

    async def _end(self) -> Outcome | WorkerLost:
        impatience = asyncio.ensure_future(self._patience_over.wait())
        try:
            await asyncio.wait({self.work, impatience}, return_when=asyncio.FIRST_COMPLETED)
            if not self.work.done() and await self._backend.kill(self.seat_id):
                await asyncio.wait({self.work}, timeout=self._kill_grace_s)
        finally:
            impatience.cancel()
        if not self.work.done():
            return WorkerLost("worker_stuck", f"The job on {self.seat_id} does not end.")
        try:
            return self.work.result()
        except WorkerLost as lost:
            return lost

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
                await self._backend.acknowledge(self.seat_id, self._spec.key, self._recorded)

    def _note(self, event: Event) -> None:
        if isinstance(event, ProgressReported):
            self.progress = event.progress
        elif isinstance(event, AttemptStarted):
            self.started = True
            self._on_start()

    async def _last_words(self, last_n: int) -> None:
        try:
            async with asyncio.timeout(LAST_WORDS_S), self._news:
                await self._news.wait_for(lambda: self._recorded >= last_n)
        except TimeoutError:
            text = f"{last_n - self._recorded} last messages of the job did not arrive."
            await self._persist(self._say("warning", text))

    def _say(self, level: LogLevel, text: str) -> Event:
        spec = self._spec
        return LogWritten(run_id=spec.run_id, attempt=spec.attempt, level=level, text=text)
