"""Clients of the event streams."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from tornado.httpclient import HTTPRequest

from labpool.wire import Progress
from labpool.wire import events as ev
from server.handlers.in_process import Server
from support.websocket import websocket

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
async def opened_socket(
    server: Server, query: str = ""
) -> AsyncIterator[tuple[Any, dict[str, Any]]]:
    """Yield a WebSocket and its first message; leave no connection behind."""
    request = HTTPRequest(server.ws_url + query, headers={"Authorization": f"token {server.token}"})
    async with websocket(request) as socket:
        opened = json.loads(await socket.read_message())
        assert opened["type"] == "opened"
        yield socket, opened


@asynccontextmanager
async def socket_of(server: Server, query: str = "") -> AsyncIterator[Any]:
    """Yield a WebSocket that has said its first word."""
    async with opened_socket(server, query) as (socket, _):
        yield socket


async def told(socket: Any) -> list[dict[str, Any]]:
    """Return the next events from a WebSocket."""
    message = json.loads(await socket.read_message())
    assert message["type"] == "events"
    items: list[dict[str, Any]] = message["items"]
    return items
