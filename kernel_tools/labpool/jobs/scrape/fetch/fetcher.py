"""Takes one item from its target to its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from playwright.async_api import Error, Page

from labpool.items import Done, NewItem, NewRecord
from labpool.jobs.scrape.browser import BrowserDied, BrowserHost, Visit, Visitor
from labpool.jobs.scrape.parse import Got, Parsed, parse
from labpool.jobs.scrape.polite import pause_before, worth_a_retry
from labpool.jobs.scrape.recipe import Recipe
from labpool.jobs.scrape.targeting import Target
from labpool.jobs.scrape.template import TemplateError
from labpool.wire.items import Item

from .calls import Calls, Html
from .errand import Errand
from .evidence import Evidence
from .failures import ItemFailed, of_browser
from .haul import Answers, Haul, broken_gap, hidden
from .opened import Opened
from .pages import open_page
from .together import all_of
from .turns import Turns

BROWSER_DEATHS = 3
"""Browsers that one item may see die before it is taken for the reason."""
LOOK_S = 3.0
"""How long a look at a page that failed may take, seconds; a picture waits for its fonts."""

Say = Callable[[str], None]


class Fetcher:
    """Fetches items of one run on one worker.

    Args:
        recipe: What to do.
        host: The browser.
        visitor: Who visits.
        turns: Lets requests through.
        evidence: Keeps what shows why an item failed.
        most_items: Items that the run may have, the followed ones included.
    """

    def __init__(
        self,
        recipe: Recipe,
        host: BrowserHost,
        visitor: Visitor,
        turns: Turns,
        evidence: Evidence,
        most_items: int,
    ) -> None:
        self._recipe = recipe
        self._host = host
        self._visitor = visitor
        self._turns = turns
        self._evidence = evidence
        self._most_items = most_items

    async def fetch(self, item: Item, say: Say) -> Done:
        """Fetch an item, as often as that can help.

        Args:
            say: Takes what is being done, for people.

        Raises:
            HostResting: The host will not be asked for a long while.
            NoBrowser: None can be started.
            SessionExpired: The site asks for a login.
        """
        began, timeouts, tried = time.monotonic(), 0, 0
        haul, in_vain = Haul(), 0
        while True:
            tried, size = tried + 1, haul.size
            try:
                await self._once(item, say, haul)
                done = self._done(item, haul)
                break
            except ItemFailed as failed:
                haul.late = failed.opened or haul.late
                if haul.size > size:  # what it stopped at is another thing than before
                    timeouts = in_vain = 0
                timeouts, in_vain = timeouts + (failed.kind == "timeout"), in_vain + 1
                if not self._may_help(failed, in_vain, timeouts):
                    done = await self._ended(item, haul, failed)
                    break
                say(f"tries again after {failed.reason}")
                await asyncio.sleep(pause_before(in_vain + 1, failed.retry_after_s))
        seconds = round(time.monotonic() - began, 3)
        return replace(done, seconds=seconds, tries=tried)

    def _may_help(self, failed: ItemFailed, in_vain: int, timeouts: int) -> bool:
        if failed.kind is None or in_vain >= self._recipe.limits.tries:
            return False
        return worth_a_retry(failed.kind, status=failed.status, timeouts=timeouts)

    async def _once(self, item: Item, say: Say, haul: Haul) -> None:
        deaths = 0
        while True:
            try:
                return await self._visit(item, say, haul)
            except BrowserDied as died:
                deaths += 1
                if deaths >= BROWSER_DEATHS:
                    text = f"The browser died {deaths} times in a row while it read this item."
                    raise ItemFailed("browser_died", text) from died
                say("has lost its browser, takes another")

    async def _visit(self, item: Item, say: Say, haul: Haul) -> None:
        if not self._recipe.uses_page:
            async with self._host.visit(self._visitor) as visit:
                try:
                    return await self._read(item, say, visit, None, haul)
                except ItemFailed:
                    self._evidence.conceal(await _cookies(visit))
                    raise
        async with self._host.page(self._visitor) as (visit, page):
            before = page.url
            try:
                return await self._read(item, say, visit, page, haul)
            except ItemFailed as failed:
                self._evidence.conceal(await _cookies(visit))
                is_own = page.url != before or haul.opened is None
                if failed.kept is None and failed.reason != "page_crashed" and is_own:
                    failed.kept, failed.suffix = await _seen(page)
                raise

    async def _read(
        self, item: Item, say: Say, visit: Visit, page: Page | None, haul: Haul
    ) -> None:
        seconds = self._recipe.limits.item_s
        try:
            async with Errand(say, seconds) as errand:
                await self._read_all(item, errand, visit, page, haul)
        except TimeoutError as error:
            text = f"The item took longer than {seconds:g} s."
            raise ItemFailed("timeout", text, kind="timeout", facts={"seconds": seconds}) from error

    async def _read_all(
        self, item: Item, errand: Errand, visit: Visit, page: Page | None, haul: Haul
    ) -> None:
        """Read what the first page and the calls bring, then the further pages."""
        if not haul.pages:
            await self._fetch_first(item, errand, visit, page, haul)
            errand.say("reads the records")
            await self._take(item, haul, haul.opened)
        if page is not None:
            while haul.leads_on(self._recipe.next) and haul.next_url:
                haul.late = None
                opened = await self._open_url(haul.next_url, errand, visit, page)
                await self._take(item, haul, opened)

    async def _fetch_first(
        self, item: Item, errand: Errand, visit: Visit, page: Page | None, haul: Haul
    ) -> None:
        """Fetch page and calls at the same time."""
        target = Target(item.id, item.target)
        opened: asyncio.Task[None] | None = None
        if page is not None:
            opened = asyncio.create_task(self._open(target, errand, visit, page, haul))
        calls = self._calls(target, errand, visit)
        made = [
            asyncio.create_task(
                calls.make(
                    call, _html_of(opened, haul), haul.answers.setdefault(call.name, Answers())
                )
            )
            for call in (self._recipe.api if self._recipe.mode != "page" else ())
        ]
        try:
            await all_of(made, outlast=opened)
        except ExceptionGroup as group:
            raise _the_worst(group, item) from group

    async def _take(self, item: Item, haul: Haul, opened: Opened | None) -> None:
        """Read the records of a page, the first one with its calls."""
        got = Got(opened.html, opened.url, {}) if haul.pages and opened else haul.got()
        target = Target(item.id, item.target)
        leads_on = self._leads_on(item)
        parsed = await asyncio.to_thread(parse, self._recipe, got, target, leads_on=leads_on)
        haul.add(parsed, opened)

    def _leads_on(self, item: Item) -> bool:
        """Whether links of an item become items."""
        return self._recipe.follow is not None and item.depth < self._recipe.follow.depth

    async def _open(
        self, target: Target, errand: Errand, visit: Visit, page: Page, haul: Haul
    ) -> None:
        if haul.opened is not None:
            return
        try:
            url = self._recipe.page_url(target.fields)
        except TemplateError as error:
            raise ItemFailed("bad_target", str(error)) from error
        haul.opened = await self._open_url(url, errand, visit, page)

    async def _open_url(self, url: str, errand: Errand, visit: Visit, page: Page) -> Opened:
        async with self._turns.request(url, errand):
            errand.say("opens the page")
            opened = await open_page(self._recipe, visit, page, url)
            await self._turns.check(url, opened.url)
            return opened

    def _calls(self, target: Target, errand: Errand, visit: Visit) -> Calls:
        return Calls(self._recipe, visit, self._turns, dict(target.fields), errand)

    async def _ended(self, item: Item, haul: Haul, failed: ItemFailed) -> Done:
        """Return what is left of an item that no further try can help."""
        came = haul.late or any(each.pages for each in haul.answers.values())
        has_page = haul.opened or haul.late or not self._recipe.uses_page
        if (haul.pages and haul.late) or (not haul.pages and came and has_page):
            with suppress(ItemFailed):
                await self._take(item, haul, haul.late or haul.opened)
        kept = None
        if failed.kept is not None:
            kept = await asyncio.to_thread(self._evidence.keep, item.id, failed.suffix, failed.kept)
        if not haul.has_something:
            message = self._evidence.hide(failed.message)
            return Done(state="failed", reason=failed.reason, message=message, artifact=kept)
        haul.end(failed)
        return replace(self._done(item, haul), artifact=kept)

    def _done(self, item: Item, haul: Haul) -> Done:
        records = [
            NewRecord(record.key, record.data) for page in haul.pages for record in page.records
        ]
        broken = [each for page in haul.pages for each in page.broken]
        found = self._found(item, haul.pages)
        if broken and not records and not found:
            html = haul.opened.html.encode() if haul.opened else None
            raise ItemFailed("nothing_found", broken_gap(broken).message, kept=html, suffix=".html")
        gaps = [hidden(gap, self._evidence.hide) for gap in haul.all_gaps()]
        return Done(
            state="partial" if gaps else "ok",
            gaps=gaps,
            records=records,
            broken=len(broken),
            found=found,
            most_items=self._most_items,
        )

    def _found(self, item: Item, pages: list[Parsed]) -> list[NewItem]:
        rule = self._recipe.follow
        if rule is None or item.depth >= rule.depth:
            return []
        links = dict.fromkeys(link for page in pages for link in page.links)
        return [
            NewItem(link, {"url": link, **(self._recipe.fields_of(link) or {})}, item.depth + 1)
            for link in links
        ]


def _html_of(opened: asyncio.Task[None] | None, haul: Haul) -> Html | None:
    if opened is None:
        return None

    async def html() -> str:
        await opened
        return haul.opened.html if haul.opened else ""

    return html


def _the_worst(group: ExceptionGroup[Exception], item: Item) -> Exception:
    """Return what of several errors says the most: what ends more than this item goes first."""
    grave = [e for e in group.exceptions if not isinstance(e, ItemFailed | Error)]
    worst = (grave or group.exceptions)[0]
    return of_browser(worst, item.id) if isinstance(worst, Error) else worst


async def _cookies(visit: Visit) -> list[str]:
    """Return the values of the session's cookies as they are now; the site may have given more."""
    try:
        return [cookie["value"] for cookie in await visit.context.cookies()]
    except Error:
        return []  # the browser has gone, and nothing of it will be kept


async def _seen(page: Page) -> tuple[bytes | None, str]:
    """Return a picture of the page, else its text, and the suffix of the file."""
    # Playwright's own limits do not hold for a page whose script never ends.
    with suppress(Error, TimeoutError):
        async with asyncio.timeout(LOOK_S):
            return await page.screenshot(), ".png"
    with suppress(Error, TimeoutError):
        async with asyncio.timeout(LOOK_S):
            return (await page.content()).encode(), ".html"
    return None, ""  # there is nothing to be seen
