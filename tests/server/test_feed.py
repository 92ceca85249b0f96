"""The pool as it is told to pages: also after the database was away for a moment."""

from __future__ import annotations

import asyncio

from labpool.wire import Pool, PoolSeen, ServerUnavailable
from labpool_server.service.feed import PoolFeed


async def test_a_pool_that_cannot_be_looked_at_is_looked_at_again() -> None:
    sizes = iter([1, None, 2])

    async def look() -> PoolSeen:
        size = next(sizes, 2)
        if size is None:
            raise ServerUnavailable("The database does not answer.")
        pool = Pool(state="ready", mode="local", minimum=size, maximum=size)
        return PoolSeen(pool=pool, alerts=[])

    feed = PoolFeed(look)
    told: list[int] = []
    async with asyncio.timeout(20):
        async for text in feed.stream():
            told.append(PoolSeen.model_validate_json(text).pool.maximum)
            feed.wake()
            if len(told) == 2:
                feed.close()
    assert told == [1, 2]
