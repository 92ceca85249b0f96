"""scrapy-playwright on the same pages: eight at once, one browser context."""

# ruff: noqa: T201 - it talks to its parent

from __future__ import annotations

import json
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy_playwright.page import PageMethod

WORK: dict[str, Any] = json.load(sys.stdin)


class Tickets(scrapy.Spider):  # type: ignore[misc]  # it is not installed where this is checked
    """Reads the tickets' pages and their activities."""

    name = "tickets"
    records = 0

    async def start(self) -> AsyncIterator[scrapy.Request]:
        """Ask for every ticket."""
        for ticket in WORK["tickets"]:
            yield scrapy.Request(
                f"{WORK['site']}/tickets/{ticket}",
                meta={
                    "playwright": True,
                    "playwright_include_page": True,
                    "playwright_page_methods": [
                        PageMethod("wait_for_selector", "#ticket[data-ready]", state="attached")
                    ],
                },
            )

    async def parse(self, response: Any) -> None:
        """Read the activities in the same session."""
        page = response.meta["playwright_page"]
        cookies = {c["name"]: c["value"] for c in await page.context.cookies()}
        ticket, cursor = response.url.rsplit("/", 1)[-1], ""
        while cursor is not None:
            url = f"{WORK['site']}/api/tickets/{ticket}/activities?cursor={cursor}"
            headers = {"X-CSRFToken": cookies["csrftoken"]}
            answer = await (await page.context.request.get(url, headers=headers)).json()
            Tickets.records += sum(
                a["html"].count('class="revision"') for a in answer["activities"]
            )
            cursor = answer["next"]
        await page.close()


def main() -> None:
    """Crawl; print seconds and records."""
    handler = "scrapy_playwright.handler.ScrapyPlaywrightDownloadHandler"
    process = CrawlerProcess(
        {
            "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
            "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
            "CONCURRENT_REQUESTS": 8,
            "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
            "DOWNLOAD_DELAY": 0,
            "PLAYWRIGHT_LAUNCH_OPTIONS": {"executable_path": WORK["browser"]},
            "PLAYWRIGHT_CONTEXTS": {"default": {"storage_state": WORK["state"]}},
            "LOG_LEVEL": "ERROR",
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    began = time.perf_counter()
    process.crawl(Tickets)
    process.start()
    print(json.dumps([time.perf_counter() - began, Tickets.records]))


if __name__ == "__main__":
    main()
