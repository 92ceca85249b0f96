"""JupyterLab in a real Chromium, with a notebook open."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, sync_playwright

from support.server import TOKEN, LabServer

FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
NEWS = "@jupyterlab/apputils-extension/notification.jupyterlab-settings"


def prepare(home: Path) -> None:
    """Write settings that keep JupyterLab from asking things, and that let tests command it."""
    (home / "config").mkdir(parents=True, exist_ok=True)
    lab = {"LabApp": {"expose_app_in_browser": True}}
    (home / "config" / "jupyter_lab_config.json").write_text(json.dumps(lab))
    news = home / "settings" / NEWS
    news.parent.mkdir(parents=True, exist_ok=True)
    news.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))


class LabPage:
    """One notebook in JupyterLab.

    Attributes:
        errors: What the page's console complained of.
    """

    def __init__(self, page: Page, server: LabServer) -> None:
        self.page = page
        self._server = server
        self.errors: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, *cells: str) -> None:
        """Write a notebook with these cells and open it."""
        notebook = {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
            "cells": [_cell(at, text) for at, text in enumerate(cells)],
        }
        (self._server.home / "runs.ipynb").write_text(json.dumps(notebook))
        self.page.goto(f"{self._server.url}lab/tree/runs.ipynb?reset&token={TOKEN}")
        self.ready()

    def ready(self) -> None:
        """Wait until the page is there and its kernel is idle or busy."""
        self.page.wait_for_selector("#jupyterlab-splash", state="detached", timeout=90_000)
        self.page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell", timeout=60_000)
        self.until("['idle', 'busy'].includes(kernel()?.status)")

    def until(self, condition: str, timeout_s: float = 60) -> None:
        """Wait for a JavaScript condition; ``kernel()`` is the notebook's."""
        self.page.wait_for_function(
            "() => { const kernel = () => window.jupyterapp.shell.currentWidget"
            f"?.context?.sessionContext?.session?.kernel; return {condition}; }}",
            timeout=timeout_s * 1000,
        )

    def run(self, cell: int) -> None:
        """Run a cell, and do not wait for it."""
        self.page.locator(".jp-CodeCell").nth(cell).locator(".cm-content").click()
        self.command("notebook:run-cell")

    def command(self, name: str, **args: Any) -> None:
        """Give JupyterLab a command, and do not wait for it."""
        self.page.evaluate(
            "([name, args]) => { void window.jupyterapp.commands.execute(name, args); }",
            [name, args],
        )

    def _listen(self, message: ConsoleMessage) -> None:
        where = message.location.get("url", "")
        # The tests' server leaves the language server out, and the page asks for it.
        if message.type == "error" and "/lsp/" not in where:
            self.errors.append(f"{message.text} ({where})")


@contextmanager
def lab_page(server: LabServer) -> Iterator[LabPage]:
    """Start a browser for one server's JupyterLab."""
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1180, "height": 900})
        page.set_default_timeout(30_000)
        try:
            yield LabPage(page, server)
        finally:
            browser.close()


def _cell(at: int, text: str) -> dict[str, Any]:
    return {
        "id": f"cell-{at}",
        "cell_type": "code",
        "source": text,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
