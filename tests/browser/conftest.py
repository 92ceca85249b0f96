"""One browser for each file; each test has a page of its own.

The browser must not outlive its file: while it is open its event loop counts as running, and no
other test could have one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from support.lab_page import VIEWPORT, chromium
from support.server import LabServer

from .panel_page import PanelPage


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """What the pages share: what is in the cache, and the login."""
    with browser.new_context(viewport=VIEWPORT) as context:
        yield context


@pytest.fixture
def new_page(context: BrowserContext) -> Iterator[Callable[[LabServer], PanelPage]]:
    """Makes pages that are closed after the test; their consoles have to be clean."""
    made: list[PanelPage] = []

    def make(server: LabServer) -> PanelPage:
        made.append(PanelPage(context.new_page(), server))
        return made[-1]

    yield make
    for lab in made:
        lab.forget()
        lab.page.close()
    assert [error for lab in made for error in lab.errors] == []


@pytest.fixture
def lab(new_page: Callable[[LabServer], PanelPage], lab_server: LabServer) -> Iterator[PanelPage]:
    """JupyterLab with the panel open, and free workers."""
    lab = new_page(lab_server)
    lab.start()
    yield lab
    lab_server.cancel_all()
