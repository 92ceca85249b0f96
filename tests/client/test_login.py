"""The window in which a person logs in; the person is played by a script, the screen by none."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from labpool.client.login import apart, watch
from support.site import LocalSite

CHROMIUM = os.environ.get("LABPOOL_CHROMIUM", "")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="LABPOOL_CHROMIUM is not set"),
]


class Window:
    """A browser whose visitor does something in each page.

    Args:
        browser: The browser.
        script: What is done.
    """

    def __init__(self, browser: Browser, script: str) -> None:
        self._browser = browser
        self._script = script
        self.contexts: list[BrowserContext] = []

    def new_context(self, **_: Any) -> BrowserContext:
        context = self._browser.new_context()
        self.contexts.append(context)
        context.add_init_script(
            f"document.addEventListener('DOMContentLoaded', () => {{ {self._script} }})"
        )
        return context

    def close(self) -> None:
        self._browser.close()


@pytest.fixture
def site() -> Iterator[LocalSite]:
    with LocalSite(tickets=3) as site:
        yield site


@pytest.fixture
def opened() -> Iterator[Callable[[str], Window]]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield lambda script: Window(browser, script)
        browser.close()


LOGS_IN = """
localStorage.setItem('seen', 'yes');
const form = document.querySelector('form');
if (location.pathname === '/login' && form) {
  form.querySelector('[name=username]').value = 'tester';
  form.querySelector('[name=password]').value = 'open sesame';
  form.submit();
}
"""


def test_the_session_is_taken_when_the_address_is_reached(
    site: LocalSite, opened: Callable[[str], Window]
) -> None:
    state = watch(opened(LOGS_IN), f"{site.url}/login", lambda url: "/login" not in url)
    sid = {cookie["name"]: cookie["value"] for cookie in state["cookies"]}["sid"]
    assert site.sessions.use(sid)
    assert state["origins"][0]["localStorage"] == [{"name": "seen", "value": "yes"}]


def test_the_session_is_taken_when_the_window_is_closed(
    site: LocalSite, opened: Callable[[str], Window]
) -> None:
    window = opened(LOGS_IN)

    def close(url: str) -> bool:
        if "/login" not in url:
            window.contexts[0].pages[0].close()
        return False

    state = watch(window, f"{site.url}/login", close)
    sid = {cookie["name"]: cookie["value"] for cookie in state["cookies"]}["sid"]
    assert site.sessions.use(sid)


async def test_it_opens_beside_an_event_loop_that_runs_as_in_a_notebook(site: LocalSite) -> None:
    def window(over: Callable[[str], bool]) -> dict[str, Any]:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            return watch(browser, f"{site.url}/login", over)

    state = apart(window, lambda url: url.endswith("/login"))
    assert [cookie["name"] for cookie in state["cookies"]] == ["csrftoken"]
