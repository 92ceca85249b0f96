"""Tries again, with pauses that grow, until something moves or patience ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from labpool.runtime.backoff import growing_pause, parse_retry_after

from .brake import Brake
from .errors import Trouble, gave_up
from .limits import Limits


class Retries:
    """The failures in a row of one thing.

    Args:
        log: Told why there is another try; not of every one, when there are many.
    """

    def __init__(self, limits: Limits, brake: Brake, log: Callable[[str], None]) -> None:
        self._limits = limits
        self._brake = brake
        self._log = log
        self._in_row = 0
        self._in_all = 0

    def moved(self) -> None:
        """Say that something came."""
        self._in_row = 0

    def failed(self, trouble: Trouble, then: str = "") -> None:
        """Pause before the next try.

        Args:
            trouble: Why there has to be one.
            then: What the next try does.

        Raises:
            JobError: There have been enough.
            Stopped: The brake was pulled.
        """
        self._brake.check()
        self._in_row += 1
        self._in_all += 1
        if self._in_row >= self._limits.tries:
            raise gave_up(trouble, self._in_row) from trouble
        pause = self._pause(trouble)
        if self._in_all <= 8 or self._in_all & (self._in_all - 1) == 0:
            again = f", try {self._in_all + 1}" if self._in_all > 1 else ""
            self._log(f"{trouble.message}; {then or 'trying again'} in {pause:.1f} s{again}")
        self._brake.wait(pause)

    def _pause(self, trouble: Trouble) -> float:
        """Return our own pause, or what the server asks for where that is longer."""
        limits = self._limits
        own = growing_pause(self._in_row, limits.first_pause_s, limits.longest_pause_s)
        return max(own, min(trouble.retry_after or 0.0, limits.longest_retry_after_s))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that an answer asks to wait, or None.

    Args:
        headers: By name in lower case. ``Retry-After`` has seconds or a date; the Hub says the
            same in ``RateLimit`` as ``t=``.
    """
    asked = parse_retry_after(headers.get("retry-after", ""), datetime.now(UTC))
    if asked is not None:
        return asked
    found = re.search(r"\bt=(\d+)", headers.get("ratelimit", ""))
    return float(found[1]) if found else None
