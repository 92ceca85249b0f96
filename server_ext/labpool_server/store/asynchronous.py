"""The store, off the event loop: one writer that takes all that waits, a few readers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from labpool.wire import Event

from .spoken import Spoken
from .store import Store
from .stored import Stored

P = ParamSpec("P")
T = TypeVar("T")

READERS = 4
"""Threads that read; SQLite lets them read while the writer writes."""


class AsyncStore:
    """Appends events in the order of the calls and publishes what was stored.

    Args:
        store: The synchronous store.
        publish: Called on the event loop with what each transaction stored, in order.
    """

    def __init__(self, store: Store, publish: Callable[[Sequence[Stored]], None]) -> None:
        self.sync = store
        self._publish = publish
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="labpool-write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="labpool-read")
        self._waiting: list[tuple[Sequence[Event | Spoken], asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Open the store and bring its tables up to date."""
        await self._in(self._writer, self.sync.open)

    async def close(self) -> None:
        """Write what waits and close."""
        if self._writing is not None:
            await self._writing
        await self._in(self._writer, self.sync.close)
        self._writer.shutdown()
        self._readers.shutdown(cancel_futures=True)

    async def append(self, *events: Event | Spoken) -> None:
        """Store events, together with whatever else waits, in one transaction.

        Raises:
            ServerUnavailable: The disk or the database refuses; nothing was stored.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((events, done))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.ensure_future(self._write())
        await done

    async def write(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a call of the store that changes it, on the writer's thread."""
        return await self._in(self._writer, call, *args, **kwargs)

    async def read(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a call of the store that only reads."""
        return await self._in(self._readers, call, *args, **kwargs)

    async def _write(self) -> None:
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            events = [event for group, _ in waiting for event in group]
            try:
                stored = await self._in(self._writer, self.sync.append, events)
            except Exception as error:  # noqa: BLE001 - handed to everyone who waits for it
                for _, done in waiting:
                    if not done.done():
                        done.set_exception(error)
                continue
            self._publish(stored)
            for _, done in waiting:
                if not done.done():
                    done.set_result(None)

    @staticmethod
    async def _in(
        pool: ThreadPoolExecutor, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, lambda: call(*args, **kwargs))
