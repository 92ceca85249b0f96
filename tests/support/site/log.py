"""What the site was asked."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Seen:
    """One request.

    Attributes:
        path: With the query.
        host: Whom the client believed to talk to.
        cookies: Names only.
        at: When it came; seconds of the monotonic clock.
        status: Of the answer; 0 before there is one.
    """

    method: str
    path: str
    host: str
    user_agent: str
    cookies: tuple[str, ...]
    at: float = field(default_factory=time.monotonic)
    status: int = 0


class Log:
    """All requests, in the order they came. Threads may share it.

    Attributes:
        max_parallel: The most requests that were in work at once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: list[Seen] = []
        self._parallel = 0
        self.max_parallel = 0

    def begin(self, seen: Seen) -> None:
        """Note a request that has come."""
        with self._lock:
            self._seen.append(seen)
            self._parallel += 1
            self.max_parallel = max(self.max_parallel, self._parallel)

    def end(self, seen: Seen, status: int) -> None:
        """Note that a request was answered, or that its client went away (status 0)."""
        with self._lock:
            seen.status = status
            self._parallel -= 1

    def clear(self) -> None:
        """Forget everything but the requests that are still in work."""
        with self._lock:
            self._seen.clear()
            self.max_parallel = self._parallel

    def all(self, match: str = "", method: str = "") -> list[Seen]:
        """Return the requests with this in their path."""
        with self._lock:
            return [s for s in self._seen if match in s.path and method in {"", s.method}]

    def counts(self) -> Counter[str]:
        """Return how often each path was asked for."""
        return Counter(seen.path for seen in self.all())

    def times(self, match: str = "") -> list[float]:
        """Return when the requests with this in their path came; monotonic seconds."""
        return [seen.at for seen in self.all(match)]

    def __len__(self) -> int:
        return len(self.all())
