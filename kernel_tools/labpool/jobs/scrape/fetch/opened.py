"""A page that was read."""

from __future__ import annotations

from dataclasses import dataclass

from labpool.wire.items import Gap


@dataclass(frozen=True)
class Opened:
    """A page that was read.

    Attributes:
        html: As it stood then.
        url: Its final address.
        gaps: Why it may not be whole.
    """

    html: str
    url: str
    gaps: tuple[Gap, ...] = ()
