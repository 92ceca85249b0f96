"""From the routes table to handler classes: parse, ask for the right, call, answer."""

from __future__ import annotations

import asyncio
import getpass
from typing import Any, cast

from jupyter_server.auth import User
from jupyter_server.utils import url_path_join
from pydantic import BaseModel
from tornado import web

from labpool.wire.errors import NotFound
from labpool.wire.pages import EventsQuery, NoQuery
from labpool.wire.route import API_PREFIX, Route
from labpool.wire.runs import Run
from labpool_server.openapi import served

from . import files, sse
from .base import ApiHandler, Verb, role
from .ports import Service
from .reading import path_value, read_body, read_query

BY_WHOM = {
    "create_run": "owner",
    "change_run": "by",
    "cancel_run": "by",
    "resume_run": "by",
    "list_secrets": "owner",
    "save_secret": "owner",
    "delete_secret": "owner",
    "list_sessions": "owner",
    "save_session": "owner",
    "delete_session": "owner",
}
"""Operations that want to know who asks, and as which argument."""
LARGE_ITEMS = 200
"""Lists from here on are made into JSON off the event loop."""


class Endpoint(ApiHandler):
    """One path; the verbs are added by ``endpoint``."""

    _served: Service | None = None
    _streaming: asyncio.Task[None] | None = None

    def on_connection_close(self) -> None:
        """End the stream at once when its client has gone."""
        super().on_connection_close()
        if self._streaming is not None:
            self._streaming.cancel()

    def on_finish(self) -> None:
        """Count the time of every answer that is not a stream."""
        super().on_finish()
        if self._served is not None and self._streaming is None:
            self._served.record_response(self.request.request_time())

    async def stream(self, run_id: str | None) -> None:
        """Answer with server-sent events, of one run or of all."""
        after = sse.last_event_id(self, read_query(self, EventsQuery).after)
        service = await self.service()
        if run_id is not None:
            await service.get_run(run_id)
        begin = await service.begin(after, run_id)
        if run_id is None:
            batches = service.stream(begin, None)
        else:
            batches = sse.run_stream(service, run_id, begin)
        pause = self.settings.get("labpool_keep_alive_s", sse.KEEP_ALIVE_S)
        self._streaming = asyncio.create_task(sse.send(self, begin, batches, keep_alive_s=pause))
        await sse.until_gone(self._streaming)

    async def call(self, route: Route, params: list[str]) -> None:
        """Call the service's operation and answer with what it returns."""
        args: list[Any] = list(params)
        if route.query is not NoQuery:
            args.append(read_query(self, route.query))
        else:
            read_query(self, NoQuery)
        if route.body is not None:
            args.append(await read_body(self, route.body))
        who = BY_WHOM.get(route.id)
        names = {who: name_of(self.current_user)} if who else {}
        self._served = await self.service()
        answer = await self._served.operation(route.id)(*args, **names)
        if route.stream == "file":
            await files.send(self, answer)
        else:
            await self.answer(route, answer)

    async def answer(self, route: Route, value: BaseModel | None) -> None:
        """Write what an operation has returned."""
        self.set_status(route.status)
        if value is None:
            return
        if route.status == 201:
            path = f"{route.path}/{cast('Run', value).id}"
            self.set_header("Location", url_path_join(self.base_url, API_PREFIX, path))
        large = len(getattr(value, "items", ())) >= LARGE_ITEMS
        text = await asyncio.to_thread(value.model_dump_json) if large else value.model_dump_json()
        self.write(text)


def name_of(user: User) -> str:
    """Return whom a run belongs to.

    Whoever comes with the server's own token is made up anew by Jupyter at each request: that
    is the person whose account the server runs under.
    """
    return getpass.getuser() if user.name.startswith("Anonymous ") else user.username


class NoSuchRoute(ApiHandler):
    """Everything below the prefix that is not in the table."""

    async def prepare(self) -> None:  # type: ignore[override]
        """Answer 404, to those who are logged in."""
        await super().prepare()
        if self.request.method != "OPTIONS":
            raise NotFound("There is nothing at this address; openapi.json lists what there is.")


def endpoint(routes: tuple[Route, ...]) -> type[Endpoint]:
    """Return the handler class of one path.

    Args:
        routes: All verbs of the path.
    """
    verbs = {route.verb.lower(): _verb(route) for route in routes}
    name = "".join(part.title() for part in routes[0].id.split("_")) + "Endpoint"
    shown = {
        "verbs": (*sorted(route.verb for route in routes), "OPTIONS"),
        "__module__": __name__,
    }
    summaries = {"__doc__": " ".join(route.summary for route in routes)}
    return type(name, (Endpoint,), {**verbs, **shown, **summaries})


def _verb(route: Route) -> Verb:
    async def method(self: Endpoint, **params: str) -> None:
        self._track_activity = route.verb != "GET"
        values = [path_value(value) for value in params.values()]
        if route.id == "openapi":
            read_query(self, NoQuery)
            self.write(await asyncio.to_thread(served, self.base_url))
        elif route.stream == "sse" and (route.answer is None or _wants_stream(self)):
            await self.stream(values[0] if values else None)
        else:
            await self.call(route, values)

    method.__name__ = route.verb.lower()
    method.__doc__ = route.summary
    return web.authenticated(role(route)(method))


def _wants_stream(handler: Endpoint) -> bool:
    return "text/event-stream" in handler.request.headers.get("Accept", "").lower()
