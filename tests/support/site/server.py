"""The site itself, on a thread of its own."""

from __future__ import annotations

import asyncio
import secrets
from types import TracebackType
from typing import Any, Self

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application

from . import handlers
from .background import Background
from .faults import Faults
from .log import Log
from .made import MadePage, MadePages
from .sessions import Sessions
from .tickets import BROKEN_AT, Record, activities

_ROUTES = (
    (r"/login", handlers.Login),
    (r"/(?:tickets)?", handlers.TicketList),
    (r"/tickets/(\d{1,9})", handlers.TicketPage),
    (r"/api/tickets/(\d{1,9})", handlers.TicketData),
    (r"/api/tickets/(\d{1,9})/activities", handlers.TicketActivities),
    (r"/static/([a-z0-9.-]+)", handlers.Static),
    (r"/robots\.txt", handlers.Robots),
    (r"/private/notes", handlers.Notes),
    (r"/made/(.*)", MadePage),
    (r"/.*", handlers.Missing),
)


class LocalSite:
    """The site; see the package. All attributes may be changed while it runs.

    Args:
        port: 0 for any that is free.
        host: Name in ``url`` and in the cookies. The site listens on 127.0.0.1 whatever it is
            called; a name needs a client that is told where it is.
        tickets: How many there are; their numbers begin at 1.
        latency_s: Pause before every answer, seconds.
        expire_after: Requests that a session is good for; None for no end.
        crawl_delay: For robots.txt, seconds; None for none.

    Attributes:
        url: Without a slash at the end.
        faults: What goes wrong, by ticket.
        made: Pages of the test's own, without a session.
        log: What was asked.
        robots: Text of robots.txt; ``robots_status`` is its status.
        secret_url: Where the attacks aim at, with a slash at the end.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        tickets: int = 24,
        latency_s: float = 0.0,
        expire_after: int | None = None,
        crawl_delay: float | None = None,
    ) -> None:
        self.host = host
        self.tickets = tickets
        self.latency_s = latency_s
        self.expire_after = expire_after
        self.robots = "User-agent: *\nDisallow: /private/\n"
        if crawl_delay is not None:
            self.robots += f"Crawl-delay: {crawl_delay:g}\n"
        self.robots_status = 200
        self.secret_url = "http://127.0.0.1:9/"
        self.retry_after_s = 1
        self.drip_s = 0.2
        self.huge_bytes = 50_000_000
        self.username, self.password = "tester", "open sesame"
        self.faults = Faults()
        self.made = MadePages()
        self.log = Log()
        self.sessions = Sessions(lambda: self.expire_after)
        self._background = Background("local-site")
        self.port = self._background.call(self._start(port))
        self.url = f"http://{host}:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def max_parallel(self) -> int:
        """The most requests that were in work at once."""
        return self.log.max_parallel

    def close(self) -> None:
        """Cut all connections and end the thread."""
        self._background.call(self._stop())
        self._background.close()

    def ticket_url(self, ticket: int) -> str:
        """Return where the page of a ticket is."""
        return f"{self.url}/tickets/{ticket}"

    def activities_url(self, ticket: int) -> str:
        """Return where the first activities of a ticket are."""
        return f"{self.url}/api/tickets/{ticket}/activities"

    def expected(self, ticket: int) -> list[Record]:
        """Return what a right scrape of a ticket yields, in the order of the API.

        Of a ticket with the fault "malformed" it is what is left; other faults change nothing.
        """
        broken = set(self.broken(ticket))
        return [
            record
            for one in activities(ticket)
            if one.uuid not in broken
            for record in one.records()
        ]

    def broken(self, ticket: int) -> list[str]:
        """Return the uuids of the activities that cannot be read."""
        fault = self.faults.get(ticket)
        if fault is None or fault.name != "malformed":
            return []
        return [one.uuid for one in activities(ticket) if one.number in BROKEN_AT]

    def login(self) -> dict[str, Any]:
        """Return Playwright's storage state of a new session."""
        values = {"sid": self.sessions.begin(), "csrftoken": secrets.token_urlsafe(24)}
        cookies = [
            {
                "name": name,
                "value": value,
                "domain": self.host,
                "path": "/",
                "expires": -1,
                "httpOnly": name == "sid",
                "secure": False,
                "sameSite": "Lax",
            }
            for name, value in values.items()
        ]
        token = {"name": "token", "value": secrets.token_urlsafe(24)}
        return {"cookies": cookies, "origins": [{"origin": self.url, "localStorage": [token]}]}

    def expire_sessions(self) -> None:
        """End all sessions."""
        self.sessions.end_all()

    async def _start(self, port: int) -> int:
        application = Application(
            [(pattern, handler, {"site": self}) for pattern, handler in _ROUTES],
            log_function=lambda _: None,
        )
        sockets = bind_sockets(port, "127.0.0.1", backlog=1024)
        self._server = HTTPServer(application)
        self._server.add_sockets(sockets)
        bound: int = sockets[0].getsockname()[1]
        return bound

    async def _stop(self) -> None:
        self._server.stop()
        for connection in tuple(self._server._connections):  # a page that hangs never ends its own
            connection.stream.close()
        await self._server.close_all_connections()
        await asyncio.sleep(0)
