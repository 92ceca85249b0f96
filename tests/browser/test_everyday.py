"""What people do every day with the panel, the form and the pages, as a newcomer does it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from .panel_page import PanelPage

pytestmark = [pytest.mark.browser, pytest.mark.cluster, pytest.mark.slow]

MANY = 40
"""Runs in a list that is longer than the panel."""


def field(lab: PanelPage, name: str) -> Locator:
    """The field of the training form with this parameter, with its words."""
    return lab.form.locator(".lp-Field").filter(has=lab.page.locator(f"#lp-train_lp_{name}"))


def many(lab: PanelPage, count: int) -> list[str]:
    """Launch runs that end at once, and wait for them."""
    ids = [
        lab.server.submit("primes", {"below": 100, "slices": 1}, name=f"Row {number}") for number in range(count)
    ]
    for run_id in ids:
        lab.server.wait(run_id)
    return ids


def evaluate(at: Locator, what: str) -> Any:
    return at.evaluate(f"node => {what}")


def test_a_list_that_was_hidden_is_shown_where_it_was(lab: PanelPage) -> None:
    many(lab, MANY)
    rows = lab.panel.locator(".lp-Rows")
    expect(lab.row(f"Row {MANY - 1}")).to_be_visible()
    for place in (0, 420):
        rows.evaluate("(node, place) => { node.scrollTop = place; }", place)
        before = rows.locator(".lp-Row-name").all_text_contents()
        lab.command("filebrowser:activate")
        expect(lab.panel).to_be_hidden()
        lab.command("labpool:open-panel")
        expect(rows).to_be_visible()
        expect(rows.locator(".lp-Row-name").first).to_be_visible()
        lab.page.evaluate("() => new Promise(done => requestAnimationFrame(() => "
                          "requestAnimationFrame(done)))")
        assert evaluate(rows, "node.scrollTop") == place
        assert set(rows.locator(".lp-Row-name").all_text_contents()) >= set(before[3:-3])


def test_numbers_are_typed_in_persian_digits(lab: PanelPage) -> None:
    lab.command("labpool:new-run", kind="train")
    epochs = field(lab, "epochs").locator("input")
    epochs.press("Control+a")
    epochs.press_sequentially("۱۲")
    expect(epochs).to_have_value("۱۲")
    share = field(lab, "validation_split").locator("input")
    share.press("Control+a")
    share.press_sequentially("0٫2")
    expect(share).to_have_value("0٫2")
    for one in (field(lab, "epochs"), field(lab, "validation_split")):
        expect(one.get_by_role("alert")).to_have_count(0)
    epochs.press("ArrowUp")
    expect(epochs).to_have_value("13")
    epochs.fill("zwölf")
    expect(field(lab, "epochs").get_by_role("alert")).to_have_text("Must be a whole number.")


def test_an_emptied_field_says_that_it_is_empty(lab: PanelPage) -> None:
    lab.command("labpool:new-run", kind="train")
    field(lab, "batch_size").locator("input").fill("")
    expect(field(lab, "batch_size").get_by_role("alert")).to_have_text(
        "Must be given; the default is \u206816\u2069."
    )
    field(lab, "text_column").locator("input").fill("")
    expect(field(lab, "text_column").get_by_role("alert")).to_contain_text("text")
    lab.form.get_by_role("button", name="Launch").click()
    expect(field(lab, "batch_size").locator("input")).to_be_focused()
    expect(lab.form).to_be_visible()


def test_the_timeline_follows_the_theme(lab: PanelPage) -> None:
    lab.command("labpool:open-dashboard")
    frame = lab.page.locator("#labpool-dashboard iframe")
    expect(frame).to_have_attribute("src", re_theme("light"))
    lab.set_theme("JupyterLab Dark")
    try:
        expect(frame).to_have_attribute("src", re_theme("dark"))
    finally:
        lab.set_theme("JupyterLab Light")


def re_theme(theme: str) -> re.Pattern[str]:
    return re.compile(rf"[?&]theme={theme}\b")
