"""The same jobs in threads of the server: for machines where worker processes cannot be."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import psutil

from labpool.runtime.execute import AttemptSpec, Outcome, execute
from labpool.runtime.plain import words
from labpool.runtime.reporter import Reporter
from labpool.runtime.warm import Warm

from .backend import Batch, Dashboard, Listener, PoolSettings, Seat, WorkerLost


@dataclass
class _Job:
    stop: threading.Event = field(default_factory=threading.Event)
    reporter: Reporter | None = None


class ThreadBackend:
    """One daemon thread for each attempt that runs.

    A thread cannot be killed: a job that hangs keeps its seat until it returns.
    """

    mode: Literal["local", "threads", "attached"] = "threads"

    def __init__(self, settings: PoolSettings, listener: Listener) -> None:
        self._size = settings.maximum
        self._listener = listener
        self._jobs: dict[str, _Job] = {}
        self._warm = Warm()
        self._started = time.time()

    async def start(self) -> None:
        """See ``Backend.start``."""
        self._listener.change()

    async def close(self) -> None:
        """See ``Backend.close``: jobs were asked to stop before; daemon threads end with us."""
        for job in self._jobs.values():
            job.stop.set()
        await asyncio.to_thread(self._warm.close)

    async def seats(self) -> list[Seat]:
        """See ``Backend.seats``. CPU, memory and GPUs are the server's own."""
        from labpool.devices.seen import seen

        names = [f"t{i}" for i in range(self._size)]
        gpus = await asyncio.to_thread(lambda: {name: seen(name) for name in names})
        return [
            Seat(
                id=name,
                address="thread",
                host=socket.gethostname(),
                pid=os.getpid(),
                started=self._started,
                memory=psutil.Process().memory_info().rss,
                gpus=gpus[name],
            )
            for name in names
        ]

    async def run(self, seat_id: str, spec: AttemptSpec, secrets: Mapping[str, str]) -> Outcome:
        """See ``Backend.run``."""
        loop = asyncio.get_running_loop()
        job = self._jobs.setdefault(spec.key, _Job())
        done: asyncio.Future[Outcome] = loop.create_future()

        def send(json: str, last: int, awaited: bool) -> None:  # noqa: FBT001 - as the reporter calls it
            batch = Batch(
                run_id=spec.run_id,
                attempt=spec.attempt,
                part=spec.part,
                json=json,
                last=last,
                awaited=awaited,
            )
            _on(loop, partial(self._listener.batch, batch))

        def work() -> None:
            try:
                job.reporter = Reporter(send, after=spec.after)
                outcome = execute(spec, job.reporter, job.stop, secrets, self._warm)
            except BaseException as error:  # noqa: BLE001 - else the run would hold its seat for ever
                _on(loop, partial(_settle, done, WorkerLost("worker_lost", words(error))))
            else:
                _on(loop, partial(_settle, done, outcome))

        threading.Thread(target=work, name=f"labpool-{spec.key}", daemon=True).start()
        try:
            return await asyncio.shield(done)
        finally:
            self._jobs.pop(spec.key, None)
            self._listener.change()

    async def ask_to_stop(self, seat_id: str, key: str) -> None:
        """See ``Backend.ask_to_stop``."""
        self._jobs.setdefault(key, _Job()).stop.set()

    async def acknowledge(self, seat_id: str, key: str, n: int) -> None:
        """See ``Backend.acknowledge``."""
        job = self._jobs.get(key)
        if job is not None and job.reporter is not None:
            job.reporter.ack(n)

    async def kill(self, seat_id: str) -> bool:
        """See ``Backend.kill``: a thread cannot be killed."""
        return False

    async def resize(self, target: int, busy: set[str]) -> None:
        """See ``Backend.resize``."""
        keep = max((int(seat[1:]) + 1 for seat in busy), default=0)
        self._size = max(target, keep)
        self._listener.change()

    def dashboard(self) -> Dashboard | None:
        """See ``Backend.dashboard``: without Dask there is none."""
        return None


def _on(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:
        return  # the loop is closed: the server has gone, and with it everyone who would listen


def _settle(done: asyncio.Future[Outcome], end: Outcome | WorkerLost) -> None:
    if done.done():
        return
    if isinstance(end, WorkerLost):
        done.set_exception(end)
    else:
        done.set_result(end)
