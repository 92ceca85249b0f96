"""A guard on the loop of the test, and targets on real sockets."""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from labpool.jobs.scrape.guard import GuardProxy, Limits, Rules
from labpool.jobs.scrape.guard.owners import Owner, owner_of

LIMITS = Limits(connect_s=5, head_s=5, idle_s=5, linger_s=5)

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Names:
    """A resolver that says what the test says, and counts."""

    answers: dict[str, list[Sequence[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        left = self.answers.get(host, [])
        if not left:
            raise OSError("no such name")
        return left.pop(0) if len(left) > 1 else left[0]


@asynccontextmanager
async def guarded(
    *allowed: str,
    limits: Limits = LIMITS,
    resolve: Names | None = None,
    owner: Owner = owner_of,
) -> AsyncIterator[GuardProxy]:
    rules = Rules(allowed, resolve) if resolve else Rules(allowed)
    guard = GuardProxy(rules, limits, owner=owner)
    await guard.start()
    try:
        yield guard
    finally:
        await guard.close()
        assert guard.open_connections == 0


@dataclass
class Target:
    port: int
    asked: list[bytes] = field(default_factory=list)
    """Heads of the requests that came."""
    came: asyncio.Event = field(default_factory=asyncio.Event)
    """Is set when a request has come."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Is set when a connection has ended."""

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"


@asynccontextmanager
async def target(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[Target]:
    """Listen, and have each connection served after the head of its first request."""
    made = Target(0)
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        try:
            made.asked.append(await reader.readuntil(b"\r\n\r\n"))
            made.came.set()
            await serve(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            tasks.discard(task)
            made.ended.set()
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls, limit=1 << 20)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def says(answer: bytes) -> Serve:
    """Answer this, and close."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    return serve


class Browser:
    """One connection to the guard."""

    def __init__(
        self, guard: GuardProxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.guard = guard
        self.reader = reader
        self.writer = writer

    def write(self, first: str, *headers: str, known: bool = True, body: bytes = b"") -> None:
        lines = [first, *headers]
        if not any(header.startswith("Host:") for header in headers):
            lines.append("Host: wrong.example")
        if known:
            pair = f"{self.guard.username}:{self.guard.password}"
            lines.append(f"Proxy-Authorization: Basic {b64encode(pair.encode()).decode()}")
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)

    async def head(self) -> tuple[int, dict[str, str]]:
        text = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = text.strip().split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(": ")
            assert name not in headers
            headers[name] = value
        return int(first.split(" ")[1]), headers

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        status, headers = await self.head()
        if "content-length" in headers:
            return status, headers, await self.reader.readexactly(int(headers["content-length"]))
        if headers.get("transfer-encoding") == "chunked":
            parts = []
            while size := int((await self.reader.readuntil(b"\r\n")).strip(), 16):
                parts.append(await self.reader.readexactly(size))
                await self.reader.readexactly(2)
            await self.reader.readexactly(2)
            return status, headers, b"".join(parts)
        return status, headers, b""

    async def get(self, url: str, *headers: str) -> tuple[int, dict[str, str], bytes]:
        self.write(f"GET {url} HTTP/1.1", *headers)
        return await self.answer()


@asynccontextmanager
async def browser(guard: GuardProxy) -> AsyncIterator[Browser]:
    host, _, port = guard.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield Browser(guard, reader, writer)
    finally:
        writer.transport.abort()


@pytest.fixture
def names() -> Names:
    return Names()
