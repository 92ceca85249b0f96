"""A web site to practise scraping on: a small issue tracker, served from this process.

    from labpool.practice import PracticeSite

    site = PracticeSite(port=8765)

Every page wants a session. ``/tickets/<id>`` is drawn by a script; the history of a ticket comes
as pieces of HTML in JSON, page after page, from ``/api/tickets/<id>/activities?cursor=``, which
wants the header ``X-CSRFToken``. The recipe ``ticket-revisions`` reads it.
"""

from __future__ import annotations

import json
import random
import re
import secrets
import threading
import uuid
from datetime import UTC, datetime, timedelta
from html import escape
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

ACTIVITIES_A_PAGE = 20
_COLUMNS = {
    "status": ("select", ("New", "در حال بررسی", "Waiting", "بسته‌شده")),
    "priority": ("select", ("Low", "Normal", "High", "فوری")),
    "assignee": ("user", ("Sara Ahmadi", "John Smith", "رضا کریمی")),
}
_PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>Ticket</title>
<link rel="icon" href="data:,"></head><body><article id="ticket"><h1></h1></article><script>
const ticket = document.getElementById('ticket');
ticket.firstChild.textContent = 'Ticket ' + location.pathname.split('/').pop();
ticket.dataset.ready = 'yes';
</script></body></html>"""


class PracticeSite:
    """The site, on threads of its own until it is closed.

    Args:
        port: 0 for any that is free.
        tickets: How many there are; their numbers begin at 1.

    Attributes:
        url: Without a slash at the end.
        broken: Numbers of the tickets that answer 500 for now.
    """

    def __init__(self, port: int = 0, tickets: int = 24) -> None:
        self.tickets = tickets
        self.broken: set[int] = set()
        self.session = secrets.token_urlsafe(16)
        handler = type("Handler", (_Handler,), {"site": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(
            target=self._server.serve_forever, name="practice-site", daemon=True
        ).start()

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def ticket_url(self, ticket: int) -> str:
        """Return where the page of a ticket is."""
        return f"{self.url}/tickets/{ticket}"

    def login(self) -> dict[str, Any]:
        """Return what Playwright calls the storage state of somebody who has logged in."""
        values = {"sid": self.session, "csrftoken": secrets.token_urlsafe(16)}
        common = {"domain": "127.0.0.1", "path": "/", "expires": -1, "secure": False}
        cookies = [
            {"name": name, "value": value, "httpOnly": name == "sid", "sameSite": "Lax", **common}
            for name, value in values.items()
        ]
        return {"cookies": cookies, "origins": []}

    def changes(self, ticket: int) -> int:
        """Return how many records a right scrape of a ticket brings."""
        return sum(activity["html"].count("data-columnid") for activity in history(ticket))


def history(ticket: int) -> list[dict[str, Any]]:
    """Return what happened to a ticket, oldest first, as the site tells it."""
    dice = random.Random(ticket)  # noqa: S311 - the same history each time, no secret
    when, told = datetime(2026, 1, 5, tzinfo=UTC) + timedelta(hours=ticket), []
    for number in range(25 + ticket % 5):
        when += timedelta(minutes=dice.randrange(1, 600))
        columns = dice.sample(sorted(_COLUMNS), dice.randrange(3))
        told.append(
            {
                "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{ticket}/{number}")),
                "created": when.isoformat(),
                "author": {"name": dice.choice(_COLUMNS["assignee"][1])},
                "html": "".join(_revision(dice, column) for column in columns) or "<p>News?</p>",
            }
        )
    return told


def _revision(dice: random.Random, column: str) -> str:
    kind, values = _COLUMNS[column]
    old, new = map(escape, dice.sample(values, 2))
    return (
        f'<div class="revision" data-columnid="{column}"><span data-columntype="{kind}"></span>'
        f'<s class="strikethrough">{old}</s><b class="added">{new}</b></div>'
    )


class _Handler(BaseHTTPRequestHandler):
    site: PracticeSite
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        parts = urlsplit(self.path)
        found = re.fullmatch(r"(/api)?/tickets/(\d{1,6})(/activities)?", parts.path)
        cookies = {name: each.value for name, each in SimpleCookie(self.headers["Cookie"]).items()}
        ticket = int(found[2]) if found else 0
        if not found or bool(found[1]) != bool(found[3]) or not 0 < ticket <= self.site.tickets:
            self._send(404, "text/plain", "There is no such page.")
        elif cookies.get("sid") != self.site.session:
            self._send(401, "text/plain", "Log in first.")
        elif ticket in self.site.broken:
            self._send(500, "text/plain", "The site is not well.")
        elif not found[1]:
            self._send(200, "text/html", _PAGE)
        elif self.headers["X-CSRFToken"] != cookies.get("csrftoken"):
            self._send(403, "text/plain", "X-CSRFToken is not the cookie's.")
        else:
            cursor = parse_qs(parts.query).get("cursor", ["0"])[0]
            self._history(ticket, int(cursor) if cursor.isdecimal() else 0)

    def _history(self, ticket: int, first: int) -> None:
        every, last = history(ticket), first + ACTIVITIES_A_PAGE
        more = str(last) if last < len(every) else None
        body = {"activities": every[first:last], "next": more}
        self._send(200, "application/json", json.dumps(body, ensure_ascii=False))

    def _send(self, status: int, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Keep quiet: the notebook shows what matters."""
