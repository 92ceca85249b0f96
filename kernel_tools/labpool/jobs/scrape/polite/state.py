"""What all workers know of a host, and how it changes. Pure, but for the file it is kept in.

Times are of the clock that counts from the machine's start, which all processes share and nobody
sets. The file outlives a restart of the machine, after which that clock begins anew: a time that
lies further ahead than it was ever meant to is taken for passed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TypeVar

from .limits import HOUR_S, HostLimits
from .locks import locked

T = TypeVar("T")

_SIZE = 512
_PATIENCE_S = 60.0
"""Seconds after which somebody who has the file locked is taken for stopped: it is held for
microseconds."""


@dataclass
class HostState:
    """A host as all workers see it.

    Attributes:
        next_at: When the next request may begin.
        next_s: How far that was ahead when it was set; the same for the others.
        paused_until: Until when the host asked for patience.
        failures: Failures in a row.
        open_until: Until when nobody asks it, because it failed too often.
        open_s: How long that is; 0 while it is well.
    """

    next_at: float = 0.0
    next_s: float = 0.0
    paused_until: float = 0.0
    paused_s: float = 0.0
    failures: float = 0.0
    open_until: float = 0.0
    open_s: float = 0.0

    @property
    def broken(self) -> bool:
        """Whether it failed too often and was not seen well since."""
        return self.open_s > 0

    def rests(self, now: float) -> float:
        """Return the seconds for which nobody may ask it; 0 when somebody may."""
        paused = _left(self.paused_until, self.paused_s, now)
        return max(paused, _left(self.open_until, self.open_s, now))

    def not_yet(self, now: float) -> float:
        """Return the seconds until the rate allows another request."""
        return _left(self.next_at, self.next_s, now)

    def begin(self, now: float, interval_s: float) -> None:
        """Note that a request begins."""
        self.next_at, self.next_s = now + interval_s, interval_s

    def was_well(self, *, probe: bool) -> None:
        """Note an answer; one that was asked for before the host broke says nothing new."""
        if probe or not self.broken:
            self.failures = self.open_until = self.open_s = 0.0

    def has_failed(self, now: float, limits: HostLimits, *, probe: bool) -> None:
        """Note a failure."""
        if self.broken and not probe:
            return
        self.failures += 1
        if probe:
            self._open(now, min(self.open_s * 2, limits.longest_open_s))
        elif self.failures >= limits.failures:
            self._open(now, limits.open_s)

    def asks_for_patience(self, now: float, seconds: float, *, probe: bool) -> None:
        """Note that it answered, and wants to be left alone for a time."""
        self.was_well(probe=probe)
        seconds = min(max(seconds, 0.0), HOUR_S)
        if seconds > _left(self.paused_until, self.paused_s, now):
            self.paused_until, self.paused_s = now + seconds, seconds

    def _open(self, now: float, seconds: float) -> None:
        self.open_s = max(seconds, 0.001)
        self.open_until = now + self.open_s


def _left(until: float, length: float, now: float) -> float:
    left = until - now
    return left if 0 < left <= length + 0.001 else 0.0


async def change(path: Path, what: Callable[[HostState], T]) -> T:
    """Let a function read and change the state in a file, alone.

    The file has one size and is written in one go, so a kill leaves the old text or the new one.

    Raises:
        TimeoutError: Another process has stopped while it held the file.
        OSError: The folder cannot be written.
    """
    async with locked(path, _PATIENCE_S) as handle:
        state = _read(handle)
        before = asdict(state)
        result = what(state)
        if asdict(state) != before:
            os.pwrite(handle, json.dumps(asdict(state)).ljust(_SIZE).encode("ascii"), 0)
    return result


def _read(handle: int) -> HostState:
    try:
        found = json.loads(os.pread(handle, _SIZE, 0))
        return HostState(**{field.name: float(found[field.name]) for field in fields(HostState)})
    except (ValueError, TypeError, KeyError):
        return HostState()
