"""Who is logged in."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable


class Sessions:
    """The sessions, each with the requests that it has left. Threads may share them.

    Args:
        expire_after: Returns how many requests a session that begins now is good for; None for
            no end.
    """

    def __init__(self, expire_after: Callable[[], int | None]) -> None:
        self._expire_after = expire_after
        self._lock = threading.Lock()
        self._left: dict[str, int | None] = {}

    def begin(self) -> str:
        """Return a new session."""
        sid = secrets.token_urlsafe(48)
        with self._lock:
            self._left[sid] = self._expire_after()
        return sid

    def use(self, sid: str | None) -> bool:
        """Return whether a session is good, and count one request."""
        with self._lock:
            if sid is None or sid not in self._left:
                return False
            left = self._left[sid]
            if left is None:
                return True
            if left <= 0:
                del self._left[sid]
                return False
            self._left[sid] = left - 1
            return True

    def end_all(self) -> None:
        """End all sessions."""
        with self._lock:
            self._left.clear()
