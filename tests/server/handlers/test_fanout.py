"""The fan-out: every listener gets every event once, in order, however slow it is."""

from __future__ import annotations

import asyncio
import random
from contextlib import aclosing
from itertools import pairwise
from typing import Any, cast

import pytest

from labpool_server.fanout import BATCH, FanOut
from labpool_server.store.stored import Stored


def stored(seq: int, run_id: str = "r", size: int = 2) -> Stored:
    return Stored(seq, run_id, "log_written", "x" * size)


class Log:
    """A store of numbered events, with holes where a run was deleted."""

    def __init__(self) -> None:
        self.items: list[Stored] = []
        self.reads = 0

    async def read(self, after: int, limit: int) -> list[Stored]:
        self.reads += 1
        await asyncio.sleep(0)
        return [item for item in self.items if item.seq > after][:limit]


async def collect(fan_out: FanOut, log: Log, after: int, until: int, **how: Any) -> list[int]:
    got: list[int] = []
    async with aclosing(cast("Any", fan_out.stream(after, log.read, **how))) as batches:
        async for batch in batches:
            got += [item.seq for item in batch]
            if got[-1] >= until:
                return got
            if random.random() < 0.2:
                await asyncio.sleep(0.01)
    return got


@pytest.mark.parametrize("capacity", [5, 700, 10_000])
async def test_no_gap_and_no_repeat_wherever_a_listener_begins(capacity: int) -> None:
    random.seed(capacity)
    log, fan_out, last = Log(), FanOut(capacity=capacity, interval_s=0.001), 6000

    async def publish() -> None:
        seq = 0
        while seq < last:
            batch = []
            for _ in range(random.randint(1, 60)):
                seq += random.choice((1, 1, 1, 3))
                batch.append(stored(seq))
            log.items += batch
            await asyncio.sleep(0)
            fan_out.publish(batch)
            await asyncio.sleep(random.choice((0, 0, 0.001)))

    async def listen() -> tuple[int, list[int]]:
        await asyncio.sleep(random.random() / 10)
        after = random.choice((0, random.randint(0, max(1, fan_out.last_seq))))
        return after, await collect(fan_out, log, after, last)

    async with asyncio.timeout(60):
        _, *heard = await asyncio.gather(publish(), *(listen() for _ in range(20)))
    numbers = [item.seq for item in log.items]
    for after, got in cast("list[tuple[int, list[int]]]", heard):
        assert got == [seq for seq in numbers if after < seq <= got[-1]]
        assert got[-1] >= last


async def test_a_listener_to_one_run_hears_nothing_of_others() -> None:
    log, fan_out = Log(), FanOut(capacity=100, interval_s=0)
    log.items = [stored(seq, "ab"[seq % 2]) for seq in range(1, 1001)]
    fan_out.publish(log.items)
    got = await collect(fan_out, log, 0, 999, run_id="b")
    assert got == list(range(1, 1000, 2))


async def test_the_fan_out_starts_where_the_store_stands() -> None:
    log = Log()
    log.items = [stored(seq) for seq in range(1, 11)]
    fan_out = FanOut(last_seq=10)
    assert await collect(fan_out, log, 4, 10) == [5, 6, 7, 8, 9, 10]


async def test_events_deleted_since_are_passed_over() -> None:
    log, fan_out = Log(), FanOut(last_seq=50)
    fan_out.publish([stored(51)])
    assert await collect(fan_out, log, 3, 51) == [51]


async def test_an_event_that_the_store_tells_early_is_told_once() -> None:
    log, fan_out = Log(), FanOut(last_seq=2, interval_s=0)
    log.items = [stored(seq) for seq in range(1, 5)]
    heard = asyncio.create_task(collect(fan_out, log, 0, 5))
    await asyncio.sleep(0.01)
    fan_out.publish(log.items[2:])
    fan_out.publish([stored(5)])
    assert await heard == [1, 2, 3, 4, 5]


async def test_memory_is_bounded_in_number_and_in_size() -> None:
    fan_out = FanOut(capacity=100, capacity_chars=5000)
    fan_out.publish([stored(seq) for seq in range(1, 1001)])
    assert len(fan_out._ring) == 100
    fan_out.publish([stored(seq, size=1000) for seq in range(1001, 1021)])
    assert len(fan_out._ring) == 5
    assert fan_out._chars == 5000


async def test_the_first_event_goes_at_once_and_the_next_ones_together() -> None:
    log, fan_out = Log(), FanOut(interval_s=0.1)
    loop = asyncio.get_running_loop()
    times: list[float] = []
    sizes: list[int] = []

    async def listen() -> None:
        async for batch in fan_out.stream(0, log.read):
            times.append(loop.time())
            sizes.append(len(batch))

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0.15)
    began = loop.time()
    for seq in range(1, 101):
        fan_out.publish([stored(seq)])
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.2)
    fan_out.close()
    await listening
    assert times[0] - began < 0.05
    assert sum(sizes) == 100
    assert len(sizes) <= 10 * (times[-1] - began) + 2
    assert min(later - earlier for earlier, later in pairwise(times)) > 0.08


async def test_a_listener_far_behind_is_not_slowed_down() -> None:
    log, fan_out = Log(), FanOut(capacity=10, interval_s=10)
    log.items = [stored(seq) for seq in range(1, 20 * BATCH + 1)]
    fan_out.publish(log.items)
    async with asyncio.timeout(5):
        assert len(await collect(fan_out, log, 0, 20 * BATCH)) == 20 * BATCH


async def test_closing_ends_all_streams_and_later_ones() -> None:
    log, fan_out = Log(), FanOut()
    listening = [asyncio.create_task(collect(fan_out, log, 0, 1)) for _ in range(3)]
    await asyncio.sleep(0)
    fan_out.close()
    async with asyncio.timeout(1):
        assert await asyncio.gather(*listening) == [[], [], []]
        assert await collect(fan_out, log, 0, 1) == []


async def test_a_listener_leaves_nothing_behind() -> None:
    log, fan_out = Log(), FanOut()
    before = asyncio.all_tasks()
    for _ in range(50):
        listening = asyncio.create_task(collect(fan_out, log, 0, 1))
        await asyncio.sleep(0)
        listening.cancel()
        await asyncio.wait({listening})
    assert asyncio.all_tasks() == before
    assert not cast("Any", fan_out._bell)._waiters
