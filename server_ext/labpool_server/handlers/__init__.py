"""The HTTP side: one class for each path of the routes table, and nothing but HTTP in them."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import Any

from tornado.web import RequestHandler

from labpool.wire.route import API_PREFIX, DASHBOARD_PREFIX
from labpool.wire.routes import ROUTES

from .door import DashboardDoor
from .endpoint import NoSuchRoute, endpoint
from .reading import path_pattern
from .socket import EventsSocket

__all__ = ["handlers"]


def handlers() -> list[tuple[str, type[RequestHandler], dict[str, Any]]]:
    """Return what an extension app adds to its handlers; it puts the base URL before the paths."""
    found: list[tuple[str, type[RequestHandler], dict[str, Any]]] = []
    by_path = attrgetter("path")
    for path, group in groupby(sorted(ROUTES, key=by_path), key=by_path):
        routes = tuple(group)
        handler = EventsSocket if routes[0].stream == "ws" else endpoint(routes)
        found.append((f"{API_PREFIX}/{path_pattern(path)}", handler, {}))
    return [
        *found,
        (rf"{API_PREFIX}(?:/.*)?", NoSuchRoute, {}),
        (rf"{DASHBOARD_PREFIX}(?:/(?P<path>.*))?", DashboardDoor, {}),
    ]
