"""Streams: what they tell, and when they end."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from labpool.wire import RunError
from labpool.wire import events as ev
from labpool_server.store.stored import Stored
from server.handlers.in_process import Server
from server.handlers.listening import (
    SSE,
    all_of,
    events_of,
    parse,
    progress,
    queued,
    socket_of,
    told,
)


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


async def opening_of(answer: httpx.Response) -> dict[str, str]:
    """Return the fields of a stream's first block, which has no data."""
    lines = answer.aiter_lines()
    return dict([parse(await anext(lines)) for _ in range(3)])


async def test_a_stream_says_where_it_begins_so_that_a_break_before_any_event_loses_none(
    server: Server,
) -> None:
    server.service.record(queued(), *progress(count=2))
    async with server.api.stream("GET", "events", headers=SSE) as answer:
        opening = await opening_of(answer)
    assert opening == {"": "labpool", "retry": "2000", "id": "3"}
    server.service.record(*progress(count=2))
    again = SSE | {"Last-Event-ID": opening["id"]}
    async with server.api.stream("GET", "events", headers=again) as answer:
        told = events_of(answer)
        assert [(await anext(told))[0] for _ in range(2)] == [4, 5]


@pytest.mark.parametrize(
    ("path", "begin"), [("events?after=1", "1"), ("runs/r1/events", "0"), ("events", "3")]
)
async def test_the_beginning_is_what_was_asked_for(server: Server, path: str, begin: str) -> None:
    server.service.record(queued(), *progress(count=2))
    async with server.api.stream("GET", path, headers=SSE) as answer:
        assert (await opening_of(answer))["id"] == begin


@pytest.mark.parametrize("path", ["events", "runs/r1/events"])
@pytest.mark.parametrize("how", [{"params": {"after": 4}}, {"headers": {"Last-Event-ID": "4"}}])
async def test_an_event_that_never_was_is_an_error_and_no_silence(
    server: Server, path: str, how: dict[str, Any]
) -> None:
    server.service.record(queued(), *progress(count=2))
    answer = await server.api.get(path, **how | {"headers": SSE | how.get("headers", {})})
    assert (answer.status_code, answer.json()["code"]) == (409, "events_reset")
    assert answer.json()["details"] == {"last_seq": 3, "after": 4}
    async with server.api.stream("GET", f"{path}?after=3", headers=SSE) as answer:
        assert answer.status_code == 200


async def test_an_event_that_is_stored_and_not_yet_told_was(server: Server) -> None:
    server.service.record(queued())
    server.service.log.append(Stored(2, "r1", "log_written", "{}"))
    async with server.api.stream("GET", "events?after=2", headers=SSE) as answer:
        assert answer.status_code == 200


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
