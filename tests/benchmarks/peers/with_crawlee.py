"""Crawlee's Playwright crawler on the same pages: eight at once, one browser, no fingerprints."""

# ruff: noqa: T201 - it talks to its parent

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from typing import Any

from crawlee import ConcurrencySettings
from crawlee.crawlers import (
    PlaywrightCrawler,
    PlaywrightCrawlingContext,
    PlaywrightPreNavCrawlingContext,
)
from crawlee.storage_clients import MemoryStorageClient


async def crawl(work: dict[str, Any]) -> tuple[float, int]:
    """Crawl; return seconds and records."""
    records = 0
    crawler = PlaywrightCrawler(
        headless=True,
        storage_client=MemoryStorageClient(),
        configure_logging=False,
        fingerprint_generator=None,
        browser_launch_options={"executable_path": work["browser"], "chromium_sandbox": False},
        concurrency_settings=ConcurrencySettings(
            min_concurrency=8, max_concurrency=8, desired_concurrency=8
        ),
    )

    # A storage state does not reach its shared profile, whose cache makes it faster.
    @crawler.pre_navigation_hook
    async def log_in(context: PlaywrightPreNavCrawlingContext) -> None:
        await context.page.context.add_cookies(work["state"]["cookies"])

    @crawler.router.default_handler
    async def handle(context: PlaywrightCrawlingContext) -> None:
        nonlocal records
        page = context.page
        await page.wait_for_selector("#ticket[data-ready]", state="attached")
        cookies = {c["name"]: c["value"] for c in await page.context.cookies()}
        ticket, cursor = context.request.url.rsplit("/", 1)[-1], ""
        while cursor is not None:
            url = f"{work['site']}/api/tickets/{ticket}/activities?cursor={cursor}"
            headers = {"X-CSRFToken": cookies["csrftoken"]}
            answer = await (await page.context.request.get(url, headers=headers)).json()
            records += sum(a["html"].count('class="revision"') for a in answer["activities"])
            cursor = answer["next"]

    began = time.perf_counter()
    await crawler.run([f"{work['site']}/tickets/{ticket}" for ticket in work["tickets"]])
    return time.perf_counter() - began, records


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    print(json.dumps(asyncio.run(crawl(json.load(sys.stdin)))))
