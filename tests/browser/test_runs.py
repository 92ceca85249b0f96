"""Runs that others launched: cancelled, seen again after a reload, seen from two tabs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from support.server import LabServer, until

from .panel_page import PanelPage, requests

pytestmark = [pytest.mark.browser, pytest.mark.cluster, pytest.mark.slow]


def test_opening_the_panel_adds_one_request_at_most(
    new_page: Callable[[LabServer], PanelPage], lab_server: LabServer
) -> None:
    lab_server.wait(lab_server.submit("primes", name="Seen at once"))
    lab = new_page(lab_server)
    asked = requests(lab)
    lab.load()
    expect(lab.status_item).to_contain_text("0/2")
    before = len(asked)
    lab.command("labpool:open-panel")
    expect(lab.state("Seen at once")).to_have_text("Succeeded")
    expect(lab.row("Seen at once")).to_contain_text("Count primes")
    assert len(asked) - before <= 1
    assert sorted(asked) == ["http runs", "ws events/ws"], asked


def test_a_page_that_loads_again_shows_the_run_as_it_is_and_cancels_it(lab: PanelPage) -> None:
    run_id = lab.submit("chatter", "Long talk", messages=100_000, rate=50)
    lab.open_run(run_id)
    expect(lab.page_state).to_have_text("Running", timeout=60_000)
    until(lambda: is_kept(lab, run_id), 20)
    lab.page.reload()
    lab.ready()
    expect(lab.run_page.get_by_role("heading", name="Long talk")).to_be_visible()
    expect(lab.page_state).to_have_text("Running")
    expect(lab.state("Long talk")).to_have_text("Running")
    expect(lab.run_page.get_by_role("log")).to_contain_text("word")

    lab.press_cancel("Long talk")
    expect(lab.state("Long talk")).to_have_text("Cancelled")
    expect(lab.page_state).to_have_text("Cancelled")
    assert lab.server.run(run_id)["state"] == "cancelled"


def is_kept(lab: PanelPage, run_id: str) -> bool:
    """Whether JupyterLab has written down that this page is open, and the panel."""
    answer = lab.page.request.get(f"{lab.server.url}lab/api/workspaces/default")
    return f'"labpool-run:{run_id}"' in answer.text() and '"labpool-panel"' in answer.text()


def test_a_run_that_hangs_is_cancelled_from_its_row(lab: PanelPage) -> None:
    lab.submit("hang", "Hangs")
    expect(lab.state("Hangs")).to_have_text("Running")
    lab.press_cancel("Hangs")
    expect(lab.state("Hangs")).to_have_text("Cancelled", timeout=60_000)


def test_two_tabs_show_the_end_of_one_run_and_the_focus_stays(
    lab: PanelPage, new_page: Callable[[LabServer], PanelPage], tmp_path: Path
) -> None:
    other = new_page(lab.server)
    other.start("/workspaces/other")
    run_id = lab.submit(
        "chatter", "Seen twice", messages=100_000, rate=50, until=str(tmp_path / "end")
    )
    for tab in (lab, other):
        tab.open_run(run_id)
        expect(tab.page_state).to_have_text("Running")
    lab.cancel_button("Seen twice").focus()
    sees_progress(lab, "Seen twice")
    sees_progress(lab, "Seen twice")
    expect(lab.cancel_button("Seen twice")).to_be_focused()
    (tmp_path / "end").touch()
    for tab in (lab, other):
        expect(tab.page_state).to_have_text("Succeeded")
        expect(tab.state("Seen twice")).to_have_text("Succeeded")
    expect(lab.row("Seen twice").locator("button:focus")).to_have_count(1)


def sees_progress(lab: PanelPage, name: str) -> None:
    """Wait until the bar of a run has gone on."""
    bar = lab.row(name).get_by_role("progressbar")
    before = bar.get_attribute("aria-valuetext") or ""
    expect(bar).not_to_have_attribute("aria-valuetext", before)
