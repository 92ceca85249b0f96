"""A JupyterLab with the panel, on a server that does not run Labpool."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from support.lab_page import prepare
from support.server import LabServer

from .panel_page import PanelPage, requests

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def bare_server(tmp_path: Path) -> Iterator[LabServer]:
    prepare(tmp_path)
    with LabServer(tmp_path, lab=True, labpool=False) as server:
        yield server


def test_the_panel_says_once_what_is_missing_and_asks_no_more(
    bare_server: LabServer, new_page: Callable[[LabServer], PanelPage]
) -> None:
    lab = new_page(bare_server)
    asked = requests(lab)
    lab.page.clock.install()
    lab.start()
    expect(lab.panel.get_by_role("alert")).to_have_count(1)
    expect(lab.panel.get_by_role("alert")).to_contain_text("This server does not run Labpool.")
    lab.page.clock.fast_forward("05:00")
    expect(lab.panel.get_by_role("alert")).to_have_count(1)
    assert asked == ["http runs"]
    lab.forgive("status of 404 .*/labpool/api/runs")
