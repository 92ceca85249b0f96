"""All that a page shows over one WebSocket, since browsers allow few streams."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import aclosing
from typing import Any, cast

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.websocket import WebSocketMixin
from pydantic import ValidationError
from tornado.ioloop import PeriodicCallback
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from labpool.wire.errors import InvalidRequest
from labpool.wire.route import POOL
from labpool.wire.routes import ROUTES
from labpool.wire.socket import SocketQuery, StreamOpened, WatchChanged, WatchRequest

from .base import JsonErrors, role
from .brief import brief
from .ports import Service
from .reading import read_query
from .sse import closable, parcels

ROUTE = next(route for route in ROUTES if route.stream == "ws")

GOING_AWAY = 1001
NOT_UNDERSTOOD = 1007
INTERNAL_ERROR = 1011
MAX_MESSAGE_BYTES = 32 * 1024
"""Greatest message taken from a client, who can only say what it watches."""
REPLAY_LIMIT = 10_000
"""A page that has missed more events than this starts anew."""


class EventsSocket(WebSocketMixin, WebSocketHandler, JsonErrors):
    """Tells a page what happens: events after those that it has, and the pool."""

    _service: Service
    _query: SocketQuery
    _watched: frozenset[str] = frozenset()
    _tasks: tuple[asyncio.Task[None], ...] = ()

    async def prepare(self) -> None:  # type: ignore[override]
        """Let nobody in who is not logged in."""
        await super().prepare()
        if self.current_user is None:
            raise HTTPError(403)

    @ws_authenticated
    @role(ROUTE)
    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Check everything that can be refused, then become a WebSocket."""
        self._query = read_query(self, SocketQuery)
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
        self._watched = frozenset(self._query.watch)
        self._service = await self.service()
        await super().get(*args, **kwargs)

    @property
    def max_message_size(self) -> int:
        """Greatest message taken from a client, in bytes."""
        return MAX_MESSAGE_BYTES

    def open(self, *args: Any, **kwargs: Any) -> None:
        """Start to send."""
        super().open(*args, **kwargs)
        self._start(self._tell())

    async def on_message(self, message: str | bytes) -> None:
        """Take note of what the page watches from now on."""
        try:
            request = WatchRequest.model_validate_json(message)
        except ValidationError:
            self.close(NOT_UNDERSTOOD, 'Say {"watch": [run ids]}, or nothing.')
            return
        self._watched = frozenset(request.watch)
        answer = WatchChanged(run_ids=request.watch)
        await self.write_message(answer.model_dump_json())

    def on_close(self) -> None:
        """Leave nothing behind: no task, no timer."""
        super().on_close()
        for task in self._tasks:
            task.cancel()
        timer = cast("PeriodicCallback | None", self.ping_callback)
        if timer is not None:
            timer.stop()

    def _start(self, sending: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(sending)
        task.add_done_callback(self._sent)
        self._tasks = (*self._tasks, task)

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

    async def _tell(self) -> None:
        """Say what is, then the events; the pool goes its own way beside them."""
        begin, replayed = self._begin()
        pool = self._query.pool and await self._may_see_pool()
        opened = StreamOpened(
            seq=begin,
            replayed=replayed,
            pool=pool,
            active=await self._service.active_runs(),
            kinds=await self._service.kind_titles(),
        )
        await self.write_message(opened.model_dump_json())
        if pool:
            self._start(self._tell_pool())
        await self._tell_events(begin)

    def _begin(self) -> tuple[int, bool]:
        after, last = self._query.after, self._service.last_seq
        if after is None:
            return last, True
        late = self._query.brief and last - after > REPLAY_LIMIT
        return (last, False) if late or after > last else (after, True)

    async def _may_see_pool(self) -> bool:
        answer: Any = self.authorizer.is_authorized(self, self.current_user, "read", POOL)
        return bool(await ensure_async(answer))

    async def _tell_events(self, after: int) -> None:
        """Send events until the server stops; the client has to take each piece in turn."""
        async with aclosing(closable(self._service.stream(after, None))) as batches:
            async for batch in batches:
                told = brief(batch, self._watched) if self._query.brief else batch
                for piece in parcels(told):
                    items = ",".join(item.json for item in piece)
                    await self.write_message(f'{{"type":"events","items":[{items}]}}')

    async def _tell_pool(self) -> None:
        async with aclosing(closable(self._service.pool_changes())) as changes:
            async for text in changes:
                await self.write_message(text)
