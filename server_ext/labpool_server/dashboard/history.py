"""Who ran what on which worker, and how much they said, over the last minutes. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Literal

WINDOW_S = 600
"""How far back is remembered, seconds."""
LONGEST_BIN_S = 60
"""Bins of ``History.rates`` may be so long, seconds: the first one reaches beyond the window."""
MOST = 300
"""Stints that are remembered, at the most: as many as a screen can tell apart."""

State = Literal["running", "succeeded", "failed", "cancelled", "interrupted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stint:
    """One attempt of a run on one worker.

    Attributes:
        name: What people call the run.
        began: Seconds since the epoch.
        number: Runs are numbered as they come; every attempt of a run has the run's number.
        ended: Seconds since the epoch; None while it runs.
        state: How it ended, or ``running``.
    """

    run_id: str
    worker: str
    name: str
    kind: str
    attempt: int
    began: float
    number: int = 0
    ended: float | None = None
    state: State = "running"


class History:
    """A rolling record; what is older than the window is forgotten.

    Times are seconds since the epoch and come from the caller.

    Args:
        window_s: How far back it reaches, seconds.
        most: Stints it keeps, at the most; those that ended first go first.
    """

    def __init__(self, window_s: int = WINDOW_S, most: int = MOST) -> None:
        self.window_s = window_s
        self._most = most
        self._open: dict[tuple[str, str], Stint] = {}
        self._closed: deque[Stint] = deque()
        self._said: dict[str, deque[tuple[int, int]]] = {}
        self._runs = 0

    def begin(self, stint: Stint) -> None:
        """Take note that an attempt runs on a worker.

        Whatever the worker did before is over, and so are earlier attempts of the run.
        """
        for other in tuple(self._open.values()):
            earlier = other.run_id == stint.run_id and other.attempt != stint.attempt
            if other.worker == stint.worker or earlier:
                self.end(other.run_id, "interrupted", stint.began, other.worker)
        number = self._number(stint.run_id)
        self._open[stint.run_id, stint.worker] = replace(stint, number=number)

    def end(self, run_id: str, state: State, at: float, worker: str | None = None) -> None:
        """Take note that a run's attempt is over; nothing happens where none runs.

        Args:
            worker: Only on this worker; None for all that it has.
        """
        for key in [k for k in self._open if k[0] == run_id and worker in (None, k[1])]:
            stint = self._open.pop(key)
            self._closed.append(replace(stint, state=state, ended=max(at, stint.began)))
        self._forget(at)

    def forget(self, run_id: str) -> None:
        """Forget a run that was deleted."""
        self._open = {key: stint for key, stint in self._open.items() if key[0] != run_id}
        self._closed = deque(stint for stint in self._closed if stint.run_id != run_id)

    def say(self, run_id: str, worker: str, count: int, at: float) -> None:
        """Count messages of a run on a worker."""
        if (run_id, worker) not in self._open:
            return
        said = self._said.setdefault(worker, deque())
        second = int(at)
        if said and said[-1][0] >= second:  # a clock that was set back changes no order
            second, before = said.pop()
            count += before
        said.append((second, count))
        self._forget(at)

    def stints(self, now: float) -> list[Stint]:
        """Return what runs and what ended within the window, oldest first."""
        since = now - self.window_s
        ended = [stint for stint in self._closed if (stint.ended or 0) > since]
        return sorted([*ended, *self._open.values()], key=lambda stint: stint.began)

    def rates(self, now: float, bin_s: int) -> tuple[list[int], dict[str, list[float]]]:
        """Return how many messages came a second, in bins of whole seconds.

        Args:
            now: The bin that it falls into is not over, and left out.
            bin_s: Length of a bin, seconds.

        Returns:
            The middle of each bin, oldest first, and a list of that length for each worker
            that said anything.
        """
        last = int(now) // bin_s
        first = last - self.window_s // bin_s
        middles = [at * bin_s + bin_s // 2 for at in range(first, last)]
        found: dict[str, list[float]] = {}
        for worker, said in self._said.items():
            bins = [0.0] * len(middles)
            for second, count in said:
                at = second // bin_s - first
                if 0 <= at < len(bins):
                    bins[at] += count / bin_s
            if any(bins):
                found[worker] = bins
        return middles, found

    def _number(self, run_id: str) -> int:
        for stint in [*self._closed, *self._open.values()]:
            if stint.run_id == run_id:
                return stint.number
        self._runs += 1
        return self._runs - 1

    def _forget(self, now: float) -> None:
        since = now - self.window_s
        while self._closed and (len(self._closed) > self._most or _end(self._closed[0]) <= since):
            self._closed.popleft()
        for worker, said in tuple(self._said.items()):
            while said and said[0][0] < since - LONGEST_BIN_S:
                said.popleft()
            if not said:
                del self._said[worker]


def _end(stint: Stint) -> float:
    return stint.ended or 0.0
