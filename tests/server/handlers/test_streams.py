"""Streams: what they tell, and when they end."""

from __future__ import annotations

import asyncio

from labpool.wire import RunError
from labpool.wire import events as ev
from server.handlers.in_process import Server
from server.handlers.listening import SSE, all_of, events_of, progress, queued, socket_of, told


async def test_a_runs_stream_ends_with_the_run(server: Server) -> None:
    server.service.record(queued(), *progress(count=3))
    async with server.api.stream("GET", "runs/r1/events", headers=SSE) as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.headers["Cache-Control"] == "no-cache, no-transform"
        assert answer.headers["X-Accel-Buffering"] == "no"
        got = []
        async for number, event in events_of(answer):
            got.append((number, event["seq"], event["type"]))
            if len(got) == 4:
                server.service.record(ev.RunQueued(run_id="other", kind="s", name="s", params={}))
                server.service.record(ev.RunSucceeded(run_id="r1"))
    assert [number for number, _, _ in got] == [1, 2, 3, 4, 6]
    assert all(number == seq for number, seq, _ in got)
    assert got[-1][2] == "run_succeeded"


async def test_an_ended_runs_stream_is_told_and_ends(server: Server) -> None:
    server.service.record(
        queued(), ev.RunFailed(run_id="r1", error=RunError(code="x", message="x"))
    )
    assert await all_of(server, "runs/r1/events") == [1, 2]
    assert await all_of(server, "runs/r1/events?after=2") == []
    assert await all_of(server, "runs/r1/events?after=0", **{"Last-Event-ID": "1"}) == [2]


async def test_a_resumed_runs_stream_goes_on_after_its_first_end(server: Server) -> None:
    failed = ev.RunFailed(run_id="r1", error=RunError(code="x", message="x"))
    again = ev.RunRequeued(run_id="r1", reason="resumed")
    server.service.record(queued(), failed, again)
    reading = asyncio.create_task(all_of(server, "runs/r1/events"))
    await asyncio.sleep(0.2)
    server.service.record(ev.RunSucceeded(run_id="r1"))
    assert await reading == [1, 2, 3, 4]


async def test_a_socket_replays_and_follows(server: Server) -> None:
    server.service.record(queued(), *progress(count=5))
    async with socket_of(server, "?after=2") as socket:
        assert [event["seq"] for event in await told(socket)] == [3, 4, 5, 6]
        server.service.record(*progress(count=1))
        assert [event["seq"] for event in await told(socket)] == [7]
    async with socket_of(server) as socket:
        server.service.record(*progress(count=1))
        assert [event["seq"] for event in await told(socket)] == [8]
