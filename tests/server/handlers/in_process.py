"""A Jupyter server in the test's own event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import httpx
from jupyter_server.auth import AllowAllAuthorizer, Authorizer
from jupyter_server.serverapp import ServerApp
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from traitlets.config import Config

from server.handlers.memory import MemoryService

TOKEN = "a-token-for-tests"


@dataclass
class Server:
    """A running server.

    Attributes:
        url: Address of the API, with no slash at the end.
        api: A client with the token; ``stranger`` has none.
    """

    app: ServerApp
    http: HTTPServer
    service: MemoryService
    port: int
    api: httpx.AsyncClient
    stranger: httpx.AsyncClient
    token: str = TOKEN
    base_url: str = "/"

    @property
    def url(self) -> str:
        """Address of the API, with no slash at the end."""
        return f"http://127.0.0.1:{self.port}{self.base_url}labpool/api"

    @property
    def ws_url(self) -> str:
        """Address of the WebSocket."""
        return self.url.replace("http:", "ws:", 1) + "/events/ws"


@asynccontextmanager
async def running(
    home: Path,
    *,
    service: MemoryService | None = None,
    base_url: str = "/",
    authorizer: type[Authorizer] = AllowAllAuthorizer,
) -> AsyncIterator[Server]:
    """Run a Jupyter server with the extension, over a service in memory, in this event loop."""
    config = Config()
    config.ServerApp.jpserver_extensions = {"labpool_server": True}
    config.Labpool.data_dir = str(home / "labpool")
    config.ServerApp.authorizer_class = authorizer
    config.ServerApp.root_dir = str(home)
    config.IdentityProvider.token = TOKEN
    app = ServerApp(
        config=config, base_url=base_url, port=0, open_browser=False, allow_root=True, log_level=30
    )
    cast("Any", app).init_signal = lambda: None  # the test runner keeps its own
    app.initialize(argv=[], new_httpserver=False, find_extensions=False)
    service = service or MemoryService()
    app.web_app.settings["labpool_service"] = service  # its own one never starts
    http = HTTPServer(app.web_app)
    socket, port = bind_unused_port()
    http.add_socket(socket)
    async with AsyncExitStack() as stack:
        token = {"Authorization": f"token {TOKEN}"}
        url = f"http://127.0.0.1:{port}{base_url}labpool/api/"
        api, stranger = [
            await stack.enter_async_context(
                httpx.AsyncClient(base_url=url, headers=headers, timeout=20, trust_env=False)
            )
            for headers in (token, {})
        ]
        try:
            yield Server(app, http, service, port, api, stranger, base_url=base_url)
        finally:
            service.fan_out.close()
            http.stop()
            await http.close_all_connections()
            await cast("Any", app.kernel_manager).shutdown_all()
