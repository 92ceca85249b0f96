"""WebSockets that leave no connection behind when their test ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
"""Headers that ask for a WebSocket, for who wants to see a server say no."""


@asynccontextmanager
async def websocket(request: HTTPRequest, **options: Any) -> AsyncIterator[Any]:
    """Yield an open WebSocket; at the end wait until its connection is closed."""
    socket: Any = await websocket_connect(request, **options)
    stream = socket.protocol.stream
    try:
        yield socket
    finally:
        socket.close()
        unread = asyncio.ensure_future(_read_all(socket))
        await settle(stream.closed)
        unread.cancel()


async def _read_all(socket: Any) -> None:
    while await socket.read_message() is not None:
        pass


async def settle(condition: Callable[[], bool], seconds: float = 5) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for rings no bell
            await asyncio.sleep(0.01)
