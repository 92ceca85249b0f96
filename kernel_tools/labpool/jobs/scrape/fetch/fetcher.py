"""Takes one item from its target to its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from playwright.async_api import Error, Page

from labpool.items import Done, NewItem, NewRecord
from labpool.jobs.scrape.browser import BrowserDied, BrowserHost, Visit, Visitor
from labpool.jobs.scrape.parse import Got, Parsed, parse
from labpool.jobs.scrape.polite import pause_before, worth_a_retry
from labpool.jobs.scrape.recipe import Recipe
from labpool.jobs.scrape.targeting import Target
from labpool.jobs.scrape.template import TemplateError
from labpool.wire.items import Item

from .calls import Calls
from .errand import Errand
from .evidence import Evidence
from .failures import ItemFailed, of_browser
from .pages import Opened, open_page
from .together import all_of
from .turns import Turns

BROWSER_DEATHS = 3
"""Browsers that one item may see die before it is taken for the reason."""
LOOKS_AT = 3
"""Broken parts that are told of an item."""
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
        while True:
            tried += 1
            try:
                done = await self._once(item, say)
                break
            except ItemFailed as failed:
                timeouts += failed.kind == "timeout"
                if not self._may_help(failed, tried, timeouts):
                    done = await self._failed(item, failed)
                    break
                say(f"tries again after {failed.reason}")
                await asyncio.sleep(pause_before(tried + 1, failed.retry_after_s))
        seconds = round(time.monotonic() - began, 3)
        return replace(done, seconds=seconds, tries=tried)

    def _may_help(self, failed: ItemFailed, tried: int, timeouts: int) -> bool:
        if failed.kind is None or tried >= self._recipe.limits.tries:
            return False
        return worth_a_retry(failed.kind, status=failed.status, timeouts=timeouts)

    async def _once(self, item: Item, say: Say) -> Done:
        deaths = 0
        while True:
            try:
                return await self._visit(item, say)
            except BrowserDied as died:
                deaths += 1
                if deaths >= BROWSER_DEATHS:
                    text = f"The browser died {deaths} times in a row while it read this item."
                    raise ItemFailed("browser_died", text) from died
                say("has lost its browser, takes another")

    async def _visit(self, item: Item, say: Say) -> Done:
        if not self._recipe.uses_page:
            async with self._host.visit(self._visitor) as visit:
                try:
                    return await self._read(item, say, visit, None)
                except ItemFailed:
                    self._evidence.conceal(await _cookies(visit))
                    raise
        async with self._host.page(self._visitor) as (visit, page):
            try:
                return await self._read(item, say, visit, page)
            except ItemFailed as failed:
                self._evidence.conceal(await _cookies(visit))
                if failed.kept is None and failed.reason != "page_crashed":
                    failed.kept, failed.suffix = await _seen(page)
                raise

    async def _read(self, item: Item, say: Say, visit: Visit, page: Page | None) -> Done:
        seconds = self._recipe.limits.item_s
        try:
            async with Errand(say, seconds) as errand:
                return await self._read_all(item, errand, visit, page)
        except TimeoutError as error:
            text = f"The item took longer than {seconds:g} s."
            raise ItemFailed("timeout", text, kind="timeout") from error

    async def _read_all(self, item: Item, errand: Errand, visit: Visit, page: Page | None) -> Done:
        """Fetch page and calls at the same time, then read the records."""
        target = Target(item.id, item.target)
        opened: asyncio.Task[Opened] | None = None
        if page is not None:
            opened = asyncio.create_task(self._open(target, errand, visit, page))
        calls = self._calls(target, errand, visit)
        made = {
            call.name: asyncio.create_task(calls.make(call, _html_of(opened)))
            for call in (self._recipe.api if self._recipe.mode != "page" else ())
        }
        try:
            await all_of([*([opened] if opened else []), *made.values()])
        except ExceptionGroup as group:
            raise _the_worst(group, item) from group
        errand.say("reads the records")
        first = opened.result() if opened else Opened("", "")
        api = {name: task.result() for name, task in made.items()}
        got = Got(first.html if opened else None, first.url, api)
        parsed = await asyncio.to_thread(parse, self._recipe, got, target)
        pages = [parsed]
        if page is not None:
            pages += await self._further(parsed, target, errand, visit, page)
        return self._done(item, pages, got)

    async def _open(self, target: Target, errand: Errand, visit: Visit, page: Page) -> Opened:
        try:
            url = self._recipe.page_url(target.fields)
        except TemplateError as error:
            raise ItemFailed("bad_target", str(error)) from error
        return await self._open_url(url, errand, visit, page)

    async def _open_url(self, url: str, errand: Errand, visit: Visit, page: Page) -> Opened:
        async with self._turns.request(url, errand):
            errand.say("opens the page")
            return await open_page(self._recipe, visit, page, url)

    def _calls(self, target: Target, errand: Errand, visit: Visit) -> Calls:
        return Calls(self._recipe, visit, self._turns, dict(target.fields), errand)

    async def _further(
        self, parsed: Parsed, target: Target, errand: Errand, visit: Visit, page: Page
    ) -> list[Parsed]:
        """Read the pages that the first one leads to."""
        found: list[Parsed] = []
        rule, seen = self._recipe.next, {page.url}
        while rule and parsed.next_url and len(found) + 1 < rule.max_pages:
            if parsed.next_url in seen:
                break
            seen.add(parsed.next_url)
            opened = await self._open_url(parsed.next_url, errand, visit, page)
            got = Got(opened.html, opened.url, {})
            parsed = await asyncio.to_thread(parse, self._recipe, got, target)
            found.append(parsed)
        return found

    def _done(self, item: Item, pages: list[Parsed], got: Got) -> Done:
        records = {record.key: record.data for page in pages for record in page.records}
        broken = [each for page in pages for each in page.broken]
        if broken and not records:
            kept = got.page_html.encode() if got.page_html else None
            raise ItemFailed("nothing_found", _told(broken), kept=kept, suffix=".html")
        return Done(
            state="partial" if broken else "ok",
            reason="broken" if broken else "",
            message=self._evidence.hide(_told(broken)) if broken else "",
            records=[NewRecord(key, data) for key, data in records.items()],
            broken=len(broken),
            found=self._found(item, pages),
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

    async def _failed(self, item: Item, failed: ItemFailed) -> Done:
        kept = None
        if failed.kept is not None:
            kept = await asyncio.to_thread(self._evidence.keep, item.id, failed.suffix, failed.kept)
        message = self._evidence.hide(failed.message)
        return Done(state="failed", reason=failed.reason, message=message, artifact=kept)


def _html_of(opened: asyncio.Task[Opened] | None) -> Any:
    if opened is None:
        return None

    async def html() -> str:
        return (await opened).html

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


def _told(broken: list[Any]) -> str:
    first = "; ".join(
        f"{each.where}{f', {each.field}' if each.field else ''}: {each.reason}"
        for each in broken[:LOOKS_AT]
    )
    more = f"; and {len(broken) - LOOKS_AT} more" if len(broken) > LOOKS_AT else ""
    return f"{len(broken)} parts could not be read: {first}{more}"
