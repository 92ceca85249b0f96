"""Ends everything a download does, from one place and at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stopped(Exception):
    """The brake was pulled while something waited or before it began."""


class Brake:
    """A stop sign that also wakes what is blocked.

    What blocks on an event waits with ``wait``. What blocks in the kernel or elsewhere leaves a
    call here that wakes it (``waking``), for as long as it can block.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._calls: dict[object, Callable[[], None]] = {}

    def pull(self) -> None:
        """Stop everything, now and from now on."""
        with self._lock:  # a call is not taken back while it is being made
            self._event.set()
            for call in self._calls.values():
                call()

    def check(self) -> None:
        """Raise ``Stopped`` once the brake is pulled."""
        if self._event.is_set():
            raise Stopped

    def wait(self, seconds: float) -> None:
        """Pause; raise ``Stopped`` as soon as the brake is pulled."""
        if self._event.wait(seconds):
            raise Stopped

    def add(self, key: object, call: Callable[[], None]) -> None:
        """Have a call made when the brake is pulled.

        Args:
            key: Takes it back.
            call: Must not block, nor use the brake.

        Raises:
            Stopped: It is pulled already.
        """
        with self._lock:
            self.check()
            self._calls[key] = call

    def remove(self, key: object) -> None:
        """Take a call back; afterwards it is not made any more."""
        with self._lock:
            self._calls.pop(key, None)

    @contextmanager
    def waking(self, call: Callable[[], None]) -> Iterator[None]:
        """Have a call made when the brake is pulled inside the block."""
        key = object()
        self.add(key, call)
        try:
            yield
        finally:
            self.remove(key)
