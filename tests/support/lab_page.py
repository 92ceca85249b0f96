"""JupyterLab in a real Chromium."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect, sync_playwright

from support.server import TOKEN, LabServer

FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
VIEWPORT: Any = {"width": 1180, "height": 900}
PATIENCE_MS = 30_000
"""How long a page may take to be as expected: a busy machine is no failure, milliseconds."""
NEWS = "apputils-extension/notification"


def prepare(home: Path) -> None:
    """Write settings that keep JupyterLab from asking things, and that let tests command it."""
    (home / "config" / "labconfig").mkdir(parents=True, exist_ok=True)
    lab = {"LabApp": {"expose_app_in_browser": True}}
    (home / "config" / "jupyter_lab_config.json").write_text(json.dumps(lab))
    # Each page would have the server start Node.js, to see whether JupyterLab is to be built.
    page = {"buildAvailable": False, "buildCheck": False}
    (home / "config" / "labconfig" / "page_config.json").write_text(json.dumps(page))
    set_setting(home, NEWS, fetchNews="false", checkForUpdates=False)


def set_setting(home: Path, plugin: str, **values: Any) -> None:
    """Write a user's settings of one of JupyterLab's plugins; pages read them when they load."""
    file = home / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(values))


class LabPage:
    """JupyterLab in one page.

    Attributes:
        errors: What the page's console complained of.
    """

    def __init__(self, page: Page, server: LabServer) -> None:
        self.page = page
        self.server = server
        self.errors: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.errors.append(f"{error}\n{error.stack}"))

    def load(self, path: str = "") -> None:
        """Load the page with an empty workspace, and wait until it can be used."""
        self.page.goto(f"{self.server.url}lab{path}?reset&token={TOKEN}")
        self.ready()
        # The last that JupyterLab does with an empty workspace; it would cover what is opened.
        self.page.wait_for_selector("#filebrowser")

    def ready(self) -> None:
        """Wait until the page can be used."""
        # A page that has emptied its workspace loads once more, without that word in its address.
        self.wait_for(
            "async () => { const app = window.jupyterapp; await app?.restored;"
            " return !!app && !location.search.includes('reset'); }"
        )
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")

    def wait_for(self, condition: str, seconds: float = 90) -> None:
        """Wait until a function of the page says yes; Playwright's own way takes no async one."""
        end = time.monotonic() + seconds
        while True:
            with suppress(Error):  # the page loads another one meanwhile
                if self.page.evaluate(condition):
                    return
            if time.monotonic() > end:
                raise TimeoutError(condition)
            self.page.wait_for_timeout(50)

    def command(self, name: str, /, **args: Any) -> None:
        """Give JupyterLab a command, and do not wait for it."""
        self.page.evaluate(
            "([name, args]) => { void window.jupyterapp.commands.execute(name, args); }",
            [name, args],
        )

    def set_theme(self, theme: str) -> None:
        """Change the theme and wait for it; a change while another is on its way is lost.

        JupyterLab takes its splash away once for each change, and complains where it is gone.
        """
        self.page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })", theme
        )
        expect(self.page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")

    def forgive(self, pattern: str) -> None:
        """Forget complaints that a test has provoked."""
        self.errors = [error for error in self.errors if not re.search(pattern, error)]

    def _listen(self, message: ConsoleMessage) -> None:
        where = message.location.get("url", "")
        # The tests' server leaves the language server out, and the page asks for it.
        if message.type == "error" and "/lsp/" not in where:
            self.errors.append(f"{message.text} ({where})")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser; without LABPOOL_CHROMIUM, the one on PATH or Playwright's own."""
    expect.set_options(timeout=PATIENCE_MS)
    path = os.environ.get("LABPOOL_CHROMIUM") or shutil.which("chromium")
    path = path or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
