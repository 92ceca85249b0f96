"""Opens a page, waits until it is whole, and reads it."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import Error, Page

from labpool.jobs.scrape.browser import Visit
from labpool.jobs.scrape.parse import expired
from labpool.jobs.scrape.recipe import Recipe
from labpool.wire.items import Gap

from .answers import failure, no_page
from .failures import (
    ItemFailed,
    SessionExpired,
    broken_off,
    of_browser,
    of_line,
    of_refusal,
    refusal_of,
)
from .opened import Opened
from .watch import Watch

MOST_DOCUMENTS = 20
"""Documents that a page may lead to by scripts, one after another."""
LOOK_S = 3.0
"""How long the look at a page may take whose time is over, seconds."""
FOREVER = 0
"""Playwright's word for no limit of its own: there is one around all of it."""

_QUIET = """
ms => new Promise(quiet => {
  let timer = 0;
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => { seen.disconnect(); quiet(); }, ms);
  };
  const seen = new MutationObserver(again);
  seen.observe(document, { subtree: true, childList: true, characterData: true });
  again();
})
"""
_LEADS_ON = """
longest => {
  const meta = document.querySelector('meta[http-equiv="refresh" i]');
  const found = /^\\s*([0-9.]+)\\s*[;,]\\s*(?:url\\s*=)?/i.exec(meta?.content ?? '');
  return found !== null && Number(found[1]) <= longest;
}
"""
_SIZE = "performance.getEntriesByType('navigation')[0]?.decodedBodySize ?? 0"
REFRESH_S = 5.0
"""Longest delay after which a page leads on by itself and is waited for, seconds."""


async def open_page(recipe: Recipe, visit: Visit, page: Page, url: str) -> Opened:
    """Open a page, and read it once it is whole.

    That is when its document is complete, everything that the recipe waits for is there, no script
    or answer of the page's own is on its way, and nothing has changed for ``quiet_s``. A page that
    leads on, by a script or by itself, is followed.

    Raises:
        ItemFailed: It does not come; or not in time, and then it has what was there.
        SessionExpired: The site asks for a login.
    """
    with Watch(page) as watch:
        return await _Opening(recipe, visit, page, url, watch).read()


class _Cut(Exception):
    """A document broke off in the middle."""


class _Opening:
    """One page on its way."""

    def __init__(self, recipe: Recipe, visit: Visit, page: Page, url: str, watch: Watch) -> None:
        if recipe.page is None:
            raise ValueError("the recipe opens no page")
        self._recipe = recipe
        self._rule = recipe.page
        self._visit = visit
        self._page = page
        self._url = url
        self._watch = watch
        self._lacks = "did not come"
        self._css = ""

    async def read(self) -> Opened:
        """Read the page."""
        seconds = self._recipe.limits.navigation_s
        try:
            async with asyncio.timeout(seconds):
                opened = await self._whole_or_cut()
        except TimeoutError:
            raise await self._late(seconds) from None
        except _Cut:
            raise await self._cut() from None
        except Error as error:
            self._judge()  # an answer that was refused tells more than the browser
            raise of_browser(error, self._url, self._visit.guard) from error
        self._refuse_cut(opened.url)
        await self._check_login(opened)
        return opened

    async def _whole_or_cut(self) -> Opened:
        reading = asyncio.create_task(self._whole())
        cutting = asyncio.create_task(self._watch.until_cut())
        both = {reading, cutting}
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if self._watch.cut:
                raise _Cut
            return await reading
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _whole(self) -> Opened:
        await self._page.goto(self._url, wait_until="commit", timeout=FOREVER)
        for _ in range(MOST_DOCUMENTS):
            document = self._watch.document
            try:
                opened = await self._one()
            except Error as error:
                if not _leaves(error):
                    raise
                await self._watch.rest()
                continue
            if self._watch.document is document and not self._watch.leads_on:
                return opened
        text = f"{self._url} leads from one page to another for ever, by scripts."
        raise ItemFailed("redirect_loop", text)

    async def _one(self) -> Opened:
        """Wait until the document that is shown is whole, and read it."""
        self._judge()
        page = self._page
        self._lacks = "was not complete"
        await page.wait_for_load_state(self._rule.wait_until, timeout=FOREVER)
        for css in self._rule.ready:
            self._lacks, self._css = f"had no {css}", css
            await page.wait_for_selector(css, state="attached", timeout=FOREVER)
        self._lacks, self._css = "was not read", ""
        if self._rule.quiet_s:
            await self._quiet()
        self._judge()
        size = await page.evaluate(_SIZE)
        if size > self._recipe.limits.response_bytes:
            raise ItemFailed("too_large", f"{page.url} has {size} bytes.")
        return Opened(await page.content(), page.url)

    async def _quiet(self) -> None:
        self._lacks = "still changed"
        pause = self._rule.quiet_s * 1000
        await self._page.evaluate(_QUIET, pause)
        while self._watch.awaited:
            await self._watch.rest()
            await self._page.evaluate(_QUIET, pause)
        if await self._page.evaluate(_LEADS_ON, REFRESH_S):
            self._lacks = "was to lead on"
            before = self._watch.document
            while self._watch.document is before:
                await self._watch.next()
            await self._watch.rest()

    def _judge(self) -> None:
        """Look at the last answer to the page's own frame, whatever led to it.

        Raises:
            ItemFailed: It is no page.
            SessionExpired: It asks for a login.
        """
        watch = self._watch
        response = watch.response
        if response is not None:
            if expired(self._recipe, response.url, response.status):
                raise SessionExpired(self._url)
            failed = failure(response.url, response.status, response.headers)
            failed = failed or no_page(response.url, response.headers)
            if failed is not None:
                raise failed
        if watch.broke and watch.document is not None:
            failed = broken_off(watch.broke, watch.document.url, self._visit.guard)
            if failed is not None:
                raise failed

    async def _late(self, seconds: float) -> ItemFailed:
        """Return what it means that the time is over, with what there is by now."""
        self._judge()
        self._refuse_cut(self._page.url)
        text = f"{self._url} {self._lacks} within {seconds:g} s"
        if self._watch.awaited:
            text += f"; it waits for {self._watch.awaited}"
        failed = ItemFailed("timeout", f"{text}.", kind="timeout", blames_host=self._is_slow)
        facts: dict[str, Any] = {"address": self._url, "seconds": seconds}
        if self._css:
            facts["wait_for"] = self._css
        return await self._with_what_came(failed, facts)

    async def _cut(self) -> ItemFailed:
        """Return what it means that the document has no end, with what there is of it."""
        self._judge()
        self._refuse_cut(self._page.url)
        failed = of_line(self._watch.cut, self._page.url)
        return await self._with_what_came(failed, {"address": self._url})

    async def _with_what_came(self, failed: ItemFailed, facts: dict[str, Any]) -> ItemFailed:
        if self._watch.response is None:
            return failed
        html = await self._glance()
        if html is None:
            return failed
        gap = Gap(code=failed.reason, message=failed.message, args=facts)
        failed.opened = Opened(html, self._page.url, (gap,))
        await self._check_login(failed.opened)
        return failed

    @property
    def _is_slow(self) -> bool:
        """Whether it is for the host to be faster."""
        return self._lacks in {"did not come", "was not complete"}

    async def _glance(self) -> str | None:
        """Return the page as it stands; None where its scripts let nobody look."""
        try:
            async with asyncio.timeout(LOOK_S):
                return await self._page.content()
        except (Error, TimeoutError):
            return None

    def _refuse_cut(self, url: str) -> None:
        for each in {self._url: None, url: None}:
            cut = refusal_of(self._visit.guard, each)
            if cut is not None and cut.code == "too_large":
                raise of_refusal(cut.code, cut.message)

    async def _check_login(self, opened: Opened) -> None:
        if await asyncio.to_thread(expired, self._recipe, opened.url, 200, opened.html):
            raise SessionExpired(self._url)


def _leaves(error: Error) -> bool:
    """Return whether an error only says that the page is left for another."""
    signs = ("context was destroyed", "is navigating", "Cannot find context", "frame was detached")
    return any(sign in error.message for sign in signs)
