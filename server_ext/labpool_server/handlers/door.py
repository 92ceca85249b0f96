"""The one way to the Dask dashboard: Jupyter's login and role first, then its loopback port."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Awaitable
from contextlib import suppress
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

from jupyter_server.auth.decorator import authorized
from jupyter_server_proxy.handlers import ProxyHandler
from tornado.httputil import HTTPHeaders
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError

from labpool.wire.errors import LabpoolError, ServerUnavailable
from labpool.wire.route import DASHBOARD_PREFIX, POOL
from labpool_server.dashboard.waiting import waiting_page
from labpool_server.dashboard.words import chosen
from labpool_server.pool.backend import Dashboard

from .base import JsonErrors, Verb

HOST = "127.0.0.1"
CONNECT_S = 5.0
ANSWER_S = 30.0
"""How long the dashboard may take for an answer, seconds."""

# Who is logged in, and how, is Jupyter's business and none of the dashboard's.
_KEPT_BACK = ("Authorization", "Cookie", "Host", "Origin", "Referer", "X-Xsrftoken")
_CREDENTIALS = frozenset({"token", "_xsrf"})


def _readers(verb: Verb) -> Verb:
    return cast("Verb", authorized("read", POOL)(cast("Any", verb)))


class DashboardDoor(JsonErrors, ProxyHandler):  # type: ignore[misc]  # the proxy has no types
    """Passes on what somebody with the role asks to read, over HTTP or WebSocket."""

    verbs = ("GET", "HEAD")
    _track_activity = False
    _dashboard: Dashboard

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs, update_last_activity=False)
        self.proxy_base = DASHBOARD_PREFIX

    @_readers
    async def get(self, path: str | None) -> None:
        """Pass on a page, a file, or a WebSocket once its origin is right."""
        self._dashboard = (await self.service()).dashboard()
        await cast("Awaitable[None]", super().get(path))

    @_readers
    async def head(self, path: str | None) -> None:
        """Tell whether there is a page."""
        self._dashboard = (await self.service()).dashboard()
        await self.http_get(path)

    async def refuse(self, path: str | None) -> None:
        """Refuse to change anything: the dashboard is there to be read."""
        raise HTTPError(HTTPStatus.METHOD_NOT_ALLOWED)

    post = put = patch = delete = options = refuse

    async def http_get(self, path: str | None) -> None:
        """Pass on a request and its answer."""
        try:
            await self.proxy(HOST, self._dashboard.port, path or "")
        except HTTPError as error:
            # The proxy's own words for a dashboard that has gone or does not answer.
            raise ServerUnavailable("The dashboard does not answer; try again.") from error
        self.set_header("Content-Security-Policy", self.content_security_policy)
        self.set_header("X-Content-Type-Options", "nosniff")

    async def open(self, path: str | None) -> None:
        """Join both WebSockets."""
        await self.proxy_open(HOST, self._dashboard.port, path or "")

    def write_message(self, *args: Any, **kwargs: Any) -> Future[None]:
        """Tell the browser, unless it has just gone."""
        with suppress(WebSocketClosedError):
            return cast("Future[None]", super().write_message(*args, **kwargs))
        nobody: Future[None] = Future()
        nobody.set_result(None)
        return nobody

    def ping(self, data: str | bytes = b"") -> None:
        """Ask whether the browser is there, unless it has just gone."""
        with suppress(WebSocketClosedError):
            super().ping(data)

    def proxy_request_headers(self) -> HTTPHeaders:
        """Return the request's headers, with the key and without anybody's login."""
        headers = self.request.headers.copy()
        for name in _KEPT_BACK:
            headers.pop(name, None)
        headers.update(self._dashboard.headers)
        return headers

    def proxy_request_options(self) -> dict[str, Any]:
        """Return how long to wait, and that redirects are the browser's to follow."""
        waits = {"connect_timeout": CONNECT_S, "request_timeout": ANSWER_S}
        return {"follow_redirects": False, **waits}

    def get_client_uri(self, protocol: str, host: str, port: int, proxied_path: str) -> str:
        """Return the dashboard's own address of a page, without the token."""
        given = parse_qsl(self.request.query, keep_blank_values=True)
        kept = [(name, value) for name, value in given if name not in _CREDENTIALS]
        self.request.query = urlencode(kept)
        return str(super().get_client_uri(protocol, host, port, proxied_path))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Show people a page that says why and looks again; programs get JSON."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, LabpoolError) and self._is_page():
            taste = chosen(self.request.query_arguments)
            again = isinstance(error, ServerUnavailable)
            self.write(waiting_page(error.message, taste, again=again))
        else:
            super().write_error(status_code, **kwargs)

    def _is_page(self) -> bool:
        return "text/html" in self.request.headers.get("Accept", "")
