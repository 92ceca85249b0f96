from __future__ import annotations

import asyncio
import inspect
import threading
import time

import pytest

from labpool import NotFound, RunCancelledError, RunFailedError
from labpool.client import Labpool, Run
from labpool.client.asynchronous import AHEAD
from labpool.wire.events import LogWritten, RunFailed, RunSucceeded
from labpool.wire.runs import RunError

from .conftest import Job
from .stand_in import StandIn


async def test_awaiting_a_run_gives_its_result_and_blocks_nothing(
    server: StandIn, pool: Labpool
) -> None:
    run = await pool.asubmit("train")
    job = Job(server, run).start()
    asyncio.get_running_loop().call_later(0.3, lambda: job.say(RunSucceeded, result=5))
    assert await run == 5
    assert (await run.await_ended()).record.state == "succeeded"


async def test_many_runs_are_awaited_at_once(server: StandIn, pool: Labpool) -> None:
    runs = [await pool.atrain() for _ in range(40)]

    def end() -> None:
        for number, run in enumerate(runs):
            Job(server, run).start().say(RunSucceeded, result=number)

    threading.Timer(0.3, end).start()
    assert await asyncio.gather(*runs) == list(range(40))


async def test_errors_are_raised_where_one_awaits(server: StandIn, pool: Labpool) -> None:
    run = await pool.atrain()
    Job(server, run).start().say(RunFailed, error=RunError(code="job_error", message="no"))
    with pytest.raises(RunFailedError):
        await run
    other = await pool.atrain()
    _ = await other.acancel()
    with pytest.raises(RunCancelledError):
        await other
    with pytest.raises(NotFound):
        _ = await pool.aget("nowhere")


async def test_following_ends_with_the_run(server: StandIn, pool: Labpool) -> None:
    run = await pool.atrain()
    job = Job(server, run).start()
    for _ in range(AHEAD * 2):
        job.say(LogWritten, text="x")
    job.say(RunSucceeded)
    assert [event.seq async for event in run.afollow()] == [e.seq for e in server.events]


async def last_of(run: Run) -> str:
    return [event.type async for event in run.afollow()][-1]


async def test_cancelled_waiting_leaves_no_thread_and_the_run_alone(
    server: StandIn, pool: Labpool
) -> None:
    run = await pool.atrain()
    before = threading.active_count()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await run
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(last_of(run), 0.3)
    server.hang_up()
    end = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < end:
        time.sleep(0.05)  # noqa: ASYNC251  nothing else runs here
    assert threading.active_count() <= before
    assert run.state == "queued"


def test_every_method_that_asks_has_a_twin() -> None:
    others = {"wait", "result", "follow", "events", "close"}  # await run, afollow, await_ended
    others |= {"widget"}  # it belongs to the kernel's own thread
    for cls in (Run, Labpool):
        names = {
            name
            for name, member in inspect.getmembers(cls, inspect.isfunction)
            if not name.startswith(("_", "a")) or name in ("artifacts", "assets", "asset")
        }
        missing = {name for name in names - others if not hasattr(cls, f"a{name}")}
        assert not missing
