"""One worker's part in an attempt, from its first word to its last."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from pydantic import ValidationError

from labpool.runtime.execute import AttemptSpec, Outcome
from labpool.runtime.plain import words
from labpool.wire import Event, LogLevel, Progress
from labpool.wire.events import AttemptStarted, LogWritten, ProgressReported
from labpool_server.pool.backend import Backend, Batch, WorkerLost
from labpool_server.store import Spoken, read

_log = logging.getLogger(__name__)

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
        self._heard = self._recorded = self._acknowledged = spec.after
        self._news = asyncio.Condition()
        self.work = asyncio.ensure_future(backend.run(spec.worker, spec, secrets))

    def hear(self, batch: Batch) -> None:
        """Take a batch of the job's words; they are stored in order."""
        self._heard = batch.last
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
        """See the part through; everything that it said is stored on return, or the end says so."""
        recorder = asyncio.ensure_future(self._record())
        try:
            end = await self._end(recorder)
            if isinstance(end, Outcome):
                return await self._last_words(end, recorder)
            return end
        finally:
            recorder.cancel()
            if self._patience is not None:
                self._patience.cancel()

    async def leave_worker(self) -> None:
        """Restart the worker where that was asked for."""
        if self._restart_after and self.work.done():
            await self._backend.kill(self.seat_id)

    async def _end(self, recorder: asyncio.Task[None]) -> Outcome | WorkerLost:
        """Wait for the job's end, or for a reason to end it."""
        impatience = asyncio.ensure_future(self._patience_over.wait())
        try:
            waited = {self.work, impatience, recorder}
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            unheard = recorder.done() and not self.work.done()
            if not self.work.done() and await self._backend.kill(self.seat_id):
                await asyncio.wait({self.work}, timeout=self._kill_grace_s)
        finally:
            impatience.cancel()
        if unheard:
            return WorkerLost("words_lost", _unheard(recorder))
        if not self.work.done():
            return WorkerLost("worker_stuck", f"The job on {self.seat_id} does not end.")
        return self._said()

    def _said(self) -> Outcome | WorkerLost:
        """Return how the work ended, whatever the pool raised."""
        if self.work.cancelled():
            return WorkerLost(
                "worker_lost", f"The work on {self.seat_id} was cancelled by the pool."
            )
        match self.work.exception():
            case None:
                return self.work.result()
            case WorkerLost() as lost:
                return lost
            case error:
                _log.error("the work on %s ended oddly", self.seat_id, exc_info=error)
                return WorkerLost("worker_lost", words(error))

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
            if spoken:
                await self._persist(*spoken)
            async with self._news:
                self._recorded = batch.last
                self._news.notify_all()
            if batch.awaited or self._recorded - self._acknowledged >= ACK_EVERY:
                self._acknowledged = self._recorded
                await self._backend.acknowledge(self.seat_id, self._spec.key, self._recorded)

    def _note(self, event: Event) -> None:
        if isinstance(event, ProgressReported):
            self.progress = event.progress
        elif isinstance(event, AttemptStarted):
            self.started = True
            self._on_start()

    async def _last_words(self, end: Outcome, recorder: asyncio.Task[None]) -> Outcome | WorkerLost:
        """Return the end, once all that the job said is stored; another one where that fails.

        A run whose words are missing has not succeeded as far as anybody can see: a checkpoint,
        a figure or a warning may be among them.
        """
        stored = asyncio.ensure_future(self._stored(end.last_n))
        waited = {stored, recorder}
        await asyncio.wait(waited, timeout=LAST_WORDS_S, return_when=asyncio.FIRST_COMPLETED)
        if self._heard >= end.last_n:  # they are here: it is the store that takes its time
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if self._recorded >= end.last_n:
            return end
        stored.cancel()
        if end.ended == "failed":
            return end  # which tells of more than the words that are missing
        missing = end.last_n - self._recorded
        why = f" {_unheard(recorder)}" if recorder.done() else ""
        return WorkerLost(
            "words_lost",
            f"The job ended, but its last {missing} messages did not arrive, so nobody knows all "
            f"that it did.{why} What it left on disk is kept.",
            missing=missing,
        )

    async def _stored(self, last_n: int) -> None:
        async with self._news:
            await self._news.wait_for(lambda: self._recorded >= last_n)

    def _say(self, level: LogLevel, text: str) -> Event:
        spec = self._spec
        return LogWritten(run_id=spec.run_id, attempt=spec.attempt, level=level, text=text)


def _unheard(recorder: asyncio.Task[None]) -> str:
    """Say why the words of a job are stored no more."""
    error = None if recorder.cancelled() else recorder.exception()
    return f"Its words could not be stored: {words(error) if error else 'nobody listened'}."
