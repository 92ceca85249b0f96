"""The one stream of events that every listener follows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from labpool_server.fanout import FanOut
from labpool_server.store import AsyncStore, Stored


class Live:
    """Hands on what is stored, and reads up on what a listener has missed.

    Args:
        store: Runs and events.
    """

    def __init__(self, store: AsyncStore) -> None:
        self._store = store
        self._fan_out = FanOut()

    async def open(self) -> None:
        """Begin where the log ends."""
        self._fan_out = FanOut(await self._store.read(self._store.sync.last_seq))

    def close(self) -> None:
        """End every stream."""
        self._fan_out.close()

    def publish(self, stored: Sequence[Stored]) -> None:
        """Hand on what was stored."""
        self._fan_out.publish(stored)

    @property
    def last_seq(self) -> int:
        """Number of the newest event."""
        return self._fan_out.last_seq

    async def begin(self, after: int | None, run_id: str | None = None) -> int:
        """Return the number of the event after which ``stream`` would begin.

        Raises:
            EventsReset: The event log has not come as far as ``after``.
        """
        if after is None and run_id is not None:
            return 0
        return await self._fan_out.begin(after, lambda: self._store.read(self._store.sync.last_seq))

    async def stream(
        self, after: int | None, run_id: str | None = None
    ) -> AsyncIterator[list[Stored]]:
        """Yield stored events in order, with no gap and no repeat, until the server stops.

        Args:
            after: Begin after this ``seq``; None means the start of one run, or from now on
                for all runs.
            run_id: The only run to follow, or None for all.
        """
        begin = after if after is not None else await self.begin(None, run_id)

        async def read(since: int, limit: int) -> list[Stored]:
            return await self._store.read(self._store.sync.events, since, limit, run_id)

        async for batch in self._fan_out.stream(begin, read, run_id):
            yield batch
