"""A browser's window in which a person logs in."""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from labpool.wire.errors import InvalidParams, KindUnavailable

LOOK_MS = 300
"""Pause between two looks at what the person has done, milliseconds."""
NAMES = ("google-chrome", "google-chrome-stable", "chromium", "chromium-browser")
"""Browsers with a window, looked for where Playwright has none of its own."""


def log_in(name: str, url: str, done: str | None = None) -> dict[str, Any]:
    """Let a person log in, and return the storage state.

    Args:
        name: Of the session, for what to do where there is no window.
        url: The page to log in at.
        done: Regular expression of the address that is reached then.

    Raises:
        KindUnavailable: There is no screen, no Playwright or no browser here.
        InvalidParams: ``done`` is no regular expression.
    """
    reached = _reached(done)
    if not has_screen():
        raise _elsewhere(name, url, "there is no screen here")
    try:
        from playwright.sync_api import Error
    except ImportError:
        raise _elsewhere(name, url, "Playwright is not installed here") from None
    try:
        return apart(lambda over: _in_window(url, over), reached)
    except Error as error:
        raise _elsewhere(name, url, f"no window could be opened ({error.message})") from None


def apart(
    call: Callable[[Callable[[str], bool]], dict[str, Any]], reached: Callable[[str], bool]
) -> dict[str, Any]:
    """Call on a thread of its own: in a notebook an event loop runs on this one.

    Args:
        call: Takes ``reached``, which also tells it to end when the waiting is interrupted.
        reached: Tells by a page's address whether the login is done.
    """
    stop = threading.Event()
    with ThreadPoolExecutor(1, "labpool-login") as own:
        calling = own.submit(call, lambda url: stop.is_set() or reached(url))
        try:
            return calling.result()
        except BaseException:
            stop.set()
            raise


def _in_window(url: str, over: Callable[[str], bool]) -> dict[str, Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(headless=False, executable_path=_program())
        return watch(browser, url, over)


def has_screen() -> bool:
    """Tell whether a window can be opened here."""
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def watch(browser: Any, url: str, reached: Callable[[str], bool]) -> dict[str, Any]:
    """Return the storage state as it was last while the window was open.

    Args:
        browser: Playwright's; it is closed.
        url: The page to begin with.
        reached: Tells by a page's address whether the login is done.
    """
    from playwright.sync_api import Error

    context = browser.new_context(no_viewport=True)
    page = context.new_page()
    page.goto(url)
    cookies, origins, seen = [], [], ""
    # The local storage is read only when the page is another one: reading it opens pages.
    with contextlib.suppress(Error):  # the window was closed in the middle of a look
        while not page.is_closed():
            cookies = context.cookies()
            over = reached(page.url) or _pressed_enter()
            if over or page.url != seen:
                origins, seen = context.storage_state()["origins"], page.url
            if over:
                break
            page.wait_for_timeout(LOOK_MS)
    browser.close()
    return {"cookies": cookies, "origins": origins}


def _reached(done: str | None) -> Callable[[str], bool]:
    if done is None:
        return lambda _: False
    try:
        pattern = re.compile(done)
    except re.error as error:
        raise InvalidParams.at("done", f"no regular expression: {error}") from None
    return lambda url: pattern.search(url) is not None


def _pressed_enter() -> bool:
    """Take a line from the terminal, where there is one and somebody has written it."""
    if sys.platform == "win32" or sys.stdin is None or not sys.stdin.isatty():
        return False
    ready, _, _ = select.select([sys.stdin], [], [], 0)
    return bool(ready and sys.stdin.readline())


def _program() -> str | None:
    """Return a browser with a window; None for Playwright's own."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def _elsewhere(name: str, url: str, why: str) -> KindUnavailable:
    return KindUnavailable(
        f"You cannot log in from here: {why}. On a machine with a screen run `playwright codegen "
        f"--save-storage=state.json {url}`, log in and close the window; then bring the file here "
        f'and save it: pool.sessions.save("{name}", "state.json").'
    )
