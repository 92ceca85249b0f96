"""Fan-out of stored events to any number of listeners.

Listeners pull: the fan-out keeps the newest events once, for all, and a listener that is slow
falls behind to the store instead of filling a queue of its own.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from labpool.wire.errors import EventsReset

from .store.stored import Stored

Read = Callable[[int, int], Awaitable[list[Stored]]]
"""``read(after, limit)``: stored events with a greater ``seq``, oldest first."""

CAPACITY = 10_000
CAPACITY_CHARS = 64 * 1024 * 1024
BATCH = 1000
INTERVAL_S = 0.1


class FanOut:
    """The newest events, and a bell that rings when there are more.

    Lives on one event loop; none of its methods may be called from another thread.

    Args:
        last_seq: Number of the newest event in the store when the fan-out starts.
        capacity: Events kept in memory, at the most.
        capacity_chars: Characters of JSON kept in memory, at the most.
        interval_s: Least number of seconds between two batches of one listener who has
            caught up; the first event after a silence goes at once.
    """

    def __init__(
        self,
        last_seq: int = 0,
        *,
        capacity: int = CAPACITY,
        capacity_chars: int = CAPACITY_CHARS,
        interval_s: float = INTERVAL_S,
    ) -> None:
        self._ring: deque[Stored] = deque()
        self._chars = 0
        self._capacity = capacity
        self._capacity_chars = capacity_chars
        self._interval_s = interval_s
        self._floor = last_seq
        self._last_seq = last_seq
        self._bell = asyncio.Event()
        self._closed = False

    @property
    def last_seq(self) -> int:
        """Number of the newest event known."""
        return self._last_seq

    async def begin(self, after: int | None, last_stored: Callable[[], Awaitable[int]]) -> int:
        """Return the number of the event after which a stream begins.

        Args:
            after: Number of the last event the listener has; None for now.
            last_stored: Reads the number of the newest event from the store, where a listener
                may have read of an event that is still on its way here.

        Raises:
            EventsReset: The log has not come so far: it is not the one that the listener read.
        """
        if after is None:
            return self._last_seq
        if after > self._last_seq and after > (newest := await last_stored()):
            raise EventsReset.at(newest, after)
        return after

    def publish(self, items: Sequence[Stored]) -> None:
        """Hand on events, oldest first, each once they are in the store.

        Events that the fan-out has seen before are left out.
        """
        fresh = [item for item in items if item.seq > self._last_seq]
        if not fresh:
            return
        self._ring.extend(fresh)
        self._chars += sum(len(item.json) for item in fresh)
        self._last_seq = fresh[-1].seq
        while len(self._ring) > self._capacity or self._chars > self._capacity_chars:
            oldest = self._ring.popleft()
            self._chars -= len(oldest.json)
            self._floor = oldest.seq
        self._ring_bell()

    def close(self) -> None:
        """End every stream, now and from now on."""
        self._closed = True
        self._ring_bell()

    async def stream(
        self, after: int, read: Read, run_id: str | None = None
    ) -> AsyncIterator[list[Stored]]:
        """Yield events in batches, in order, with no gap and no repeat, until the fan-out closes.

        Args:
            after: Number of the last event the listener has.
            read: Reads the store, for a listener who is further behind than the memory
                reaches. It may leave out the events of other runs than ``run_id``.
            run_id: The only run to listen to; None for all.

        Yields:
            One event or more, oldest first.
        """
        loop = asyncio.get_running_loop()
        cursor, due = after, 0.0
        while not self._closed:
            batch, cursor, caught_up = await self._next(cursor, read)
            chosen = [item for item in batch if run_id is None or item.run_id == run_id]
            if chosen:
                due = loop.time() + self._interval_s
                yield chosen
            if caught_up:
                await self._more_than(cursor)
                await self._sleep(due - loop.time())

    async def _next(self, cursor: int, read: Read) -> tuple[list[Stored], int, bool]:
        """Return the next events, the new cursor, and whether the listener has caught up."""
        floor = self._floor
        if cursor >= floor:
            batch = self._remembered(cursor)
            return batch, batch[-1].seq if batch else cursor, len(batch) < BATCH
        batch = await read(cursor, BATCH)
        cursor = batch[-1].seq if batch else cursor
        if len(batch) < BATCH:
            cursor = max(cursor, floor)
        return batch, cursor, False

    def _remembered(self, cursor: int) -> list[Stored]:
        found: deque[Stored] = deque(maxlen=BATCH)
        for item in reversed(self._ring):
            if item.seq <= cursor:
                break
            found.appendleft(item)
        return list(found)

    async def _more_than(self, cursor: int) -> None:
        while self._last_seq <= cursor and not self._closed:
            await self._bell.wait()

    async def _sleep(self, seconds: float) -> None:
        if seconds > 0 and not self._closed:
            await asyncio.sleep(seconds)

    def _ring_bell(self) -> None:
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()
