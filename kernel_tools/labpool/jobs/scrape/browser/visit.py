"""What one visitor of a site has in a browser: cookies, a cache, pages that are used again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playwright.async_api import APIRequestContext, Browser, BrowserContext, Dialog, Error, Page

from labpool.jobs.scrape.guard import GuardProxy, Limits, Rules

from .errors import BrowserDied

PAGE_USES = 50
"""Items that a page serves before a fresh one takes its place: scripts leave things behind."""
CLOSE_S = 3.0
"""How long a page may take to close, seconds; one whose script spins never does."""


@dataclass(frozen=True)
class Visitor:
    """Who visits: everything that two runs must share to share cookies and cache.

    Attributes:
        state: Storage state as JSON, or "".
        apart: Whatever tells visitors without one apart: the site may give them cookies.
        agent: The name under which pages are asked for.
        allowed: Hosts with private addresses that may be reached all the same.
        response_bytes: Largest answer.
    """

    state: str = field(default="", repr=False)
    apart: str = ""
    agent: str = ""
    allowed: tuple[str, ...] = ()
    response_bytes: int | None = None


class Visit:
    """A visitor's context in one browser, behind a proxy of its own.

    Attributes:
        guard: The proxy that every request goes through.
        stuck: Pages that did not open or close: the browser has to go.
    """

    def __init__(self, context: BrowserContext, guard: GuardProxy) -> None:
        self.context = context
        self.guard = guard
        self.stuck = 0
        self._idle: list[Page] = []
        self._uses: dict[Page, int] = {}
        context.on("page", self._on_page)

    @classmethod
    async def open(cls, browser: Browser, visitor: Visitor) -> Visit:
        """Open a visit: no downloads, no service workers, nothing past the proxy."""
        guard = GuardProxy(Rules(visitor.allowed), Limits(response_bytes=visitor.response_bytes))
        await guard.start()
        try:
            context = await browser.new_context(
                storage_state=json.loads(visitor.state) if visitor.state else None,
                user_agent=visitor.agent or None,
                proxy=guard.settings,  # type: ignore[arg-type]  # a TypedDict with fewer keys
                service_workers="block",
                accept_downloads=False,
            )
        except BaseException:
            await asyncio.shield(guard.close())
            raise
        return cls(context, guard)

    @property
    def request(self) -> APIRequestContext:
        """Asks for addresses with the visitor's cookies, through the proxy."""
        return self.context.request

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Page]:
        """Lend a page; it is used again only where nothing went wrong.

        Raises:
            BrowserDied: There is no browser to make one.
        """
        page = self._idle.pop() if self._idle else await self._new_page()
        try:
            yield page
        except BaseException:
            await asyncio.shield(self._discard(page))
            raise
        self._uses[page] = self._uses.get(page, 0) + 1
        if self._uses[page] >= PAGE_USES or page.is_closed():
            await self._discard(page)
        else:
            self._idle.append(page)

    async def close(self) -> None:
        """Close the context and its proxy."""
        try:
            async with asyncio.timeout(CLOSE_S):
                await self.context.close()
        except (Error, TimeoutError):
            pass  # the browser has gone, or will be killed
        finally:
            await self.guard.close()

    async def _new_page(self) -> Page:
        try:
            page = await self.context.new_page()
        except Error as error:
            raise BrowserDied(error.message) from error
        self._uses[page] = 0
        page.on("dialog", _answer)
        return page

    async def _discard(self, page: Page) -> None:
        self._uses.pop(page, None)
        try:
            async with asyncio.timeout(CLOSE_S):
                await page.close()
        except TimeoutError:
            self.stuck += 1
        except Error:
            return  # it has crashed, or the browser has gone

    def _on_page(self, page: Page) -> None:
        """Close what a page opens by itself."""
        opener = asyncio.ensure_future(self._close_popup(page))
        opener.add_done_callback(_done)

    async def _close_popup(self, page: Page) -> None:
        try:
            if await page.opener() is not None:
                await self._discard(page)
        except Error:
            return


async def _answer(dialog: Dialog) -> None:
    """Say no, but never keep a page from being left."""
    try:
        if dialog.type == "beforeunload":
            await dialog.accept()
        else:
            await dialog.dismiss()
    except Error:
        return  # its page has gone


def _done(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        task.exception()
