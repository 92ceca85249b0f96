"""What Dask calls on a worker, and what the server asks of it there."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
import threading
from typing import Any

import psutil
from distributed import Worker, WorkerPlugin, get_worker

from labpool.devices import HEARTBEAT
from labpool.devices.seen import seen

from .children import Children
from .execute import AttemptSpec, execute
from .reporter import Reporter
from .warm import Warm

TOPIC = "labpool"
"""Dask event topic that carries the batches."""

PR_SET_PDEATHSIG = 1
"""Of Linux's ``prctl(2)``: the signal that a process gets when its parent dies."""

PLUGIN = "labpool"
"""Name of the plugin on each worker."""


class WorkerDesk(WorkerPlugin):
    """Keeps, on one worker, what its attempts have: stop flags, reporters and secrets.

    Args:
        own: Whether the worker's process is ours, and not a foreign cluster's.

    Attributes:
        warm: What one attempt leaves ready for the next.
        children: The processes below the worker's, or None where some may be somebody else's.
    """

    def __init__(self, *, own: bool = False) -> None:
        self.name = PLUGIN
        self._own = own
        self._lock = threading.Lock()
        self._stops: dict[str, threading.Event] = {}
        self._reporters: dict[str, Reporter] = {}
        self._secrets: dict[str, dict[str, str]] = {}
        self.warm = Warm()
        self.children: Children | None = None
        self._has_gpus = True

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel to the worker empty."""
        return _own_desk if self._own else WorkerDesk, ()

    def setup(self, worker: Worker) -> None:
        """Bind the worker's process to the server's.

        A Ctrl-C in the server's terminal is the server's: it asks the jobs to save. And when
        the server dies, Linux ends the worker, even one that holds the interpreter's lock. What
        its jobs have started goes with it.
        """
        worker.metrics[HEARTBEAT] = self._gpus
        if threading.current_thread() is not threading.main_thread():
            return
        if self._own:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            if sys.platform == "linux":
                ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            self.children = Children()
            self.children.guard()
        elif worker.nanny and worker.state.nthreads == 1:  # a process for one task at a time
            self.children = Children()

    def teardown(self, worker: Worker) -> None:
        """Close what is warm before the process ends."""
        worker.metrics.pop(HEARTBEAT, None)
        self.warm.close()

    async def _gpus(self, _worker: Worker) -> list[dict[str, Any]]:
        """Return the worker's GPUs now; where there are none, it is looked once."""
        found = await asyncio.to_thread(seen) if self._has_gpus else []
        self._has_gpus = bool(found)
        return [gpu.model_dump() for gpu in found]

    def stop_flag(self, key: str) -> threading.Event:
        """Return the stop flag of an attempt; it may be set before the attempt starts."""
        with self._lock:
            return self._stops.setdefault(key, threading.Event())

    def entrust(self, key: str, secrets: dict[str, str]) -> None:
        """Keep the secrets of an attempt that is about to start."""
        with self._lock:
            self._secrets[key] = secrets

    def take_secrets(self, key: str) -> dict[str, str]:
        """Hand out the secrets of an attempt, once."""
        with self._lock:
            return self._secrets.pop(key, {})

    def begin(self, key: str, reporter: Reporter) -> threading.Event:
        """Take note that an attempt starts; return its stop flag."""
        with self._lock:
            self._reporters[key] = reporter
        if self.children is not None:
            self.children.begin()
        return self.stop_flag(key)

    def end(self, key: str) -> None:
        """Forget an attempt, and end what it has started and not ended."""
        if self.children is not None:
            self.children.end(self.warm.processes())
        with self._lock:
            self._reporters.pop(key, None)
            self._stops.pop(key, None)

    def reporter(self, key: str) -> Reporter | None:
        """Return the reporter of an attempt that runs, or None."""
        return self._reporters.get(key)


def _own_desk() -> WorkerDesk:
    return WorkerDesk(own=True)


def run_attempt(spec: dict[str, Any]) -> dict[str, Any]:
    """Run one part of an attempt as a Dask task.

    Args:
        spec: An ``AttemptSpec`` as plain data.

    Returns:
        An ``Outcome`` as plain data.
    """
    attempt = AttemptSpec.model_validate(spec)
    worker = get_worker()
    desk: WorkerDesk = worker.plugins[PLUGIN]  # type: ignore[assignment]  # our own plugin by its name
    key = attempt.key

    def send(batch: str, last: int, awaited: bool) -> None:  # noqa: FBT001 - as the reporter calls it
        whose = {"run_id": attempt.run_id, "attempt": attempt.attempt, "part": attempt.part}
        worker.log_event(TOPIC, {**whose, "last": last, "awaited": awaited, "batch": batch})

    reporter = Reporter(send, after=attempt.after)
    stop = desk.begin(key, reporter)
    try:
        secrets = desk.take_secrets(key)
        return execute(attempt, reporter, stop, secrets, desk.warm).model_dump(mode="json")
    finally:
        desk.end(key)


def describe() -> dict[str, Any]:
    """Return what the server shows of a worker's process; called through ``Client.run``."""
    process = psutil.Process()
    return {"pid": os.getpid(), "started": process.create_time()}


def entrust(key: str, secrets: dict[str, str], dask_worker: Worker) -> None:
    """Give an attempt its secrets, past the task graph; called through ``Client.run``."""
    desk: WorkerDesk = dask_worker.plugins[PLUGIN]  # type: ignore[assignment]  # our own plugin by its name
    desk.entrust(key, secrets)


def ask_to_stop(key: str, dask_worker: Worker) -> None:
    """Ask an attempt to save and end; called through ``Client.run``."""
    desk: WorkerDesk = dask_worker.plugins[PLUGIN]  # type: ignore[assignment]  # our own plugin by its name
    desk.stop_flag(key).set()


def acknowledge(key: str, n: int, dask_worker: Worker) -> None:
    """Tell an attempt's reporter what is stored; called through ``Client.run``."""
    desk: WorkerDesk = dask_worker.plugins[PLUGIN]  # type: ignore[assignment]  # our own plugin by its name
    reporter = desk.reporter(key)
    if reporter is not None:
        reporter.ack(n)
