"""One process: who waits for what, with a clock that the test sets."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from labpool.jobs.scrape.polite import HostLimits, HostResting, Hosts
from labpool.jobs.scrape.polite.locks import try_lock

HOST = "example.org"
FREE = HostLimits(rate_per_s=None, parallel=1, failures=2)


class Desk:
    """The hosts as one worker sees them, and the clock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = 1000.0
        self.hosts = Hosts(folder, clock=lambda: self.now)

    async def ask(self, said: str = "ok", limits: HostLimits = FREE, host: str = HOST) -> None:
        """Ask at once or not at all, and say how it went."""
        async with self.hosts.request(host, limits, deadline_s=0) as turn:
            if said != "nothing":
                getattr(turn, said)()

    async def rests(self) -> float:
        """For how long nobody may ask; 0 when somebody may."""
        try:
            await self.ask("nothing")
        except HostResting as error:
            return error.seconds
        return 0.0


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "hosts")


async def began(task: asyncio.Task[None]) -> None:
    """Let a task run until it waits for something that takes time."""
    for _ in range(20):
        await asyncio.sleep(0)
    assert not task.done()


@pytest.mark.parametrize(
    "wrong",
    [{"rate_per_s": 0}, {"rate_per_s": -1}, {"parallel": 0}, {"failures": 0}, {"open_s": -1}],
)
def test_limits_that_cannot_be_kept(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"above 0|or more"):
        HostLimits(**wrong)


def test_the_stricter_interval_counts() -> None:
    assert HostLimits(rate_per_s=2).interval_s == 0.5
    assert HostLimits(rate_per_s=2, crawl_delay_s=7).interval_s == 7
    assert HostLimits(rate_per_s=0.1, crawl_delay_s=7).interval_s == 10
    assert HostLimits(rate_per_s=None).interval_s == 0


async def test_a_host_that_fails_is_left_alone(desk: Desk) -> None:
    await desk.ask("failed")
    assert await desk.rests() == 0
    await desk.ask("failed")
    assert await desk.rests() == 30
    with pytest.raises(HostResting, match="30 more seconds") as caught:
        await desk.ask()
    assert (caught.value.host, caught.value.seconds) == (HOST, 30)
    await desk.ask("failed", host="other.example")
    desk.now += 31
    await desk.ask("failed")
    assert await desk.rests() == 60
    desk.now += 61
    await desk.ask("ok")
    await desk.ask("failed")
    assert await desk.rests() == 0


async def test_a_pause_is_for_all(desk: Desk) -> None:
    async with desk.hosts.request(HOST, FREE) as turn:
        turn.pause(120)
    assert await desk.rests() == 120
    desk.now += 100
    await desk.ask("pause", host="other.example")
    assert await desk.rests() == pytest.approx(20)
    desk.now += 21
    assert await desk.rests() == 0


async def test_whoever_has_time_waits(desk: Desk) -> None:
    await desk.ask("ok", HostLimits(rate_per_s=0.001, parallel=1))
    task = asyncio.create_task(desk.ask("ok"))
    await began(task)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    place = try_lock(desk.folder / HOST / "place-0")
    assert place is not None, "the place is free again"
    os.close(place)


async def test_only_one_tries_a_host_that_failed(desk: Desk) -> None:
    limits = HostLimits(rate_per_s=None, parallel=3, failures=1)
    await desk.ask("failed", limits)
    desk.now += 31
    async with desk.hosts.request(HOST, limits) as probe:
        desk.now += 0.001
        task = asyncio.create_task(desk.ask("ok", limits))
        await began(task)
        desk.now += 1
        with pytest.raises(HostResting):
            await task
        probe.ok()
    await asyncio.gather(*(desk.ask("ok", limits) for _ in range(2)))


async def breaks(desk: Desk, said: str, limits: HostLimits = FREE) -> None:
    """Ask, and be cancelled after it was said how it went."""
    async with desk.hosts.request(HOST, limits, deadline_s=0) as turn:
        if said:
            getattr(turn, said)()
        raise asyncio.CancelledError


async def test_a_probe_that_ends_without_a_word_leaves_its_place(desk: Desk) -> None:
    await desk.ask("failed")
    await desk.ask("failed")
    desk.now += 31
    with pytest.raises(asyncio.CancelledError):
        await breaks(desk, "")
    await desk.ask("ok")
    await desk.ask("failed")
    assert await desk.rests() == 0


async def test_a_probe_that_is_asked_for_patience_found_the_host_well(desk: Desk) -> None:
    await desk.ask("failed")
    await desk.ask("failed")
    desk.now += 31
    async with desk.hosts.request(HOST, FREE) as turn:
        turn.pause(10)
    assert await desk.rests() == 10
    desk.now += 11
    await desk.ask("failed")
    assert await desk.rests() == 0


@pytest.mark.parametrize("said", ["pause", "failed"])
async def test_what_was_said_counts_when_the_block_breaks(desk: Desk, said: str) -> None:
    with pytest.raises(asyncio.CancelledError):
        await breaks(desk, said, HostLimits(rate_per_s=None, failures=1))
    assert await desk.rests() == 30


async def test_a_machine_that_started_anew(desk: Desk) -> None:
    """Its clock begins at 0; what was noted before holds nobody up."""
    desk.now = 5e6
    await desk.ask("ok", HostLimits(rate_per_s=0.1, parallel=1))
    desk.now = 60.0
    await desk.ask("ok")
    async with desk.hosts.request(HOST, FREE) as turn:
        turn.pause(3600)
    desk.now = 1.0
    assert await desk.rests() == 0


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        await Desk(tmp_path / "file").ask()
