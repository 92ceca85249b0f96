"""How fast a run goes and how long it still takes, from what it has reported."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import TypedDict

from labpool.wire import Progress

WINDOW_S = 60.0
"""The rate is an average over this many seconds."""


class PaceShown(TypedDict):
    """A pace as it crosses to the page.

    Attributes:
        rate: Units a second, or None while it cannot be known.
        left_s: Seconds until the end, or None while it cannot be known.
    """

    rate: float | None
    left_s: float | None


class Pace:
    """The rate of one attempt over the last minute."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()
        self._total: float | None = None

    def reset(self) -> None:
        """Forget everything: another attempt begins elsewhere."""
        self._seen.clear()
        self._total = None

    def see(self, progress: Progress, at: datetime) -> None:
        """Take in one report.

        Args:
            progress: How far the run has come.
            at: When it said so.
        """
        now = at.timestamp()
        if self._seen and (progress.done < self._seen[-1][1] or progress.total != self._total):
            self._seen.clear()
        self._total = progress.total
        self._seen.append((now, progress.done))
        while len(self._seen) > 2 and now - self._seen[1][0] >= WINDOW_S:
            self._seen.popleft()

    def shown(self) -> PaceShown:
        """Return the rate and the time left; needs a second's worth of reports."""
        if len(self._seen) < 2:
            return {"rate": None, "left_s": None}
        (begun, first), (now, done) = self._seen[0], self._seen[-1]
        if now - begun < 1.0 or done <= first:
            return {"rate": None, "left_s": None}
        rate = (done - first) / (now - begun)
        left = max(self._total - done, 0.0) / rate if self._total is not None else None
        return {"rate": rate, "left_s": left}
