"""A real training, launched from the form and watched to its end."""

from __future__ import annotations

import re
from pathlib import Path

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


def test_several_data_sets_are_entered_and_launched_again(lab: PanelPage, tmp_path: Path) -> None:
    own = tmp_path / "my.csv"
    rows = [f"متن {n} کار,labour\nمتن {n} طلاق,family" for n in range(20)]
    own.write_text("\n".join(["text,label", *rows]), encoding="utf-8")
    lab.command("labpool:new-run", kind="train", name="Several", params=QUICK | {"epochs": 1})
    dataset = field(lab, "dataset")
    fill(lab, "dataset", "persian-legal")
    dataset.get_by_role("button", name="Add a data set").click()
    dataset.locator("input").nth(1).fill("no-such-data")
    press_launch(lab)
    expect(dataset.get_by_role("alert")).to_contain_text("1: no-such-data: no such file")
    lab.forgive("status of 422 .*/labpool/api/runs")
    dataset.locator("input").nth(1).fill(str(own))
    press_launch(lab)
    expect(lab.run_page.get_by_role("heading", name="Several")).to_be_visible()
    expect(lab.run_page.get_by_role("log")).to_contain_text("706 texts to train", timeout=120_000)

    params = {"dataset": {"train": str(own)}, **QUICK, "epochs": 1}
    lab.command("labpool:new-run", kind="train", name="By split", params=params)
    expect(dataset.get_by_label("Training", exact=True)).to_have_value(str(own))
    dataset.get_by_label("Training", exact=True).fill("")
    dataset.get_by_label("Validation", exact=True).fill("persian-legal")
    press_launch(lab)
    expect(dataset.get_by_role("alert")).to_have_text("Name what to train on.")
    dataset.get_by_role("button", name="All splits together").click()
    expect(dataset.locator("input")).to_have_count(1)
