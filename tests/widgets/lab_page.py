"""JupyterLab in a real Chromium, with a notebook open."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from support.lab_page import VIEWPORT, LabPage, chromium
from support.server import LabServer


class NotebookPage(LabPage):
    """One notebook in JupyterLab."""

    def open(self, *cells: str) -> None:
        """Write a notebook with these cells and open it."""
        notebook = {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
            "cells": [_cell(at, text) for at, text in enumerate(cells)],
        }
        (self.server.home / "runs.ipynb").write_text(json.dumps(notebook))
        self.load("/tree/runs.ipynb")

    def ready(self) -> None:
        """Wait until the page is there and its kernel is idle or busy."""
        super().ready()
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


@contextmanager
def notebook_page(server: LabServer) -> Iterator[NotebookPage]:
    """Start a browser for notebooks of one server's JupyterLab."""
    with chromium() as browser:
        yield NotebookPage(browser.new_page(viewport=VIEWPORT), server)


def _cell(at: int, text: str) -> dict[str, Any]:
    return {
        "id": f"cell-{at}",
        "cell_type": "code",
        "source": text,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
