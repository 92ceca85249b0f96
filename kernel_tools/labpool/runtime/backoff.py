"""How long to wait before another try: pauses that grow, and what an answer asks for."""

from __future__ import annotations

import email.utils
import random
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count


def growing_pause(
    failures: int, first_s: float, longest_s: float, chance: Callable[[], float] = random.random
) -> float:
    """Return the seconds to wait after so many failures in a row, one or more.

    Args:
        failures: In a row, the last one included.
        first_s: After the first failure; after each further one it is twice as long.
        longest_s: The longest of these.
        chance: Gives a number from 0 to 1. A pause is between half and all of its length, so
            that what failed together does not come again together.
    """
    doubled = min(first_s * 2.0 ** min(failures - 1, 60), longest_s)
    return doubled * (0.5 + chance() / 2)


def growing_pauses(first_s: float, longest_s: float) -> Iterator[float]:
    """Yield the seconds to wait after each further failure in a row.

    Args:
        first_s: After the first failure.
        longest_s: The longest, before chance makes it shorter.
    """
    return (growing_pause(failures, first_s, longest_s) for failures in count(1))


def parse_retry_after(text: str, now: datetime) -> float | None:
    """Return the seconds that ``Retry-After`` asks for.

    Args:
        text: Seconds or an HTTP date (RFC 9110, 10.2.3).
        now: Present instant, with its time zone.

    Returns:
        0 or more; None when the text is neither.
    """
    text = text.strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
        return float(text)
    try:
        when = email.utils.parsedate_to_datetime(text)
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        return max((when - now).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
