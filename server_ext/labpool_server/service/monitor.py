"""How the server and its workers are doing, and which thresholds are crossed."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from datetime import datetime

import psutil

from labpool.wire import Alert, Worker
from labpool.wire._base import utc_now

SMOOTHING = 0.1
"""Weight of the newest response time in the moving average."""

FEWEST_WORKERS = 2
"""What a pool has by default also on a machine with one core: no reason to warn."""

MEASURE_S = 0.9
"""CPU is measured over no less than this; over a moment it is noise."""


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Limits above which an alert is shown; 0 turns one off.

    Attributes:
        cpu: Server process, percent of one core.
        memory: Whole machine, percent in use.
        response_ms: Moving average of the API's response time, milliseconds.
        worker_memory: A worker's memory, percent of its limit.
    """

    cpu: float = 90.0
    memory: float = 90.0
    response_ms: float = 500.0
    worker_memory: float = 85.0


@dataclass
class Monitor:
    """Measures this process; remembers since when a threshold is crossed."""

    thresholds: Thresholds
    response_ms: float = 0.0
    _process: psutil.Process = field(default_factory=psutil.Process)
    _measured: float = 0.0
    _cpu: float = 0.0
    _since: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def record_response(self, seconds: float) -> None:
        """Take one response time into the moving average."""
        now = seconds * 1000
        self.response_ms = (
            now
            if self.response_ms == 0
            else self.response_ms + SMOOTHING * (now - self.response_ms)
        )

    def measure(self) -> tuple[float, int]:
        """Return CPU (percent of one core, over the last second or so) and resident bytes."""
        now = time.monotonic()
        if now - self._measured >= MEASURE_S:
            self._measured, self._cpu = now, self._process.cpu_percent()
        return self._cpu, self._process.memory_info().rss

    def alerts(self, cpu: float, workers: list[Worker]) -> list[Alert]:
        """Return the thresholds that are crossed now."""
        limits = self.thresholds
        found = [
            self._look("cpu", "server", cpu, limits.cpu, "The server's CPU use is {:.0f} %."),
            self._look(
                "memory",
                "server",
                psutil.virtual_memory().percent,
                limits.memory,
                "The machine's memory is {:.0f} % full.",
            ),
            self._look(
                "response_time",
                "server",
                self.response_ms,
                limits.response_ms,
                "The server answers in {:.0f} ms on average.",
            ),
        ]
        for worker in workers:
            if worker.memory_limit_bytes:
                share = 100 * worker.memory_bytes / worker.memory_limit_bytes
                text = f"The worker {worker.id} uses {{:.0f}} % of its memory limit."
                found.append(
                    self._look("worker_memory", worker.id, share, limits.worker_memory, text)
                )
        return [alert for alert in found if alert is not None]

    def crowding(self, most_workers: int) -> list[Alert]:
        """Return an alert where a pool of this machine may have more workers than it has cores.

        Args:
            most_workers: How many the pool may have.
        """
        cores = os.cpu_count() or 1
        text = (
            f"The pool may have {{:.0f}} workers, but this machine has {cores} cores: they take "
            "turns, and each run is slower. Set n_workers, or maximum, to the number of cores."
        )
        limit = max(cores, FEWEST_WORKERS)
        found = self._look("more_workers_than_cores", "pool", most_workers, limit, text)
        return [found] if found else []

    def _look(
        self, code: str, subject: str, value: float, threshold: float, text: str
    ) -> Alert | None:
        key = (code, subject)
        if not threshold or value <= threshold:
            self._since.pop(key, None)
            return None
        return Alert(
            code=code,
            subject=subject,
            message=text.format(value),
            value=value,
            threshold=threshold,
            since=self._since.setdefault(key, utc_now()),
        )


def uptime_s(started: float) -> float:
    """Return seconds since an instant given in seconds since the epoch; 0 when unknown."""
    return max(0.0, time.time() - started) if started else 0.0
