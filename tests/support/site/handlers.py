"""What the site answers when all goes right."""

from __future__ import annotations

import asyncio
import json
import secrets
from abc import ABC
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tornado.web import RequestHandler

from . import assets, pages
from .faults import ACTIVITIES, PAGE
from .log import Seen
from .tickets import BROKEN_AT, activities, summary
from .trouble import Trouble

if TYPE_CHECKING:
    from .server import LocalSite

TICKETS_A_PAGE = 10
ACTIVITIES_A_PAGE = 20


class Handler(RequestHandler, ABC):
    """One request: it is noted, and waits as long as the site is slow."""

    site: LocalSite

    def initialize(self, site: LocalSite) -> None:
        """Get the site."""
        self.site = site
        self.gone = asyncio.Event()
        self._open = True
        request = self.request
        self.seen = Seen(
            method=request.method or "",
            path=request.uri or "",
            host=request.headers.get("Host", ""),
            user_agent=request.headers.get("User-Agent", ""),
            cookies=tuple(request.cookies),
        )
        site.log.begin(self.seen)

    async def prepare(self) -> None:
        """Wait."""
        if self.site.latency_s > 0:
            await asyncio.sleep(self.site.latency_s)

    def on_finish(self) -> None:
        """Note the end."""
        self._ended(self.get_status())

    def on_connection_close(self) -> None:
        """Note that the client has gone."""
        self.gone.set()
        self._ended(0)

    def compute_etag(self) -> None:
        """Have every answer sent whole."""

    def json(self, value: Any, status: int = 200) -> None:
        """Answer JSON."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.write(json.dumps(value, ensure_ascii=False).encode())

    def login_first(self) -> bool:
        """Return whether there is a session; answers when there is none."""
        good = self.site.sessions.use(self.get_cookie("sid"))
        if not good:
            self.not_logged_in()
        return good

    def not_logged_in(self) -> None:
        """Answer as to somebody without a session."""
        if self.request.path.startswith("/api/"):
            self.json({"error": "not_logged_in"}, 401)
        else:
            self.redirect(f"/login?next={quote(self.request.uri or '/')}")

    def number(self, text: str) -> int | None:
        """Return the number of a ticket that exists; answers when there is none."""
        if 1 <= int(text) <= self.site.tickets:
            return int(text)
        self.set_status(404)
        self.write(pages.page("Not found", "<h1>No such ticket</h1>"))
        return None

    def _ended(self, status: int) -> None:
        if self._open:
            self._open = False
            self.site.log.end(self.seen, status)


class Login(Handler):
    """``/login``."""

    def get(self) -> None:
        """Show the form."""
        self._form()

    def post(self) -> None:
        """Begin a session."""
        token = self.get_cookie("csrftoken")
        if not token or self.get_body_argument("csrfmiddlewaretoken", "") != token:
            self.set_status(403)
            self._form("The form is too old: send it again.")
            return
        name, password = (
            self.get_body_argument("username", ""),
            self.get_body_argument("password", ""),
        )
        if (name, password) != (self.site.username, self.site.password):
            self.set_status(403)
            self._form("Wrong name or password.")
            return
        self.set_cookie("sid", self.site.sessions.begin(), httponly=True, samesite="Lax")
        self.set_cookie("csrftoken", secrets.token_urlsafe(24), samesite="Lax")
        self.redirect(self._target())

    def _form(self, problem: str = "") -> None:
        token = self.get_cookie("csrftoken")
        if token is None:
            token = secrets.token_urlsafe(24)
            self.set_cookie("csrftoken", token, samesite="Lax")
        self.write(pages.login(token, self._target(), problem))

    def _target(self) -> str:
        target = self.get_query_argument("next", "/")
        return target if target.startswith("/") and not target.startswith("//") else "/"


class TicketList(Handler):
    """``/`` and ``/tickets?page=``."""

    def get(self) -> None:
        """Show one page of the list."""
        if not self.login_first():
            return
        page = max(1, int(self.get_query_argument("page", "1")))
        first, last = (page - 1) * TICKETS_A_PAGE + 1, min(page * TICKETS_A_PAGE, self.site.tickets)
        more = page + 1 if last < self.site.tickets else None
        self.write(pages.ticket_list(range(first, last + 1), more))


class TicketPage(Handler):
    """``/tickets/<id>``."""

    async def get(self, text: str) -> None:
        """Show the shell."""
        number = self.number(text) if self.login_first() else None
        if number is None:
            return
        fault = self.site.faults.strike(number, PAGE)
        await Trouble(self, fault, pages.ticket(number)).answer()


class TicketData(Handler):
    """``/api/tickets/<id>``."""

    def get(self, text: str) -> None:
        """Say what the page shows."""
        number = self.number(text) if self.login_first() else None
        if number is not None:
            self.json(summary(number))


class TicketActivities(Handler):
    """``/api/tickets/<id>/activities?cursor=``."""

    async def get(self, text: str) -> None:
        """Say what happened to the ticket, a page of it."""
        if not self.login_first():
            return
        token = self.get_cookie("csrftoken")
        if not token or self.request.headers.get("X-CSRFToken") != token:
            self.json({"error": "csrf"}, 403)
            return
        number = self.number(text)
        if number is None:
            return
        fault = self.site.faults.strike(number, ACTIVITIES)
        self.set_header("Content-Type", "application/json")
        body = json.dumps(self._page(number, malformed=fault == "malformed"), ensure_ascii=False)
        await Trouble(self, fault, body).answer()

    def _page(self, number: int, *, malformed: bool) -> dict[str, Any]:
        first = int(self.get_query_argument("cursor", "") or 0)
        last = first + ACTIVITIES_A_PAGE
        every = activities(number)
        found = [
            one.to_json(one.broken_html() if malformed and one.number in BROKEN_AT else one.html())
            for one in every[first:last]
        ]
        return {"activities": found, "next": str(last) if last < len(every) else None}


class Static(Handler):
    """``/static/<file>``."""

    def get(self, name: str) -> None:
        """Send a file that never changes."""
        self.set_header("Cache-Control", "public, max-age=31536000, immutable")
        if name == "app.js":
            self._send("text/javascript", assets.script())
        elif name == "app.css":
            self._send("text/css", assets.style())
        elif name in {f"icon-{n}.png" for n in range(assets.PICTURES)}:
            self._send("image/png", assets.picture(int(name[5])))
        else:
            self.send_error(404)

    def _send(self, kind: str, body: bytes) -> None:
        self.set_header("Content-Type", kind)
        self.write(body)


class Robots(Handler):
    """``/robots.txt``."""

    def get(self) -> None:
        """Say what robots may do."""
        self.set_status(self.site.robots_status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.write(self.site.robots)


class Notes(Handler):
    """``/private/notes``, where robots may not go."""

    def get(self) -> None:
        """Show them."""
        if self.login_first():
            self.write(pages.page("Notes", "<p>Not for robots.</p>"))


class Missing(Handler):
    """Whatever there is not."""

    def get(self) -> None:
        """Say so."""
        self.set_status(404)
        self.write(pages.page("Not found", "<h1>No such page</h1>"))
