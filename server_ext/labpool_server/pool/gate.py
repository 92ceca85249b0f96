"""A Dask scheduler whose HTTP server answers nobody but us.

Dask's dashboard asks nobody who they are, and every program of every user of the machine
reaches a port on 127.0.0.1. So each request must carry a key that only this process knows;
a web page cannot send it either, not even for a WebSocket.
"""

from __future__ import annotations

import secrets
from typing import Any

from distributed import Scheduler
from tornado.httputil import HTTPServerRequest
from tornado.routing import AnyMatches, Matcher, Rule, RuleRouter
from tornado.web import Application, RequestHandler

HOST = "127.0.0.1"

KEY_HEADER = "X-Labpool-Key"
"""Request header that carries the key."""

_BOKEH = "distributed.scheduler.dashboard.bokeh-application"
OPTIONS = {
    f"{_BOKEH}.allow_websocket_origin": [HOST],
    # Bokeh writes what it includes into each page, where the browser would read the key.
    f"{_BOKEH}.include_cookies": [],
    f"{_BOKEH}.include_headers": [],
}
"""Dask's settings for Bokeh behind the gate."""


class GatedScheduler(Scheduler):
    """A scheduler that asks for the key before anything else of its HTTP server is reached.

    Attributes:
        gate_key: What requests must carry in ``KEY_HEADER``.
    """

    gate_key = ""

    def start_http_server(self, *args: Any, **kwargs: Any) -> None:
        """Start it, behind the gate: nobody is served before this returns."""
        super().start_http_server(*args, **kwargs)  # type: ignore[no-untyped-call]
        self.gate_key = secrets.token_urlsafe(32)
        # The routes are put in later, and looked up at each request.
        self.http_server.request_callback = RuleRouter(
            [
                Rule(_HasKey(self.gate_key), self.http_application),
                Rule(AnyMatches(), Application([(".*", _Refusal)])),
            ]
        )


class _HasKey(Matcher):
    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        given = request.headers.get(KEY_HEADER, "").encode()
        return {} if secrets.compare_digest(given, self._key) else None


class _Refusal(RequestHandler):
    async def prepare(self) -> None:
        self.set_status(403)
        await self.finish("Open the dashboard through Jupyter: labpool/dashboard/status.\n")
