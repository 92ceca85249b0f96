"""Keeps one pool: starts it at the first need, says how it is, starts it again when it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Literal

from .backend import Backend, Seat

RETRY_S = 10.0
"""Pause before a pool that failed is started again by itself, seconds."""
FRESH_S = 1.0
"""Age up to which a worker's figures are shown without asking again, seconds."""

_log = logging.getLogger(__name__)


class PoolKeeper:
    """One pool and its state.

    Args:
        make: Makes a new backend; called at each start.
        on_change: Called on the event loop whenever workers may have come, gone or have room.

    Attributes:
        state: stopped, starting, ready or failed.
        reason: Why it failed, or what it waits for.
        seats: The workers as last seen.
    """

    def __init__(self, make: Callable[[], Backend], on_change: Callable[[], None]) -> None:
        self._make = make
        self._on_change = on_change
        self._starting: asyncio.Task[None] | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None
        self._seen = 0.0
        self.backend: Backend | None = None
        self.state: Literal["stopped", "starting", "ready", "failed"] = "stopped"
        self.reason = ""
        self.seats: list[Seat] = []

    def ensure(self) -> None:
        """Start the pool in the background, unless it is up, on its way, or waits to try again."""
        if self.state == "stopped":
            self._begin("The workers are starting.")

    async def refresh(self) -> list[Seat]:
        """Look at the workers now; a pool that cannot be reached becomes failed."""
        if self.state != "ready" or self.backend is None:
            return []
        try:
            self.seats = await self.backend.seats()
        except OSError as error:
            await self._failed(self.backend, f"The pool cannot be reached: {error}")
            return []
        self._seen = asyncio.get_running_loop().time()
        return self.seats

    async def recent(self) -> list[Seat]:
        """Return the workers, looked at not longer than a second ago."""
        if asyncio.get_running_loop().time() - self._seen > FRESH_S:
            await self.refresh()
        return self.seats

    async def close(self) -> None:
        """End the pool."""
        if self._retry is not None:
            self._retry.cancel()
        if self._starting is not None and not self._starting.done():
            self._starting.cancel()
            await asyncio.wait({self._starting})
        backend, ending = self.backend, self._ending
        self.backend, self.state, self.seats = None, "stopped", []
        if ending is not None:
            await asyncio.wait({ending})
        if backend is not None:
            await backend.close()

    def _begin(self, reason: str) -> None:
        self.state, self.reason = "starting", reason
        self._starting = asyncio.ensure_future(self._start())

    async def _start(self) -> None:
        backend = self._make()
        try:
            await backend.start()
            self.seats = await backend.seats()
        except asyncio.CancelledError:
            await self._end(backend)
            raise
        except Exception as error:  # noqa: BLE001 - a cluster can fail in any way; people must see which
            _log.exception("the pool did not start")
            await self._failed(backend, f"{type(error).__name__}: {error}")
            return
        self.backend = backend
        self.state, self.reason = "ready", ""
        self._on_change()

    async def _failed(self, backend: Backend, reason: str) -> None:
        """Say so, end what is left of it, and only then let another one start beside nothing."""
        self.state, self.reason, self.seats = "failed", reason, []
        self.backend = None
        self._on_change()
        await self._end(backend)
        if self.state == "failed":  # and not closed meanwhile
            again = f"The workers are starting again. Before: {reason}"
            self._retry = asyncio.get_running_loop().call_later(RETRY_S, self._begin, again)

    async def _end(self, backend: Backend) -> None:
        """Close a backend to the end, also when who asked for it is cancelled."""
        self._ending = asyncio.ensure_future(_closed(backend))
        await asyncio.shield(self._ending)


async def _closed(backend: Backend) -> None:
    try:
        await backend.close()
    except Exception:  # noqa: BLE001 - it failed already; the reason that people see is the first one
        _log.exception("what is left of the pool could not be ended")
