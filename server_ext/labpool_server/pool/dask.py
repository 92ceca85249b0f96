"""Dask workers: a LocalCluster of our own, or a scheduler that somebody else runs."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
from collections.abc import Awaitable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, cast

from labpool.devices import HEARTBEAT
from labpool.runtime.execute import AttemptSpec, Outcome
from labpool.wire import Gpu
from labpool_server.dashboard.history import History

from .backend import (
    MEMORY_TOPIC,
    Batch,
    Dashboard,
    Listener,
    PoolSettings,
    Seat,
    WorkerLost,
)
from .processes import end_process

if TYPE_CHECKING:
    from distributed import Client, Future

    from .cluster import Dask, PoolCluster

_log = logging.getLogger(__name__)

_NEWS = ("add-worker", "remove-worker")
_USABLE = ("init", "running")  # what is given to a worker that comes up waits for it
_UNSAFE = re.compile(r"[^A-Za-z0-9]+")


class DaskBackend:
    """One run at a time on each Dask worker.

    Args:
        settings: How the pool is made.
        listener: Where batches and changes go.
        history: What the page on the dashboard shows.
    """

    def __init__(self, settings: PoolSettings, listener: Listener, history: History) -> None:
        self.mode: Literal["local", "threads", "attached"] = (
            "attached" if settings.scheduler_address else "local"
        )
        self._settings = settings
        self._listener = listener
        self._history = history
        self._ends = AsyncExitStack()
        self._cluster: PoolCluster | None = None
        self._client: Client | None = None
        self._facts: dict[str, dict[str, Any]] = {}
        self._addresses: dict[str, str] = {}
        self._leaving: set[str] = set()
        self._gone: set[str] = set()
        self._limits: dict[str, int] = {}
        self._ended_at: dict[str, int] = {}
        self._running: dict[str, Future[Any]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        """See ``Backend.start``. Imports run in an executor: they take seconds."""
        loop = asyncio.get_running_loop()
        dask = await loop.run_in_executor(None, _imported)
        if self.mode == "local":
            self._cluster = await dask.cluster(self._settings, self._ends)
            dask.add_page(self._cluster, self._history, self.seats)
            self._client = await dask.client(self._cluster, None, self._ends)
        else:
            self._client = await dask.client(
                self._settings.scheduler_address, self._settings.security, self._ends
            )
        desk = dask.desk(own=self.mode == "local")
        await cast("Awaitable[None]", self._client.register_plugin(desk))
        self._client.subscribe_topic(dask.topic, self._on_batch)
        self._client.subscribe_topic("all", self._on_scheduler_event)
        self._ends.callback(self._client.unsubscribe_topic, "all")
        if self.mode == "attached":
            self._client.subscribe_topic(MEMORY_TOPIC, self._on_memory_kill)
            self._ends.callback(self._client.unsubscribe_topic, MEMORY_TOPIC)
        await self.seats()
        self._listener.change()

    async def close(self) -> None:
        """See ``Backend.close``."""
        for task in tuple(self._tasks):
            task.cancel()
        self._client = self._cluster = None
        await self._ends.aclose()  # each step, whatever the others do

    async def seats(self) -> list[Seat]:
        """See ``Backend.seats``."""
        if self._client is None or self._client.scheduler is None:
            return []
        info = await self._client.scheduler.identity(n_workers=-1)
        workers: dict[str, dict[str, Any]] = {
            address: worker
            for address, worker in info["workers"].items()
            if worker["status"] in _USABLE and address not in self._leaving
        }
        self._leaving &= info["workers"].keys()
        await self._describe([a for a in workers if a not in self._facts])
        for address in set(self._facts) - set(workers):
            del self._facts[address]
        seats = [
            self._seat(address, worker)
            for address, worker in workers.items()
            if address in self._facts
        ]
        self._addresses = {seat.id: seat.address for seat in seats}
        self._limits.update({seat.address: seat.memory_limit for seat in seats})
        return seats

    async def run(self, seat_id: str, spec: AttemptSpec, secrets: Mapping[str, str]) -> Outcome:
        """See ``Backend.run``."""
        from distributed import CancelledError, KilledWorker

        from labpool.runtime.dask_worker import entrust, run_attempt

        address = self._address(seat_id)
        client = self._ready_client()
        if secrets:
            given = partial(entrust, spec.key, dict(secrets))
            if address not in await client.run(given, workers=[address], on_error="ignore"):
                raise self._lost(seat_id, address, begun=False)
        if address in self._gone:  # since somebody looked; the scheduler would wait for it
            raise self._lost(seat_id, address, begun=False)
        future = client.submit(
            run_attempt,
            spec.model_dump(mode="json"),
            key=spec.key,
            workers=[address],
            allow_other_workers=False,
            pure=False,
            retries=0,
        )
        self._running[address] = future
        process = self._facts.get(address)
        try:
            return Outcome.model_validate(await future)
        except (KilledWorker, CancelledError) as error:
            lost = self._lost(seat_id, address)
            if process is not None and self.mode == "local":
                await self._fence(process, lost)
            raise lost from error
        finally:
            self._running.pop(address, None)
            future.release()
            self._listener.change()

    async def ask_to_stop(self, seat_id: str, key: str) -> None:
        """See ``Backend.ask_to_stop``."""
        from labpool.runtime.dask_worker import ask_to_stop

        self._tell(seat_id, partial(ask_to_stop, key))

    async def acknowledge(self, seat_id: str, key: str, n: int) -> None:
        """See ``Backend.acknowledge``."""
        from labpool.runtime.dask_worker import acknowledge

        self._tell(seat_id, partial(acknowledge, key, n))

    async def kill(self, seat_id: str) -> bool:
        """See ``Backend.kill``. The nanny, which is in our process, starts another worker."""
        address = self._addresses.get(seat_id)
        if self._cluster is None or address is None:
            return False
        for nanny in self._cluster.workers.values():
            if nanny.worker_address == address and nanny.pid:
                self._leaving.add(address)
                os.kill(nanny.pid, signal.SIGKILL)
                return True
        return False

    async def resize(self, target: int, busy: set[str]) -> None:
        """See ``Backend.resize``."""
        if self._cluster is None:
            return
        self._cluster.bury()
        names = list(self._cluster.worker_spec)
        if target > len(names):
            self._cluster.scale(target)  # type: ignore[no-untyped-call]  # Dask gives it no types
            return
        idle = [name for name in reversed(names) if _seat_id(name) not in busy]
        going = idle[: len(names) - target]
        scaling = asyncio.ensure_future(self._cluster.scale_down(going))  # type: ignore[no-untyped-call]
        await asyncio.shield(scaling)  # cut in the middle, Dask could not close its cluster

    def dashboard(self) -> Dashboard | None:
        """See ``Backend.dashboard``."""
        if self._cluster is None or self._cluster.scheduler is None:
            return None
        from .gate import KEY_HEADER

        scheduler = self._cluster.scheduler
        port = scheduler.services["dashboard"].port
        return Dashboard(port=port, headers={KEY_HEADER: scheduler.gate_key})

    def _ready_client(self) -> Client:
        if self._client is None:
            raise WorkerLost("worker_lost", "The pool is not ready.")
        return self._client

    def _address(self, seat_id: str) -> str:
        try:
            return self._addresses[seat_id]
        except KeyError:
            raise WorkerLost("worker_lost", f"The worker {seat_id} is gone.", begun=False) from None

    def _tell(self, seat_id: str, function: partial[None]) -> None:
        """Call a function on a worker and do not wait: a worker that hangs never answers."""
        address = self._addresses.get(seat_id)
        if address is not None:
            call = self._ready_client().run(function, workers=[address], on_error="ignore")
            self._in_background(call)

    def _in_background(self, call: Awaitable[Any]) -> None:
        task = asyncio.ensure_future(call)
        self._tasks.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.info("a worker did not hear: %s", task.exception())

    async def _describe(self, addresses: list[str]) -> None:
        if addresses:
            from labpool.runtime.dask_worker import describe

            facts = await self._ready_client().run(describe, workers=addresses, on_error="ignore")
            self._facts.update(facts)

    def _seat(self, address: str, worker: dict[str, Any]) -> Seat:
        metrics = worker["metrics"]
        return Seat(
            id=_seat_id(worker["name"]),
            address=address,
            host=worker["host"],
            pid=self._facts[address]["pid"],
            started=self._facts[address]["started"],
            cpu=metrics.get("cpu", 0.0),
            memory=metrics.get("memory", 0),
            memory_limit=worker["memory_limit"] or 0,
            gpus=[Gpu.model_validate(gpu) for gpu in metrics.get(HEARTBEAT, ())],
        )

    def _lost(self, seat_id: str, address: str, *, begun: bool = True) -> WorkerLost:
        peak = self._take_peak(address)
        if peak is None:
            return WorkerLost(
                "worker_lost",
                f"The worker {seat_id} ended before the job was done.",
                begun=begun,
                worker=seat_id,
            )
        limit = self._limits.get(address, 0)
        return WorkerLost(
            "out_of_memory",
            f"The worker {seat_id} reached {peak / 1e6:.0f} MB of its limit of "
            f"{limit / 1e6:.0f} MB and was ended. Use a smaller batch or model, or raise "
            "c.Labpool.memory_limit.",
            worker=seat_id,
            limit_bytes=limit,
            peak_bytes=peak,
        )

    def _on_batch(self, event: tuple[Any, dict[str, Any]]) -> None:
        message = event[1]
        self._listener.batch(
            Batch(
                run_id=message["run_id"],
                attempt=message["attempt"],
                part=message["part"],
                json=message["batch"],
                last=message["last"],
                awaited=message["awaited"],
            )
        )

    def _on_scheduler_event(self, event: tuple[Any, dict[str, Any]]) -> None:
        message = event[1]
        if message.get("action") == "add-worker":
            self._gone.discard(message["worker"])
        if message.get("action") == "remove-worker":
            self._gone.add(message["worker"])
            self._give_up(message["worker"])
        if message.get("action") in _NEWS:
            self._listener.change()

    def _give_up(self, address: str) -> None:
        """End the attempt on a worker that has gone; a foreign scheduler would wait for it."""
        future = self._running.get(address)
        if future is not None and not future.done():
            self._in_background(future.cancel(force=True))

    async def _fence(self, process: Mapping[str, Any], lost: WorkerLost) -> None:
        """End a lost worker's process before anybody believes the loss; say where it does not."""
        pid = process["pid"]
        if not await asyncio.to_thread(end_process, pid, process["started"]):
            lost.message += f" Its process {pid} does not end: it may still write to the run."
            lost.details["process"] = pid

    def _on_memory_kill(self, event: tuple[Any, dict[str, Any]]) -> None:
        """Take note of what a foreign nanny did; our own are asked themselves."""
        self._ended_at[event[1]["worker"]] = event[1]["rss"]

    def _take_peak(self, address: str) -> int | None:
        """Return the resident bytes at which a worker was ended for them, or None."""
        notes = [self._ended_at]
        if self._cluster is not None:
            notes += [nanny.ended_at for nanny in self._cluster.workers.values()]
        peaks = [note.pop(address) for note in notes if address in note]
        return peaks[0] if peaks else None


def _imported() -> Dask:
    from .cluster import Dask

    return Dask()


def _seat_id(name: object) -> str:
    return f"w{name}" if isinstance(name, int) else _UNSAFE.sub("-", str(name)).strip("-")
