"""Events of all runs over a WebSocket: one a page, since browsers allow few streams."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any, cast

from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.websocket import WebSocketMixin
from tornado.ioloop import PeriodicCallback
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from labpool.wire.errors import InvalidRequest
from labpool.wire.pages import EventsQuery
from labpool.wire.routes import ROUTES

from .base import JsonErrors, role
from .ports import Service
from .reading import read_query
from .sse import parcels

ROUTE = next(route for route in ROUTES if route.stream == "ws")

GOING_AWAY = 1001
INTERNAL_ERROR = 1011
MAX_MESSAGE_BYTES = 1024
"""Greatest message taken from a client, who has nothing to say."""


class EventsSocket(WebSocketMixin, WebSocketHandler, JsonErrors):
    """Sends each batch of events as one JSON list, after those that the client has."""

    _service: Service
    _after: int | None = None
    _streaming: asyncio.Task[None] | None = None

    async def prepare(self) -> None:  # type: ignore[override]
        """Let nobody in who is not logged in."""
        await super().prepare()
        if self.current_user is None:
            raise HTTPError(403)

    @ws_authenticated
    @role(ROUTE)
    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Check everything that can be refused, then become a WebSocket."""
        self._after = read_query(self, EventsQuery).after
        headers = self.request.headers
        tokens = [token.strip() for token in headers.get("Connection", "").lower().split(",")]
        if (
            headers.get("Upgrade", "").lower() != "websocket"
            or "upgrade" not in tokens
            or headers.get("Sec-WebSocket-Version") != "13"
            or not headers.get("Sec-WebSocket-Key")
        ):
            raise InvalidRequest("Open this address as a WebSocket (version 13), or use events.")
        if not self.check_origin(self.get_origin()):
            raise HTTPError(403)
        self._service = await self.service()
        await super().get(*args, **kwargs)

    @property
    def max_message_size(self) -> int:
        """Greatest message taken from a client, in bytes."""
        return MAX_MESSAGE_BYTES

    def open(self, *args: Any, **kwargs: Any) -> None:
        """Start to send."""
        super().open(*args, **kwargs)
        self._streaming = asyncio.create_task(self._send())
        self._streaming.add_done_callback(self._sent)

    def on_message(self, message: str | bytes) -> None:
        """Leave aside what the client says: all it may do is listen."""

    def on_close(self) -> None:
        """Leave nothing behind: no task, no timer."""
        super().on_close()
        if self._streaming is not None:
            self._streaming.cancel()
        timer = cast("PeriodicCallback | None", self.ping_callback)
        if timer is not None:
            timer.stop()

    def _sent(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if task.cancelled() or isinstance(error, WebSocketClosedError):
            return
        if error is None:
            self.close(GOING_AWAY, "The server stops.")
        else:
            name = self.correlation_id
            self.log.error("Labpool: a stream broke, correlation id %s", name, exc_info=error)
            self.close(INTERNAL_ERROR, f"Correlation id {name}")

    async def _send(self) -> None:
        """Send events until the server stops; the client has to take each piece in turn."""
        async with aclosing(cast("Any", self._service.stream(self._after, None))) as batches:
            async for batch in batches:
                for piece in parcels(batch):
                    await self.write_message("[" + ",".join(item.json for item in piece) + "]")
