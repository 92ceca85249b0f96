"""The pool, told to whoever looks at it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from labpool.wire import LabpoolError, PoolSeen

_log = logging.getLogger(__name__)

INTERVAL_S = 1.0
"""CPU and memory of the workers are looked at this often while somebody listens."""
LEAST_S = 0.2
"""A change is told at once, but not more often than this."""


class PoolFeed:
    """Looks at the pool while anybody listens, once for all listeners.

    Lives on one event loop.

    Args:
        look: Returns the pool as it is now.
    """

    def __init__(self, look: Callable[[], Awaitable[PoolSeen]]) -> None:
        self._look = look
        self._changed = asyncio.Event()
        self._bell = asyncio.Event()
        self._text = ""
        self._listeners = 0
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def wake(self) -> None:
        """Something has changed: look soon."""
        self._changed.set()

    async def stream(self) -> AsyncIterator[str]:
        """Yield the pool as JSON, first as it is and then at each change, until closed."""
        self._listeners += 1
        if self._task is None:
            self._task = asyncio.ensure_future(self._run())
        try:
            told = ""
            while not self._closed:
                bell = self._bell
                if self._text != told:
                    told = self._text
                    yield told
                else:
                    await bell.wait()
        finally:
            self._listeners -= 1
            if self._listeners == 0 and self._task is not None:
                self._task.cancel()
                self._task, self._text = None, ""

    def close(self) -> None:
        """End every stream."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()
        self._ring()

    async def _run(self) -> None:
        while True:
            self._changed.clear()
            await self._see()
            await asyncio.sleep(LEAST_S)
            try:
                async with asyncio.timeout(INTERVAL_S - LEAST_S):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _see(self) -> None:
        try:
            text = (await self._look()).model_dump_json()
        except LabpoolError as error:
            # The database is away for now: pages keep what they have, and are told again later.
            _log.warning("The pool could not be looked at: %s", error)
            return
        if text != self._text:
            self._text = text
            self._ring()

    def _ring(self) -> None:
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()
