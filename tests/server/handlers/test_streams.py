"""Streams: no gap, no repeat, and nothing left behind."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from labpool.wire import Progress
from labpool.wire import events as ev

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from conftest import Server

pytestmark = pytest.mark.asyncio

SSE = {"Accept": "text/event-stream"}


def queued(run_id: str = "r1") -> ev.RunQueued:
    return ev.RunQueued(run_id=run_id, kind="sleep", name="sleep", params={})


def progress(run_id: str = "r1", count: int = 1) -> list[ev.ProgressReported]:
    return [ev.ProgressReported(run_id=run_id, progress=Progress(done=n)) for n in range(count)]


def parse(line: str) -> tuple[str, str]:
    name, _, value = line.partition(": ")
    return name, value


async def events_of(answer: httpx.Response) -> AsyncIterator[tuple[int, dict[str, Any]]]:
    """Yield ids and events from a stream of server-sent events."""
    number = 0
    async for line in answer.aiter_lines():
        name, value = parse(line)
        if name == "id":
            number = int(value)
        elif name == "data":
            yield number, json.loads(value)


async def all_of(server: Server, path: str, **headers: str) -> list[int]:
    async with server.api.stream("GET", path, headers=SSE | headers) as answer:
        assert answer.status_code == 200
        return [number async for number, _ in events_of(answer)]


@asynccontextmanager
async def socket_of(server: Server, query: str = "") -> AsyncIterator[Any]:
    request = HTTPRequest(server.ws_url + query, headers={"Authorization": f"token {server.token}"})
    socket = await websocket_connect(request)
    try:
        yield socket
    finally:
        socket.close()


async def settle(condition: Callable[[], bool], seconds: float = 5) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


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
    server.service.record(queued(), ev.RunFailed(run_id="r1", error={"code": "x", "message": "x"}))
    assert await all_of(server, "runs/r1/events") == [1, 2]
    assert await all_of(server, "runs/r1/events?after=2") == []
    assert await all_of(server, "runs/r1/events?after=0", **{"Last-Event-ID": "1"}) == [2]


async def test_a_resumed_runs_stream_goes_on_after_its_first_end(server: Server) -> None:
    failed = ev.RunFailed(run_id="r1", error={"code": "x", "message": "x"})
    again = ev.RunRequeued(run_id="r1", reason="resumed")
    server.service.record(queued(), failed, again)
    reading = asyncio.create_task(all_of(server, "runs/r1/events"))
    await asyncio.sleep(0.2)
    server.service.record(ev.RunSucceeded(run_id="r1"))
    assert await reading == [1, 2, 3, 4]


async def test_a_socket_replays_and_follows(server: Server) -> None:
    server.service.record(queued(), *progress(count=5))
    async with socket_of(server, "?after=2") as socket:
        first = json.loads(await socket.read_message())
        assert [event["seq"] for event in first] == [3, 4, 5, 6]
        server.service.record(*progress(count=1))
        assert [event["seq"] for event in json.loads(await socket.read_message())] == [7]
    async with socket_of(server) as socket:
        await asyncio.sleep(0.05)
        server.service.record(*progress(count=1))
        assert [event["seq"] for event in json.loads(await socket.read_message())] == [8]
