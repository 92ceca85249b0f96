"""What a worker says of its part of a scrape: counts of the whole run, its own item and step."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Iterator

from labpool.items import Ledger
from labpool.runtime.context import JobContext
from labpool.wire.items import ItemCounts

EVERY_S = 0.5
"""Pause between two reports, seconds."""
METRIC_EVERY_S = 2.0
"""Pause between two points of the charts, seconds."""
ENDS = ("ok", "partial", "failed")
WINDOW_S = 10.0
"""Items a second are those that ended in so many seconds."""


class Steps:
    """What this worker does to which item, and what has become of its items. Any thread may ask."""

    def __init__(self) -> None:
        self._steps: dict[str, str] = {}
        self._ends: Counter[str] = Counter()
        self._lately: deque[float] = deque()
        self._lock = threading.Lock()

    def say(self, item_id: str, step: str) -> None:
        """Note what is being done to an item now."""
        with self._lock:
            self._steps.pop(item_id, None)  # the latest goes last
            self._steps[item_id] = step

    def end(self, item_id: str) -> None:
        """Forget an item."""
        with self._lock:
            self._steps.pop(item_id, None)

    def count(self, state: str) -> None:
        """Note how an item ended."""
        with self._lock:
            self._ends[state] += 1
            self._lately.append(time.monotonic())

    def __str__(self) -> str:
        with self._lock:
            facts = [self._step(), *self._counts()]
        return " · ".join(fact for fact in facts if fact)

    def _step(self) -> str:
        if not self._steps:
            return ""
        item_id, step = next(reversed(self._steps.items()))
        more = len(self._steps) - 1
        return f"{item_id}: {step}" + (f" (and {more} more)" if more else "")

    def _counts(self) -> Iterator[str]:
        ends = [f"{self._ends[state]} {state}" for state in ENDS if self._ends[state]]
        if ends:
            since = time.monotonic() - WINDOW_S
            while self._lately and self._lately[0] < since:
                self._lately.popleft()
            yield ", ".join(ends)
            yield f"{len(self._lately) / WINDOW_S:.1f} items/s"


class Pulse:
    """Reports at an even pace.

    Args:
        ctx: Takes the reports.
        ledger: Has the counts.
        steps: What this worker does.
    """

    def __init__(self, ctx: JobContext, ledger: Ledger, steps: Steps) -> None:
        self._ctx = ctx
        self._ledger = ledger
        self._steps = steps
        self._measured = 0.0
        self._told = -1

    def beat(self) -> ItemCounts:
        """Report how far the run is and what this worker does."""
        counts = self._ledger.counts()
        done = counts.ok + counts.partial + counts.failed
        self._ctx.progress(done, counts.total or None, "item", str(self._steps))
        now = time.monotonic()
        if done > self._told and now - self._measured >= METRIC_EVERY_S:
            self._measure(counts, done)
            self._measured = now
        return counts

    def last(self) -> None:
        """Report the end."""
        counts = self.beat()
        self._measure(counts, counts.ok + counts.partial + counts.failed)

    def _measure(self, counts: ItemCounts, done: int) -> None:
        self._told = done
        self._ctx.metric(
            done,
            items_per_s=self._ledger.finished_since(WINDOW_S) / WINDOW_S,
            ok=counts.ok,
            failed=counts.failed,
        )
