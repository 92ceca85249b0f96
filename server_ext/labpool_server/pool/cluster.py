"""What of Dask the pool uses, and how it is set up. Importing this module takes seconds."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Collection
from contextlib import AsyncExitStack
from typing import Any, cast

import dask.config
from dask.utils import parse_bytes
from distributed import Client, LocalCluster, Nanny, Scheduler, Security, SpecCluster
from distributed.core import Status
from distributed.system import MEMORY_LIMIT

from labpool.runtime.dask_worker import TOPIC, WorkerDesk
from labpool_server.dashboard.history import History
from labpool_server.dashboard.page import Seats, add_page

from . import gate
from .backend import MEMORY_TOPIC, PoolSettings
from .memory import limit_flaw

CONNECT_S = 10
"""How long a scheduler may take to answer, seconds."""

# All but the pages that pass requests on to the workers, and to whatever else they name.
_ROUTES = [
    "distributed.http.scheduler.info",
    "distributed.http.scheduler.json",
    "distributed.http.scheduler.prometheus",
    "distributed.http.health",
    "distributed.http.statics",
]


class PoolCluster(LocalCluster):
    """Gives up no worker whose next process is on its way.

    Dask's own cluster gives a worker up for good that is away at one moment, some seconds after it
    was lost (``lost-worker-timeout``), also one that has just come back. Here a worker is given up
    when its nanny has ended; a nanny ends when the process that it starts does not come up.
    """

    def _update_worker_status(self, op: str, msg: Any) -> None:
        super(SpecCluster, self)._update_worker_status(op, msg)  # type: ignore[no-untyped-call]

    def bury(self) -> None:
        """Forget the nannies that have ended; ``scale`` then starts others in their places."""
        for name, nanny in tuple(self.workers.items()):
            if nanny.status in (Status.closed, Status.failed):
                del self.workers[name]


class PoolNanny(Nanny):
    """Remembers which worker it ended for its memory, and ends also one that hangs at its start.

    Args:
        start_s: How long a worker's process may take to come up, seconds.

    Attributes:
        ended_at: Resident bytes of the worker that was ended for its memory, by address. The
            nanny's word to the scheduler travels on its own, and may come after the worker's loss.
    """

    def __init__(self, *args: Any, start_s: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ended_at: dict[str, int] = {}
        self._start_s = start_s

    async def instantiate(self) -> Status:
        """Start a worker's process; one that does not come up in time is ended, and so is this."""
        hung = asyncio.get_running_loop().call_later(self._start_s, self._end_if_starting)
        try:
            return await super().instantiate()
        finally:
            hung.cancel()

    def log_event(self, topic: str | Collection[str], msg: Any) -> None:
        """Take note, and pass it on."""
        if topic == MEMORY_TOPIC:
            self.ended_at[msg["worker"]] = msg["rss"]
        super().log_event(topic, msg)  # type: ignore[no-untyped-call]  # Dask gives it no types

    async def kill(
        self,
        timeout: float = 5,  # noqa: ASYNC109  the signature is Dask's
        reason: str = "nanny-kill",
    ) -> None:
        """End the worker's process; Dask alone would wait for one that hangs while it starts.

        Args:
            timeout: How long it may take to end by itself, seconds.
            reason: For the log.
        """
        hung = asyncio.get_running_loop().call_later(timeout, self._end_if_starting)
        try:
            await super().kill(timeout=timeout, reason=reason)
        finally:
            hung.cancel()

    def _end_if_starting(self) -> None:
        process = self.process
        if process is not None and process.status == Status.starting and process.pid:
            os.kill(process.pid, signal.SIGKILL)


class Dask:
    """Dask, once it is imported."""

    topic = TOPIC
    desk = WorkerDesk

    @staticmethod
    async def cluster(settings: PoolSettings, ends: AsyncExitStack) -> PoolCluster:
        """Start a scheduler and workers on this machine; only this process is let in.

        Args:
            settings: How many, and how large.
            ends: Takes what ends the cluster, before anything of it starts.
        """
        loop = asyncio.get_running_loop()
        security = await loop.run_in_executor(None, Security.temporary)
        options = {
            "distributed.scheduler.allowed-failures": 0,
            "distributed.scheduler.http.routes": _ROUTES,
            "distributed.worker.http.routes": [],  # nobody of ours asks a worker by HTTP
            **gate.OPTIONS,
            # A worker on this machine that has gone is noticed by its connection. One that says
            # nothing for minutes may hold its interpreter, or the machine was asleep.
            "distributed.scheduler.worker-ttl": None,
            "distributed.worker.memory.target": False,
            "distributed.worker.memory.spill": False,
            "distributed.worker.memory.pause": False,
            "distributed.worker.memory.terminate": 0.95,
            "distributed.worker.memory.monitor-interval": "100 ms",
            # Labpool looks at the GPUs itself; Dask's look ends a worker where the driver fails.
            "distributed.diagnostics.nvml": False,
            # By default each process wakes 50 times a second, and each worker 100 times more, also
            # when there is nothing to do: most of what an idle pool takes.
            "distributed.admin.tick.interval": "500 ms",
            "distributed.worker.profile.interval": "100 ms",
        }
        numeric = {
            name: str(settings.threads)
            for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
        }
        numeric["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"  # else sums on a GPU differ each time
        with dask.config.set(options):
            cluster = PoolCluster(  # type: ignore[no-untyped-call]  # Dask gives it no types
                n_workers=settings.minimum,
                threads_per_worker=1,
                worker_class=PoolNanny,
                start_s=settings.start_s,
                host=gate.HOST,
                security=security,
                dashboard_address=f"{gate.HOST}:0",
                memory_limit=_memory_limit(settings),
                local_directory=settings.local_directory,
                asynchronous=True,
                env=numeric,
                config=options,
            )
            ends.push_async_callback(_end, cluster)
            cluster.scheduler_spec["cls"] = gate.GatedScheduler
            await cluster  # type: ignore[unused-awaitable]  # it is itself what this gives
            return cluster

    @staticmethod
    def add_page(cluster: LocalCluster, history: History, seats: Seats) -> None:
        """Put Labpool's page on the dashboard of a cluster that ``cluster`` started."""
        add_page(cast("Scheduler", cluster.scheduler), history, seats)

    @staticmethod
    async def client(target: Any, security: dict[str, str] | None, ends: AsyncExitStack) -> Client:
        """Connect to a scheduler.

        Args:
            target: The cluster, or a scheduler's address.
            security: Paths of TLS files (ca, cert, key), or None.
            ends: Takes what closes the client, before it connects.
        """
        tls = Security(**_tls(security)) if security else None
        client = Client(
            target, asynchronous=True, set_as_default=False, security=tls, timeout=CONNECT_S
        )
        ends.push_async_callback(_closed, client)
        await client
        return client


async def _closed(thing: Client | LocalCluster) -> None:
    closing = thing.close()
    if closing is not None:
        await closing


async def _end(cluster: LocalCluster) -> None:
    """End all of a cluster, also of one whose start was cut: Dask then forgets its parts."""
    async with AsyncExitStack() as parts:
        if cluster.scheduler is not None:
            parts.push_async_callback(cluster.scheduler.close)
        parts.push_async_callback(_closed, cluster)
        known = cluster.workers.values()
        for nanny in [n for n in cluster._created if n not in known]:  # noqa: SLF001
            parts.push_async_callback(nanny.close)  # first: the cluster refuses to end beside it


def _memory_limit(settings: PoolSettings) -> str | int:
    if flaw := limit_flaw(settings.memory_limit):
        raise ValueError(flaw)
    if settings.memory_limit == "auto":
        return int(MEMORY_LIMIT / max(1, settings.maximum))
    return int(parse_bytes(settings.memory_limit))


def _tls(files: dict[str, str]) -> dict[str, Any]:
    return {
        "tls_ca_file": files.get("ca"),
        "tls_client_cert": files.get("cert"),
        "tls_client_key": files.get("key"),
        "require_encryption": True,
    }
