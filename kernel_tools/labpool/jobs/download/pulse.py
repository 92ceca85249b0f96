"""The one thread that reports how far a download is, and ends it when it has to end."""

from __future__ import annotations

import time
from collections.abc import Iterable
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from typing import Any, TypeVar

from labpool.runtime.context import Cancelled, JobContext

from .brake import Brake, Stopped
from .errors import past_deadline
from .limits import Limits
from .tally import Tally

T = TypeVar("T")
POINTS = 300
"""Points of the curve of the rate after which they come less often."""


class Pulse:
    """Watches over what the other threads do.

    Args:
        brake: Pulled when the run is cancelled, its time is over or one thread fails.
    """

    def __init__(self, ctx: JobContext, tally: Tally, brake: Brake, limits: Limits) -> None:
        self._ctx = ctx
        self._tally = tally
        self._brake = brake
        self._limits = limits
        self.began = time.monotonic()
        self._last: tuple[Any, ...] = ()
        self._point = (self.began, 0)

    def watch(self, futures: Iterable[Future[T]]) -> list[T]:
        """Wait for all; the first one that fails ends the others.

        Raises:
            Cancelled: The run was asked to end.
            JobError: The time is over.
        """
        pending = list(futures)
        try:
            while True:
                self.beat()
                seconds = self._limits.pulse_s
                done, going = wait(pending, timeout=seconds, return_when=FIRST_EXCEPTION)
                if not going or any(f.exception() for f in done):
                    break
        finally:
            if not all(f.done() for f in pending) or any(f.exception() for f in pending):
                self._brake.pull()
                for future in pending:
                    future.cancel()
                wait(pending)
        self._raise_first(pending)
        return [future.result() for future in pending]

    def _raise_first(self, futures: list[Future[T]]) -> None:
        """Raise what went wrong, not what that made the others do."""
        failed = [e for f in futures if not f.cancelled() and (e := f.exception())]
        for error in failed:
            if not isinstance(error, Stopped):
                raise error
        if failed:
            raise Cancelled

    def beat(self) -> None:
        """Report what is new; end the download when it has to end."""
        self.report()
        self._ctx.check_cancelled()
        if time.monotonic() - self.began > self._limits.deadline_s:
            raise past_deadline(self._limits.deadline_s)

    def report(self) -> None:
        """Say how far it is, when that has changed."""
        tally = self._tally
        now = (tally.done(), tally.total, "byte", tally.message())
        if now != self._last:
            self._ctx.progress(*now)
            self._last = now
        self._report_rate()

    def _report_rate(self) -> None:
        """Add a point to the curve of the rate, bytes a second over the seconds."""
        now, (before, bytes_before) = time.monotonic(), self._point
        bytes_now = self._tally.bytes_fetched()
        every = max(self._limits.metric_s, (now - self.began) / POINTS)
        if bytes_now and now - before >= every:
            rate = (bytes_now - bytes_before) / (now - before)
            self._ctx.metric(round(now - self.began), bytes_per_s=rate)
            self._point = (now, bytes_now)
