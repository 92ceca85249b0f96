"""A web site of our own: an issue tracker that behaves like a real application, or does not.

    with LocalSite(tickets=24, latency_s=0.3) as site, Secret() as secret:
        site.secret_url = secret.url
        site.faults[3] = "flaky"
        site.faults[5] = Fault("500", times=1, where={"page"})
        state = site.login()  # what Playwright calls a storage state
        ...
        assert scraped == site.expected(7)
        assert secret.hits == []

``python -m support.site --port 8000 --latency 0.3 --fault 3=flaky``, run in ``tests``, serves it
until its standard input ends.

Pages: ``/login``, ``/`` and ``/tickets?page=2`` (lists with a next link), ``/tickets/<id>``
(rendered by a script; ``#ticket`` gets ``data-ready`` when it is done), ``/private/notes``,
``/static/...``, ``/robots.txt``, ``/made/...`` (what a test puts into ``site.made``). API:
``/api/tickets/<id>``, which the page asks for, and
``/api/tickets/<id>/activities?cursor=``, which wants the header ``X-CSRFToken``, too.

What goes wrong on order, by ticket. "Both" are the page and the activities, each counted by
itself; times is how often it strikes unless the order says otherwise.

name              where       times  what happens
500               both        all    answers 500
flaky             both        2      answers 500
429               both        1      answers 429 with Retry-After: ``site.retry_after_s``
missing           both        all    answers 404
empty             both        all    answers 200 with nothing
hang              both        all    takes the request and never answers
slow_body         both        all    16 bytes every ``site.drip_s`` seconds
expired           both        all    behaves as if there were no session
loop              both        all    redirects in a circle
redirect_private  both        all    redirects to ``site.secret_url``
huge              both        all    answers with ``site.huge_bytes`` (50 MB), length unsaid
malformed         activities  all    three activities are broken; ``site.broken`` names them
bad_json          activities  all    JSON that ends too early
crash             page        all    uses memory until its renderer dies
spin              page        all    a script that never ends
dialogs           page        all    alert, confirm, prompt and beforeunload; is fine else
popups            page        all    opens three windows; is fine else
download          page        all    is a file to be saved
attack            page        all    tries to reach ``site.secret_url`` in every way it knows

A page with ``crash`` takes as much memory as V8 may have: start the browser with
``--js-flags=--max-old-space-size=256``, as a worker does.
"""

from __future__ import annotations

from .faults import Fault, Faults
from .log import Log, Seen
from .made import Made
from .secret import Hit, Secret
from .server import LocalSite
from .tickets import Record

__all__ = ["Fault", "Faults", "Hit", "LocalSite", "Log", "Made", "Record", "Secret", "Seen"]
