"""A real browser behind the guard: the page of the attack reaches nothing, all else works."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Error, async_playwright

from labpool.jobs.scrape.guard import BROWSER_ARGS, GuardProxy, Limits, Rules
from support.lab_page import FLAGS
from support.site import LocalSite, Secret
from support.site.traps import CHANNELS

from .conftest import LIMITS, guarded

CHROMIUM = os.environ.get("LABPOOL_CHROMIUM")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="LABPOOL_CHROMIUM is not set"),
]


@pytest.fixture
def site() -> Iterator[LocalSite]:
    with LocalSite() as site:
        yield site


@pytest.fixture
def secret(site: LocalSite) -> Iterator[Secret]:
    with Secret() as secret:
        site.secret_url = secret.url
        yield secret


@asynccontextmanager
async def opened(
    site: LocalSite, guard: GuardProxy | None, *args: str
) -> AsyncIterator[BrowserContext]:
    """Open a browser with a session of the site."""
    behind: Mapping[str, Any] = {"proxy": guard.settings} if guard else {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*FLAGS, *args], **behind
        )
        try:
            state: Any = site.login()
            yield await browser.new_context(
                storage_state=state, service_workers="block", accept_downloads=False
            )
        finally:
            await browser.close()


async def show(context: BrowserContext, site: LocalSite, ticket: int) -> str:
    """Return the title of a ticket's page when it is ready."""
    page = await context.new_page()
    await page.goto(site.ticket_url(ticket))
    await page.wait_for_selector("#ticket[data-ready]", state="attached")
    return await page.title()


async def attack(context: BrowserContext, site: LocalSite, ticket: int) -> None:
    """Open the page of the attack, until it has tried everything and has left."""
    site.faults[ticket] = "attack"
    page = await context.new_page()
    await page.goto(site.ticket_url(ticket), wait_until="commit")
    await page.wait_for_url(f"{site.secret_url}redirect", wait_until="commit")


async def test_without_the_guard_every_way_is_open(site: LocalSite, secret: Secret) -> None:
    async with opened(site, None) as context:
        await attack(context, site, 2)
        secret.wait_for(CHANNELS)


async def test_behind_the_guard_no_way_is_open(site: LocalSite, secret: Secret) -> None:
    async with (
        guarded(f"127.0.0.1:{site.port}") as guard,
        opened(site, guard, *BROWSER_ARGS) as context,
    ):
        assert "#1" in await show(context, site, 1)
        await attack(context, site, 2)
        refusal = guard.refusal_for(secret.url)
        assert refusal
        assert refusal.code == "private_address"

        site.faults[3] = "redirect_private"
        page = await context.new_page()
        answer = await page.goto(site.ticket_url(3))
        assert answer
        assert answer.status == 403
        assert answer.headers["x-labpool-refused"] == "private_address"
        with pytest.raises(Error, match="ERR_TUNNEL_CONNECTION_FAILED"):
            await page.goto(secret.url.replace("http:", "https:"))

        local = f"http://localhost:{secret.port}/"
        for url in (secret.url, site.ticket_url(3), local, secret.url.replace("http:", "https:")):
            got = await context.request.get(url)
            assert (got.status, got.headers["x-labpool-refused"]) == (403, "private_address")

        assert "#4" in await show(context, site, 4)
        assert guard.bytes_down > 300_000
    assert secret.hits == []


async def test_an_answer_without_end_is_cut_with_a_password_too(site: LocalSite) -> None:
    limits = Limits(response_bytes=2_000_000, linger_s=LIMITS.linger_s)
    site.faults[1] = "huge"
    async with (
        guarded(f"127.0.0.1:{site.port}", limits=limits, owner=lambda *_: None) as guard,
        opened(site, guard, *BROWSER_ARGS) as context,
    ):
        assert "password" in guard.settings
        assert "#2" in await show(context, site, 2)
        with pytest.raises(Error):
            await context.request.get(site.activities_url(1), headers=csrf(await context.cookies()))
        refusal = guard.refusal_for(site.url)
        assert refusal
        assert refusal.code == "too_large"
        assert guard.bytes_down < 4_000_000


async def test_names_lead_where_the_rules_say() -> None:
    """The browser knows no such name; only the guard asks for it."""

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    with LocalSite(host="tracker.lan") as site:
        guard = GuardProxy(Rules([f"tracker.lan:{site.port}"], resolve), LIMITS)
        await guard.start()
        async with opened(site, guard, *BROWSER_ARGS) as context:
            for ticket in (1, 2, 3):
                assert f"#{ticket}" in await show(context, site, ticket)
            assert site.log.counts()["/static/app.css"] == 1  # the browser's cache is on
            assert {seen.host for seen in site.log.all()} == {f"tracker.lan:{site.port}"}
            got = await context.request.get(f"http://other.lan:{site.port}/")
            assert got.headers["x-labpool-refused"] == "private_address"
        await guard.close()


def csrf(cookies: Any) -> dict[str, str]:
    values = {one["name"]: one["value"] for one in cookies}
    return {"X-CSRFToken": values["csrftoken"]}
