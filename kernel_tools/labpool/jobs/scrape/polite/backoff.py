"""Whether and when to try again."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from labpool.runtime import backoff

from .limits import HOUR_S

FailureKind = Literal["connection", "status", "timeout", "crash", "parse"]
"""How a try failed: no connection, an answer with a bad status, a deadline of ours that passed,
a page or browser that died, an answer that could not be read as it should."""

FIRST_S = 1.0
LONGEST_S = 60.0


def parse_retry_after(text: str, now: datetime) -> float | None:
    """Return the seconds that ``Retry-After`` asks for, an hour at the most.

    Args:
        text: Seconds or an HTTP date (RFC 9110, 10.2.3).
        now: Present instant, with its time zone.

    Returns:
        0 or more; None when the text is neither.
    """
    asked = backoff.parse_retry_after(text, now)
    return None if asked is None else min(asked, HOUR_S)


def pause_before(
    try_number: int,
    retry_after: float | None = None,
    *,
    first_s: float = FIRST_S,
    longest_s: float = LONGEST_S,
    chance: Callable[[], float] = random.random,
) -> float:
    """Return the seconds to wait before a try.

    Args:
        try_number: Of the try to come; the first one, 1, waits for nothing.
        retry_after: Seconds that the host asked for; waited in full, an hour at the most.
        first_s: Before the second try; each further one waits for twice as long.
        longest_s: The longest of these.
        chance: Gives a number from 0 to 1. A pause is between half and all of its length, so
            that items that failed together do not come again together.
    """
    if try_number <= 1:
        return 0.0
    pause = backoff.growing_pause(try_number - 1, first_s, longest_s, chance)
    return pause if retry_after is None else max(pause, min(max(retry_after, 0.0), HOUR_S))


def worth_a_retry(kind: FailureKind, *, status: int | None = None, timeouts: int = 1) -> bool:
    """Return whether another try may cure a failure.

    Args:
        status: Of the answer, for "status": 429 and 5xx may pass, but 501 says that it never will.
        timeouts: Tries of this item that took all their time, this one included: a second one
            says that the page is so, and not the moment.
    """
    match kind:
        case "connection" | "crash":
            return True
        case "status":
            return status == 429 or (status is not None and 500 <= status < 600 and status != 501)
        case "timeout":
            return timeouts < 2
        case "parse":
            return False
