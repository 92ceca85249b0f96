"""What the page shows while its server is away, and afterwards."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .panel_page import PanelPage

pytestmark = [pytest.mark.browser, pytest.mark.cluster, pytest.mark.slow]

AWAY = "The server is away. Reconnecting…"


def test_after_a_killed_server_the_page_shows_the_truth_again(lab: PanelPage) -> None:
    run_id = lab.submit("primes", "Outlives its server", below=1_000_000, slices=300)
    lab.open_run(run_id)
    expect(lab.page_state).to_have_text("Running")
    expect(lab.run_page.locator(".lp-Chart canvas").first).to_be_visible()

    lab.server.kill()
    expect(lab.panel.get_by_role("status").filter(has_text=AWAY)).to_be_visible()
    expect(lab.run_page.get_by_role("status").filter(has_text=AWAY)).to_be_visible()
    expect(lab.state("Outlives its server")).to_have_text("Running")

    lab.server.start()
    expect(lab.page.get_by_text(AWAY)).to_have_count(0, timeout=60_000)
    expect(lab.page_state).to_have_text("Succeeded", timeout=180_000)
    expect(lab.state("Outlives its server")).to_have_text("Succeeded")
    run = lab.server.run(run_id)
    assert (run["state"], run["attempt"]) == ("succeeded", 2)
    first, second = lab.server.logs(run_id)
    assert first == "begins at slice 0"
    assert int(second.removeprefix("begins at slice ")) > 0
    expect(lab.run_page.locator(".lp-PageHead .lp-Facts")).to_contain_text("2 of ")
    lab.forgive(r"Failed to load resource|WebSocket connection to|ERR_CONNECTION_REFUSED")
    lab.forgive(r"^(?s:(?!.*/labpool/).*Failed to fetch)")  # of JupyterLab's own requests
