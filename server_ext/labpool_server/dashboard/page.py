"""Labpool's page on the Dask dashboard: a Bokeh application, one document for each open tab."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import dask.config
from bokeh.document import Document
from bokeh.events import ConnectionLost
from bokeh.models import CustomJS, Div
from distributed import Scheduler
from distributed.dashboard.core import BokehApplication
from distributed.dashboard.scheduler import template_variables
from tornado.ioloop import IOLoop

from labpool_server.pool import gate
from labpool_server.pool.backend import Seat

from .charts import Charts
from .colours import colours
from .frame import frame
from .history import History
from .template import TEMPLATE, names_of_lines, variables
from .words import Taste, chosen

NAME = "labpool"
"""The page's path on the dashboard, and its name in Dask's own navigation."""
TICK_MS = 1000
"""How often an open page is drawn, milliseconds."""

Seats = Callable[[], Awaitable[list[Seat]]]

_log = logging.getLogger(__name__)


def add_page(scheduler: Scheduler, history: History, seats: Seats) -> None:
    """Put the page on a scheduler's dashboard.

    Args:
        history: Who ran what.
        seats: Returns the workers now.
    """
    with dask.config.set(gate.OPTIONS):
        app = BokehApplication({f"/{NAME}": partial(_fill, history, seats)}, scheduler, prefix="")
    scheduler.http_application.add_application(app)
    app.initialize(IOLoop.current())
    app.start()
    pages = template_variables(scheduler)["pages"]  # one list, which all of Dask's pages read
    if NAME not in pages:
        pages.append(NAME)


def _fill(
    history: History, seats: Seats, _scheduler: Scheduler, _extra: dict[str, Any], doc: Document
) -> None:
    """Fill the document of a tab that was opened."""
    request = doc.session_context.request if doc.session_context is not None else None
    taste = chosen(request.arguments if request is not None else {})
    Page(doc, taste, history, seats)


class Page:
    """The page in one tab; it lives as long as the document's session.

    Args:
        doc: An empty document.
        taste: Language and colours that the tab asks for.
        history: Who ran what.
        seats: Returns the workers now.
    """

    def __init__(self, doc: Document, taste: Taste, history: History, seats: Seats) -> None:
        self._taste = taste
        self._look = colours(dark=taste.dark)
        self._history = history
        self._seats = seats
        self._seen: list[Seat] = []
        self._charts = Charts(taste, self._look)
        self._names = Div(margin=(8, 0, 0, 12))
        doc.title = taste.word("title")
        doc.template = TEMPLATE
        doc.template_variables.update(variables(taste, self._look))
        roots = {
            "lanes": self._charts.lanes,
            "memory": self._charts.memory,
            "messages": self._charts.messages,
            "workers": self._names,
        }
        for name, root in roots.items():
            root.name = name
            doc.add_root(root)
        doc.js_on_event(ConnectionLost, CustomJS(code="setTimeout(() => location.reload(), 3000)"))
        doc.add_next_tick_callback(self.tick)
        # Bokeh ends both with the session, which it ends soon after the tab has gone.
        doc.add_periodic_callback(self.tick, TICK_MS)

    async def tick(self) -> None:
        """Draw what is to be seen now."""
        try:
            self._seen = await self._seats()
        except OSError as error:
            _log.debug("the page keeps what it has: %s", error)
        now = frame(
            self._history,
            self._seen,
            time.time(),
            taste=self._taste,
            look=self._look,
            width_px=self._charts.width_px,
        )
        self._charts.show(now)
        self._names.text = names_of_lines(now.lines, self._look)
