"""A stop that ends a blocked read from another thread, at once."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator

import httpx


class Stop:
    """Set it from any thread: pauses end, and a stream that waits for its server ends too."""

    def __init__(self) -> None:
        self._set = threading.Event()
        self._lock = threading.Lock()
        self._sockets: set[socket.socket] = set()

    def set(self) -> None:
        """Stop; doing it twice does no harm."""
        self._set.set()
        with self._lock:
            for each in self._sockets:
                _shut(each)

    def is_set(self) -> bool:
        """Return whether it was asked to stop."""
        return self._set.is_set()

    def pause(self, seconds: float) -> bool:
        """Wait, but not after a stop. Return whether it was asked to stop."""
        return self._set.wait(seconds)

    @contextlib.contextmanager
    def ends(self, response: httpx.Response) -> Iterator[None]:
        """While inside, a stop ends what is read from the response."""
        stream = response.extensions.get("network_stream")
        found = stream.get_extra_info("socket") if stream else None
        held = {found} if isinstance(found, socket.socket) else set()
        with self._lock:
            self._sockets |= held
        if self.is_set():
            self.set()
        try:
            yield
        finally:
            with self._lock:
                self._sockets -= held

    @contextlib.contextmanager
    def after(self, seconds: float | None) -> Iterator[None]:
        """While inside, stop by itself when the time is over; None means never."""
        if seconds is None:
            yield
            return
        timer = threading.Timer(seconds, self.set)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _shut(connection: socket.socket) -> None:
    # The base class: an SSL socket's own method would drop its state under the reader's feet.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
