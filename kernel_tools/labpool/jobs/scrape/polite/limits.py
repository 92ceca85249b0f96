"""What a host is spared."""

from __future__ import annotations

from dataclasses import dataclass

HOUR_S = 3600.0
"""The longest pause that a host is granted, however long it asks for."""


@dataclass(frozen=True, kw_only=True)
class HostLimits:
    """The limits of one host, for all workers together.

    Runs with different limits share a host: each keeps to its own ``parallel`` places and leaves
    its own interval after each of its requests.

    Attributes:
        rate_per_s: Requests that may begin in a second, above 0; None for any number.
        parallel: Requests at once, 1 or more.
        crawl_delay_s: Seconds that robots.txt asks for between two beginnings, 0 or more.
        failures: Failures in a row after which nobody asks the host for a while, 1 or more.
        open_s: Seconds of that first while; it doubles each time the host fails again.
        longest_open_s: What it doubles up to.
        pause_s: Seconds to wait when a host asks for patience and does not say how long.
    """

    rate_per_s: float | None = 1.0
    parallel: int = 2
    crawl_delay_s: float = 0.0
    failures: int = 5
    open_s: float = 30.0
    longest_open_s: float = 600.0
    pause_s: float = 30.0

    def __post_init__(self) -> None:
        """Refuse limits that cannot be kept.

        Raises:
            ValueError: One is out of its range.
        """
        if self.rate_per_s is not None and not self.rate_per_s > 0:
            raise ValueError("rate_per_s is above 0, or None for no limit.")
        if self.parallel < 1 or self.failures < 1:
            raise ValueError("parallel and failures are 1 or more.")
        if min(self.crawl_delay_s, self.open_s, self.pause_s) < 0:
            raise ValueError("crawl_delay_s, open_s and pause_s are 0 or more.")

    @property
    def interval_s(self) -> float:
        """Seconds from the beginning of a request to that of the next one, at least."""
        return max(1 / self.rate_per_s if self.rate_per_s else 0.0, self.crawl_delay_s)
