"""Streams that break: cut lines, clients that go or dawdle, a server that stops."""

from __future__ import annotations

import asyncio
import gc
import random
import socket
from collections.abc import Callable
from typing import Any

import httpx
import psutil
import pytest

from labpool.wire import events as ev
from server.handlers.in_process import TOKEN, Server
from server.handlers.listening import SSE, events_of, progress, queued, socket_of, told
from server.handlers.memory import MemoryService
from support.websocket import settle

PATHS = ("events?after=0", "runs/r1/events")


def bulky(count: int, size: int) -> list[ev.LogWritten]:
    return [ev.LogWritten(run_id="r1", text="x" * size) for _ in range(count)]


def left_over(server: Server) -> list[str]:
    """Return what still serves somebody: tasks of handlers and open connections."""
    tasks = [repr(task) for task in asyncio.all_tasks() if "labpool_server" in repr(task)]
    return tasks + [repr(connection) for connection in server.http._connections]


async def cut_reader(server: Server, path: str, after: int, count: int) -> list[int]:
    """Read some events on a connection of its own, and drop it in the middle."""
    got: list[int] = []
    headers = SSE | {"Authorization": f"token {TOKEN}", "Last-Event-ID": str(after)}
    async with (
        httpx.AsyncClient(trust_env=False, timeout=20) as client,
        client.stream("GET", f"{server.url}/{path}", headers=headers) as answer,
    ):
        async for number, event in events_of(answer):
            assert event["seq"] == number
            got.append(number)
            if len(got) >= count:
                break
    return got


@pytest.mark.parametrize("path", PATHS)
async def test_cuts_at_random_places_lose_and_repeat_nothing(
    start: Callable[..., Any], path: str
) -> None:
    random.seed(5)
    last = 5000
    async with start(service=MemoryService(capacity=400)) as server:
        server.service.record(queued())

        async def publish() -> None:
            while len(server.service.log) < last:
                count = min(random.randint(1, 80), last - len(server.service.log))
                server.service.record(*progress(count=count))
                await asyncio.sleep(0.005)

        publishing = asyncio.create_task(publish())
        got: list[int] = []
        async with asyncio.timeout(60):
            while len(got) < last:
                after = got[-1] if got else 0
                count = min(random.randint(1, 400), last - after)
                got += await cut_reader(server, path, after, count)
        await publishing
        assert got == list(range(1, last + 1))


async def test_a_socket_cut_at_random_places_loses_and_repeats_nothing(server: Server) -> None:
    random.seed(6)
    server.service.record(queued(), *progress(count=1999))
    got: list[int] = []
    async with asyncio.timeout(30):
        while len(got) < 3000:
            async with socket_of(server, f"?after={got[-1] if got else 0}") as web_socket:
                for _ in range(random.randint(1, 3)):
                    if len(server.service.log) < 3000:
                        server.service.record(*progress(count=50))
                    got += [event["seq"] for event in await told(web_socket)]
                    if len(got) == len(server.service.log):
                        break
    assert got == list(range(1, 3001))


@pytest.mark.parametrize("path", [*PATHS, "events"])
async def test_a_stream_whose_client_has_gone_leaves_nothing(server: Server, path: str) -> None:
    server.service.record(queued())
    await settle(lambda: not left_over(server))
    files = psutil.Process().num_fds()
    for _ in range(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(
            f"GET /labpool/api/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Accept: text/event-stream\r\nAuthorization: token {TOKEN}\r\n\r\n".encode()
        )
        await reader.readuntil(b"retry: ")
        assert left_over(server)
        writer.transport.abort()
        await settle(lambda: not left_over(server))
    gc.collect()
    assert psutil.Process().num_fds() <= files


async def test_a_socket_whose_client_has_gone_leaves_nothing(server: Server) -> None:
    server.service.record(queued())
    tasks, files = len(asyncio.all_tasks()), psutil.Process().num_fds()
    for number in range(10):
        async with socket_of(server, "?after=0") as web_socket:
            await web_socket.read_message()
            assert left_over(server)
            if number % 2:
                web_socket.protocol.stream.close()
        await settle(lambda: not left_over(server))
    await settle(lambda: len(asyncio.all_tasks()) <= tasks)
    gc.collect()
    await settle(lambda: psutil.Process().num_fds() <= files)


async def slow_connection(server: Server) -> socket.socket:
    """Ask for all events and then read nothing, with a small buffer in between."""
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.setblocking(False)
    await asyncio.get_running_loop().sock_connect(slow, ("127.0.0.1", server.port))
    request = (
        "GET /labpool/api/events?after=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: token {TOKEN}\r\n\r\n"
    )
    await asyncio.get_running_loop().sock_sendall(slow, request.encode())
    return slow


async def test_a_slow_reader_costs_no_memory_and_holds_up_nobody(
    start: Callable[..., Any],
) -> None:
    async with start(service=MemoryService(capacity=50)) as server:
        server.service.record(queued())
        slow = [await slow_connection(server) for _ in range(5)]
        await settle(lambda: len(server.http._connections) >= 5)
        async with server.api.stream("GET", "events?after=0", headers=SSE) as answer:
            quick = events_of(answer)
            await anext(quick)
            size = 20_000
            for _ in range(30):
                server.service.record(*bulky(20, size))
                async with asyncio.timeout(5):
                    while (await anext(quick))[0] < len(server.service.log):
                        pass
            buffered = [
                connection.stream._write_buffer._size
                for connection in server.http._connections
                if hasattr(connection, "stream")
            ]
        assert max(buffered) < 1_000_000 < 30 * 20 * size
        for connection in slow:
            connection.close()
        await settle(lambda: len(server.http._connections) <= 1)
        assert not [task for task in asyncio.all_tasks() if "sse.send" in repr(task)]


async def test_streams_end_when_the_server_stops(server: Server) -> None:
    server.service.record(queued())
    async with (
        socket_of(server) as web_socket,
        server.api.stream("GET", "events", headers=SSE) as every,
        server.api.stream("GET", "runs/r1/events", headers=SSE) as one,
    ):
        await asyncio.sleep(0.1)
        server.service.fan_out.close()
        async with asyncio.timeout(2):
            assert [number async for number, _ in events_of(every)] == []
            assert [number async for number, _ in events_of(one)] == [1]
            assert await web_socket.read_message() is None
    assert web_socket.close_code == 1001


async def test_silence_is_broken_by_comments(server: Server) -> None:
    server.app.web_app.settings["labpool_keep_alive_s"] = 0.05
    async with server.api.stream("GET", "events", headers=SSE) as answer:
        lines = answer.aiter_lines()
        seen: list[str] = []
        async with asyncio.timeout(5):
            while seen.count(": alive") < 3:
                seen.append(await anext(lines))
        server.service.record(queued())
        async with asyncio.timeout(5):
            while not seen[-1].startswith("data: "):
                seen.append(await anext(lines))
    assert seen[:2] == [": labpool", "retry: 2000"]


async def test_a_resumed_stream_must_name_an_event(server: Server) -> None:
    server.service.record(queued())
    for wrong in (b"x", b"-1", b"1.5", b"\xd9\xa3", b"%d" % 2**63, b"9" * 5000):
        answer = await server.api.get("events", headers={b"Last-Event-ID": wrong})
        assert answer.json()["code"] == "invalid_request", wrong
