"""What a pool of workers must be able to do, whatever it is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from labpool.runtime.execute import AttemptSpec, Outcome
from labpool.wire import Gpu

MEMORY_TOPIC = "worker-restart-memory"
"""Dask event topic that says which worker was ended for its memory."""


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A worker that can take one run at a time.

    Attributes:
        id: URL-safe, unique in the pool.
        started: Seconds since the epoch, 0 when not known yet.
        cpu: Percent of one core.
        memory: Resident bytes.
        memory_limit: Bytes at which it is killed, 0 for none.
        gpus: The GPUs that it may use.
    """

    id: str
    address: str
    host: str = ""
    pid: int = 0
    started: float = 0.0
    cpu: float = 0.0
    memory: int = 0
    memory_limit: int = 0
    gpus: list[Gpu] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """A Dask dashboard on this host, as only this process reaches it.

    Attributes:
        port: Its port on 127.0.0.1.
        headers: What each request must carry.
    """

    port: int
    headers: dict[str, str] = field(repr=False)


class WorkerLost(Exception):
    """The worker of an attempt is gone, and nobody knows how far the job came.

    Args:
        code: ``worker_lost`` or ``out_of_memory``.
        message: A sentence for people.
        begun: Whether the job can have begun on it.
        details: Facts (limit, peak, worker).
    """

    def __init__(self, code: str, message: str, *, begun: bool = True, **details: Any) -> None:
        super().__init__(message)
        self.begun = begun
        self.code = code
        self.message = message
        self.details = details


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Words of one attempt, as they came from its worker.

    Attributes:
        part: Which of the attempt's workers.
        json: JSON list of events.
        last: Number of the last one.
        awaited: Whether the job waits until that is stored.
    """

    run_id: str
    attempt: int
    part: int = 0
    json: str
    last: int
    awaited: bool = False


@dataclass(kw_only=True)
class Listener:
    """Where a backend reports, on the event loop.

    Attributes:
        batch: A batch came.
        change: Workers came, went, or have room again.
    """

    batch: Callable[[Batch], None]
    change: Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class PoolSettings:
    """How a pool is made.

    Attributes:
        minimum: Least number of workers.
        maximum: Greatest number of workers.
        threads: Threads for numeric work that each job may use.
        memory_limit: Limit for each worker ("auto", "4GB", bytes as text, "0" for none).
        scheduler_address: Dask scheduler to attach to, or "".
        start_s: How long a worker's process may take to come up, seconds.
        local_directory: Folder for Dask's scratch files.
        security: Paths of TLS files for an attached scheduler (ca, cert, key), or empty.
    """

    minimum: int
    maximum: int
    threads: int = 1
    memory_limit: str = "auto"
    scheduler_address: str = ""
    start_s: float = 120.0
    local_directory: str = ""
    security: dict[str, str] = field(default_factory=dict)


class Backend(Protocol):
    """A pool of workers. All methods are called on the server's event loop."""

    mode: Literal["local", "threads", "attached"]

    async def start(self) -> None:
        """Bring the pool up; returns once a run could be given to it."""

    async def close(self) -> None:
        """End what the pool started, and only that."""

    async def seats(self) -> list[Seat]:
        """Return the workers that are there now, with fresh figures."""

    async def run(self, seat_id: str, spec: AttemptSpec, secrets: Mapping[str, str]) -> Outcome:
        """Run one attempt on one worker.

        Args:
            seat_id: The worker.
            spec: What to run.
            secrets: Name to value; they never become part of a task.

        Raises:
            WorkerLost: The worker went away before the job was done.
        """

    async def ask_to_stop(self, seat_id: str, key: str) -> None:
        """Ask the job to save and end.

        Args:
            seat_id: The worker.
            key: Of the attempt's part there, as in its ``AttemptSpec``.
        """

    async def acknowledge(self, seat_id: str, key: str, n: int) -> None:
        """Tell the worker that the part's messages up to ``n`` are stored."""

    async def kill(self, seat_id: str) -> bool:
        """End a worker's process at once. False where it is not ours or cannot be killed."""

    async def resize(self, target: int, busy: set[str]) -> None:
        """Change the number of workers; busy ones are never taken away."""

    def dashboard(self) -> Dashboard | None:
        """Return where the Dask dashboard of a pool of our own is, or None."""
