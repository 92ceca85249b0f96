"""The guard: a filtering proxy, so that a page cannot reach what only this machine can reach.

The browser and Playwright's own request client both go through it:

    guard = GuardProxy(Rules(["tracker.intranet:8080"]))
    await guard.start()
    browser = await playwright.chromium.launch(proxy=guard.settings, args=[*BROWSER_ARGS])
    ...
    await guard.close()

A name is asked for once, all its addresses are judged, and the connection goes to one of these:
an answer that changes later changes nothing. Files: ``addresses`` (spellings, what is public),
``rules`` (what is allowed), ``heads`` (messages), ``relay`` (bytes), ``client`` and ``plain``
(what a connection asks for), ``owners`` (who may ask), ``refusals`` (why a page failed), ``proxy``
(the whole).
"""

from __future__ import annotations

from .limits import Limits
from .proxy import BROWSER_ARGS, GuardProxy
from .refusals import Refusal
from .rules import Refused, Resolve, Rules

__all__ = ["BROWSER_ARGS", "GuardProxy", "Limits", "Refusal", "Refused", "Resolve", "Rules"]
