"""What the local Hub was asked, and what it sent."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass


@dataclass
class Request:
    """One request.

    Attributes:
        host: Whom the client believed to talk to, with the port.
        path: With the query.
        authorization: The header, or None.
        sent: Bytes of the body that were sent.
        status: Of the answer; 0 before there is one.
    """

    method: str
    host: str
    path: str
    range: str | None
    if_range: str | None
    authorization: str | None
    status: int = 0
    sent: int = 0


class Log:
    """All requests, in the order they came."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._requests: list[Request] = []

    def add(self, request: Request) -> None:
        """Note a request."""
        with self._changed:
            self._requests.append(request)
            self._changed.notify_all()

    def sent(self, request: Request, size: int) -> None:
        """Note that bytes of its body were sent."""
        with self._changed:
            request.sent += size
            self._changed.notify_all()

    def clear(self) -> None:
        """Forget everything."""
        with self._changed:
            self._requests.clear()

    def all(self, match: str = "", method: str = "") -> list[Request]:
        """Return the requests with this in their path."""
        with self._changed:
            return self._matching(match, method)

    def bodies(self, match: str) -> list[Request]:
        """Return the requests that a file was sent for, or a fault in its place: no redirects."""
        return [r for r in self.all(match, "GET") if r.status not in {301, 302, 303, 307, 308}]

    def ranges(self, match: str) -> list[str | None]:
        """Return the ranges that were asked for of a file."""
        return [request.range for request in self.bodies(match)]

    def wait_for(
        self, match: str, sent: int = 0, timeout_s: float = 20, *, count: int = 1
    ) -> list[Request]:
        """Wait until there are such requests.

        Args:
            sent: Bytes of body that each has to have got.
            count: How many there have to be.
        """

        def there() -> list[Request]:
            found = [r for r in self._matching(match, "") if r.sent >= sent and r.status]
            return found if len(found) >= count else []

        return self._wait(there, timeout_s)

    def _wait(self, there: Callable[[], list[Request]], timeout_s: float) -> list[Request]:
        with self._changed:
            found = self._changed.wait_for(there, timeout_s)
        if not found:
            raise TimeoutError("no such request came")
        return found

    def _matching(self, match: str, method: str) -> list[Request]:
        return [r for r in self._requests if match in r.path and method in {"", r.method}]
