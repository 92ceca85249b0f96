"""Opens a page and waits until it is ready."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from playwright.async_api import Error, Page, Response
from playwright.async_api import TimeoutError as PageTimeout

from labpool.jobs.scrape.browser import Visit
from labpool.jobs.scrape.parse import expired
from labpool.jobs.scrape.recipe import Recipe

from .answers import failure
from .failures import ItemFailed, SessionExpired, of_browser, of_refusal, refusal_of


@dataclass(frozen=True)
class Opened:
    """A page that is ready.

    Attributes:
        html: As it stood then.
        url: Its final address.
    """

    html: str
    url: str


async def open_page(recipe: Recipe, visit: Visit, page: Page, url: str) -> Opened:
    """Open a page.

    Raises:
        ItemFailed: It does not come, or not to what the recipe waits for.
        SessionExpired: The site asks for a login.
    """
    if recipe.page is None:
        raise ValueError("the recipe opens no page")
    limit_ms = recipe.limits.navigation_s * 1000
    end = asyncio.get_running_loop().time() + recipe.limits.navigation_s
    try:
        response = await page.goto(url, wait_until=recipe.page.wait_until, timeout=limit_ms)
        await _check(recipe, page, response, url)
        for css in recipe.page.ready:
            left = max(end - asyncio.get_running_loop().time(), 0.001)
            await page.wait_for_selector(css, state="attached", timeout=left * 1000)
        opened = Opened(await page.content(), page.url)
    except PageTimeout as error:
        if expired(recipe, page.url, 200):
            raise SessionExpired(url) from error  # a script led to the login
        raise _not_ready(recipe, url) from error
    except Error as error:
        raise of_browser(error, url, visit.guard) from error
    cut = refusal_of(visit.guard, opened.url)
    if cut is not None and cut.code == "too_large":
        raise of_refusal(cut.code, cut.message)
    if await asyncio.to_thread(expired, recipe, opened.url, 200, opened.html):
        raise SessionExpired(url)
    return opened


async def _check(recipe: Recipe, page: Page, response: Response | None, url: str) -> None:
    """Look at the answer itself, before its scripts have their say."""
    if response is None:
        return
    if expired(recipe, page.url, response.status):
        raise SessionExpired(url)
    failed = failure(response.url, response.status, response.headers)
    if failed is not None:
        raise failed


def _not_ready(recipe: Recipe, url: str) -> ItemFailed:
    waits = ", ".join(recipe.page.ready) if recipe.page else ""
    what = f"had no {waits}" if waits else "did not come"
    text = f"{url} {what} within {recipe.limits.navigation_s:g} s."
    return ItemFailed("timeout", text, kind="timeout", blames_host=not waits)
