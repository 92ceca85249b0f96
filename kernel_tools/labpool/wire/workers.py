"""The pool and its workers, as people see them."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from ._base import Record, Timestamp
from .runs import Progress


class Gpu(Record):
    """A GPU, or an instance of one (MIG), that a worker may use.

    Attributes:
        uuid: The driver's name for it.
        name: What it is called.
        memory_bytes: Its memory, 0 where the driver does not tell.
        memory_used_bytes: In use now, by whatever program.
        held: Whether the worker's run has it for itself.
    """

    uuid: str
    name: str
    memory_bytes: int = 0
    memory_used_bytes: int = 0
    held: bool = False


class Worker(Record):
    """One worker now.

    Attributes:
        id: URL-safe id, stable while the worker's process lives.
        address: Where the scheduler reaches it, or "thread" in the server's own process.
        state: starting, idle (has room), busy (has a run), stuck (a cancelled run does not end).
        run_id: The run it works on, or None.
        progress: What that run says it is doing.
        cpu: CPU use in percent of one core.
        memory_bytes: Resident memory.
        memory_limit_bytes: Limit at which it is killed, 0 for none.
        uptime_s: Seconds since its process started.
        errors: Attempts that ended badly on it.
        gpus: The GPUs that it may use, empty where there are none; its run has one of them at most.
        failed_run_id: The run of the last of them, or None.
    """

    id: str
    address: str
    host: str = ""
    pid: int = 0
    state: Literal["starting", "idle", "busy", "stuck"]
    run_id: str | None = None
    progress: Progress | None = None
    cpu: float = 0.0
    memory_bytes: int = 0
    memory_limit_bytes: int = 0
    uptime_s: float = 0.0
    errors: int = 0
    gpus: list[Gpu] = Field(default_factory=list)
    failed_run_id: str | None = None


class Pool(Record):
    """The pool now.

    Attributes:
        state: stopped (starts at the first need), starting, ready or failed.
        mode: Worker processes of our own, threads of the server, or somebody else's scheduler.
        reason: Why it failed, why the queue holds, or what it waits for; "" otherwise.
        minimum: Least number of workers.
        maximum: Greatest number of workers.
        dashboard_path: Where the Dask dashboard is under the Jupyter base URL, or None where
            there is none: in threads, on somebody else's scheduler, or before the pool is up.
        page_path: Where Labpool's own page on that dashboard is, or None likewise. It takes
            ``theme=dark`` and ``lang=fa`` in its query.
        queued: Runs that wait for a worker.
        running: Runs that have one.
    """

    state: Literal["stopped", "starting", "ready", "failed"]
    mode: Literal["local", "threads", "attached"]
    reason: str = ""
    minimum: int
    maximum: int
    workers: list[Worker] = Field(default_factory=list)
    dashboard_path: str | None = None
    page_path: str | None = None
    queued: int = 0
    running: int = 0


class PoolChange(Record):
    """A new size: either a fixed number, or a range within which the pool sizes itself."""

    n_workers: int | None = Field(default=None, ge=1, le=256)
    minimum: int | None = Field(default=None, ge=0, le=256)
    maximum: int | None = Field(default=None, ge=1, le=256)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        fixed = self.n_workers is not None
        ranged = self.minimum is not None and self.maximum is not None
        if fixed == ranged or (fixed and (self.minimum, self.maximum) != (None, None)):
            raise ValueError("give either n_workers, or both minimum and maximum")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("minimum must not be greater than maximum")
        return self


class Alert(Record):
    """A threshold that is or was crossed, or a fault of the place for which the queue holds.

    Attributes:
        code: Which threshold (memory, cpu, response_time, worker_memory,
            more_workers_than_cores) or fault (disk_full, disk_read_only, disk_gone).
        subject: "server", "pool", a worker id, or the folder.
        value: What was measured; of a fault, the free bytes.
        threshold: The limit, in the same unit.
        since: When it was first seen above it.
    """

    code: str
    subject: str
    message: str
    value: float
    threshold: float
    since: Timestamp


class Monitoring(Record):
    """How the server is doing.

    Attributes:
        cpu: Server process, percent of one core.
        memory_bytes: Server process, resident.
        response_ms: Moving average of the API's response time, milliseconds.
        active_runs: Runs that have a worker.
        queued_runs: Runs that wait for one.
    """

    cpu: float
    memory_bytes: int
    response_ms: float
    active_runs: int
    queued_runs: int
    workers: list[Worker] = Field(default_factory=list)
    alerts: list[Alert] = Field(default_factory=list)
