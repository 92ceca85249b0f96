"""The bad pages of the tests' site do in a real browser what they are there for."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import pytest
from playwright.async_api import Error, Page, async_playwright

from support.lab_page import FLAGS
from support.site import LocalSite

CHROMIUM = os.environ.get("LABPOOL_CHROMIUM")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="LABPOOL_CHROMIUM is not set"),
]


def note(seen: list[str], what: str, _: Page) -> None:
    seen.append(what)


async def test_pages_that_misbehave_in_the_browser() -> None:
    names = ["dialogs", "popups", "download", "loop", "crash"]
    happened: dict[str, list[str]] = {name: [] for name in names}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*FLAGS, "--js-flags=--max-old-space-size=256"]
        )
        with LocalSite() as site:
            state: Any = site.login()
            context = await browser.new_context(storage_state=state)
            for ticket, name in enumerate(names, 1):
                site.faults[ticket] = name
                page, seen = await context.new_page(), happened[name]
                page.on("popup", partial(note, seen, "popup"))
                page.on("crash", partial(note, seen, "crash"))
                try:
                    await page.goto(site.ticket_url(ticket), wait_until="commit")
                    await page.wait_for_selector("#ticket[data-ready]", state="attached")
                    seen.append(await page.inner_text(".author"))
                except Error as error:
                    seen.append(error.message)
        await browser.close()
    assert len(happened["dialogs"]) == 1
    assert happened["dialogs"][0] == "John Smith"
    assert sorted(happened["popups"]) == ["popup", "popup", "popup", "رضا کریمی"]
    assert "Download is starting" in happened["download"][0]
    assert "TOO_MANY_REDIRECTS" in happened["loop"][0]
    assert "crash" in happened["crash"]
