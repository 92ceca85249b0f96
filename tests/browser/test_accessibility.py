"""axe finds nothing wrong with Labpool's own nodes, in either theme."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from .panel_page import FORM_PAGE, PANEL, RUN_PAGE, STATUS_ITEM, PanelPage

pytestmark = [pytest.mark.browser, pytest.mark.cluster, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
AXE = ROOT / "labext" / "node_modules" / "axe-core" / "axe.min.js"
DIALOG = ".jp-Dialog-content"
THEMES = ["JupyterLab Light", "JupyterLab Dark"]


@pytest.fixture
def all_states(lab: PanelPage) -> PanelPage:
    """Rows of runs that ended in each way and of one that goes on, whose page is open."""
    server = lab.server
    server.wait(server.submit("primes", name="Good"))
    server.wait(server.submit("flaky", name="Bad", max_attempts=1))
    talk = server.submit("chatter", {"messages": 100_000, "rate": 20}, name="Talks")
    server.wait(talk, "running")
    lab.open_run(talk)
    expect(lab.page_state).to_have_text("Running")
    expect(lab.run_page.locator(".lp-Chart canvas").first).to_be_visible()
    expect(lab.state("Bad")).to_have_text("Failed")
    lab.page.add_script_tag(path=AXE)
    return lab


def violations(lab: PanelPage, *nodes: str) -> list[str]:
    """What axe finds in some nodes: the rule, the node and what is wrong."""
    for node in nodes:
        expect(lab.page.locator(node).first).to_be_visible()
    found: list[dict[str, Any]] = lab.page.evaluate(
        "async nodes => (await axe.run({ include: nodes.map(node => [node]) })).violations",
        list(nodes),
    )
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary']}"
        for one in found
        for node in one["nodes"]
    ]


def test_axe_finds_nothing(all_states: PanelPage) -> None:
    lab = all_states
    for theme in THEMES[::-1]:
        lab.set_theme(theme)
        assert violations(lab, PANEL, RUN_PAGE, STATUS_ITEM) == [], theme
    lab.command("labpool:new-run", kind="train", params={"epochs": 0})
    expect(lab.form.locator("#lp-train_lp_epochs")).to_have_value("0")
    lab.form.get_by_role("button", name="Launch").click()
    expect(lab.form.get_by_role("alert").first).to_be_visible()
    lab.forgive("status of 422 .*/labpool/api/runs")
    for theme in THEMES[::-1]:
        lab.set_theme(theme)
        assert violations(lab, FORM_PAGE) == [], theme
        for command, args in (("resize-pool", {}), ("delete-run", {"id": run_id(lab, "Bad")})):
            lab.command(f"labpool:{command}", **args)
            assert violations(lab, DIALOG) == [], (theme, command)
            expect(lab.page.locator(f"{DIALOG} :focus")).to_have_count(1)
            lab.page.keyboard.press("Escape")
            expect(lab.page.locator(DIALOG)).to_have_count(0)


def run_id(lab: PanelPage, name: str) -> str:
    return str(lab.server.get("runs", search=name)["items"][0]["id"])
