"""A real training, launched from the form and watched to its end."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from .panel_page import PanelPage

pytestmark = [pytest.mark.browser, pytest.mark.cluster, pytest.mark.slow]

NAME = "From the form"
SMALL = {"hidden_size": 32, "layers": 1, "heads": 2, "vocab_size": 200, "lstm_hidden": 16}
QUICK = {"model_config": SMALL, "batch_size": 32, "max_length": 16, "logging_steps": 2}


def field(lab: PanelPage, name: str) -> Locator:
    """The field of the form with this parameter, with its words."""
    return lab.form.locator(".lp-Field").filter(has=lab.page.locator(f"#lp-train_lp_{name}"))


def fill(lab: PanelPage, name: str, value: str) -> None:
    field(lab, name).locator("input").fill(value)


def press_launch(lab: PanelPage) -> None:
    lab.form.get_by_role("button", name="Launch").click()


def test_a_training_is_launched_and_watched_to_its_end(lab: PanelPage) -> None:
    lab.command("labpool:new-run", kind="train", name=NAME, params=QUICK)
    fill(lab, "epochs", "0")
    expect(field(lab, "epochs").get_by_role("alert")).to_have_text("Must be 1 or more.")
    fill(lab, "epochs", "2")
    expect(field(lab, "epochs").get_by_role("alert")).to_have_count(0)

    fill(lab, "dataset", "no-such-data")
    press_launch(lab)
    expect(field(lab, "dataset").get_by_role("alert")).to_contain_text("no-such-data: no such file")
    expect(field(lab, "dataset").locator("input")).to_be_focused()
    lab.forgive("status of 422 .*/labpool/api/runs")

    fill(lab, "dataset", "persian-legal")
    press_launch(lab)
    expect(lab.run_page.get_by_role("heading", name=NAME)).to_be_visible()
    expect(lab.form).to_have_count(0)
    expect(lab.page_state).to_have_text("Running", timeout=60_000)
    expect(lab.state(NAME)).to_have_text("Running")
    expect(lab.page_state).to_have_text("Succeeded", timeout=120_000)
    expect(lab.state(NAME)).to_have_text("Succeeded")
    expect(lab.run_page.locator(".lp-Chart canvas").first).to_be_visible()
    expect(lab.run_page.get_by_role("log")).to_contain_text("672 texts to train")
    chart = lab.run_page.get_by_role("img", name=re.compile(r"loss \d"))
    expect(chart.first).to_be_visible()
