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
        lab.server.submit("primes", {"below": 100, "slices": 1}, name=f"Row {number}")
        for number in range(count)
    ]
    for run_id in ids:
        lab.server.wait(run_id)
    return ids


def drawn(lab: PanelPage) -> None:
    """Wait until the browser has drawn what it was told."""
    frames = "requestAnimationFrame(() => requestAnimationFrame(done))"
    lab.page.evaluate(f"() => new Promise(done => {frames})")


def evaluate(at: Locator, what: str) -> Any:
    return at.evaluate(f"node => {what}")


def test_a_list_that_was_hidden_is_shown_where_it_was(lab: PanelPage) -> None:
    many(lab, MANY)
    rows = lab.panel.locator(".lp-Rows")
    expect(lab.row(f"Row {MANY - 1}")).to_be_visible()
    for place in (0, 420):
        rows.evaluate("(node, place) => { node.scrollTop = place; }", place)
        drawn(lab)
        before = rows.locator(".lp-Row-name").all_text_contents()
        lab.command("filebrowser:activate")
        expect(lab.panel).to_be_hidden()
        lab.command("labpool:open-panel")
        expect(rows).to_be_visible()
        expect(rows.locator(".lp-Row-name").first).to_be_visible()
        drawn(lab)
        assert evaluate(rows, "node.scrollTop") == place
        assert set(rows.locator(".lp-Row-name").all_text_contents()) >= set(before[6:-6])


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
    field(lab, "dataset").locator("input").fill("persian-legal")
    field(lab, "batch_size").locator("input").fill("")
    expect(field(lab, "batch_size").get_by_role("alert")).to_have_text(
        "Must be given; the default is \u206816\u2069."
    )
    field(lab, "text_column").locator("input").fill("")
    expect(field(lab, "text_column").get_by_role("alert")).to_contain_text("text")
    lab.form.get_by_role("button", name="Launch").click()
    expect(field(lab, "text_column").locator("input")).to_be_focused()
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


def test_run_again_opens_what_it_launched(lab: PanelPage) -> None:
    first = lab.submit("primes", "Once more", below=100, slices=1)
    lab.server.wait(first)
    lab.open_run(first)
    expect(lab.page_state).to_have_text("Succeeded")
    lab.run_page.get_by_role("button", name="Run Again").click()
    expect(lab.page.locator(".jp-toast-message", has_text="is launched again")).to_be_visible()
    ids = lab.run_page.locator(".lp-PageHead-about .lp-Code")
    expect(ids).not_to_have_text(first)
    assert ids.text_content() in {run["id"] for run in lab.server.http.get("runs").json()["items"]}


def test_a_run_is_launched_with_changes(lab: PanelPage) -> None:
    first = lab.submit("primes", "To be changed", below=137, slices=1)
    lab.server.wait(first)
    row = lab.row("To be changed")
    row.hover()
    row.get_by_role("button", name="Change the parameters of").click()
    below = lab.form.locator("#lp-primes_lp_below")
    expect(below).to_have_value("137")
    below.fill("۱۳۹")
    lab.form.get_by_role("button", name="Launch").click()
    lab.run_page.get_by_role("tab", name="Parameters").click()
    expect(lab.run_page.get_by_role("row", name="Below")).to_contain_text("139")


def test_quick_runs_share_one_notice(lab: PanelPage) -> None:
    names = {f"Quick {number}" for number in range(30)}
    ids = [lab.server.submit("primes", {"below": 100, "slices": 1}, name=name) for name in names]
    for run_id in ids:
        lab.server.wait(run_id)
    toast = lab.page.locator(".jp-toast-message", has_text="runs have ended: ")
    expect(toast).to_have_count(1)
    told = lab.page.evaluate(
        "() => document.querySelectorAll('.jp-toastContainer .jp-toast-message').length"
    )
    assert told <= 3, told


def test_what_ended_while_nobody_was_there_is_told(lab: PanelPage) -> None:
    run_id = lab.submit("chatter", "Left alone", messages=100_000, rate=50)
    expect(lab.state("Left alone")).to_have_text("Running", timeout=60_000)
    lab.page.goto("about:blank")
    lab.server.http.post(f"runs/{run_id}/cancel")
    lab.server.wait(run_id)
    done = lab.server.submit("primes", {"below": 100, "slices": 1}, name="Meanwhile")
    lab.server.wait(done)
    lab.start()
    toast = lab.page.locator(".jp-toast-message", has_text="While you were away")
    expect(toast).to_have_text(re.compile("1 run has ended: 1 succeeded"))


def test_the_keyboard_stays_after_cancel_and_delete(lab: PanelPage) -> None:
    run_id = lab.submit("chatter", "To cancel", messages=100_000, rate=50)
    lab.open_run(run_id)
    expect(lab.page_state).to_have_text("Running", timeout=60_000)
    cancel = lab.run_page.get_by_role("button", name="Cancel")
    cancel.focus()
    cancel.press("Enter")
    expect(lab.page_state).to_have_text("Cancelled")
    lab.page.wait_for_function("() => !!document.activeElement.closest('.lp-PageActions')")
    others = [lab.server.submit("primes", {"below": 9}, name=f"Beside {n}") for n in (1, 2)]
    for other in others:
        lab.server.wait(other)
    row = lab.row("Beside 2")
    row.hover()
    row.get_by_role("button", name="Delete the run").focus()
    lab.page.keyboard.press("Enter")
    lab.page.locator(".jp-Dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    expect(lab.row("Beside 1").locator("button").first).to_be_focused()


def test_at_200_percent_a_chosen_kind_and_what_is_wrong_are_in_sight(lab: PanelPage) -> None:
    # Zoom of 200 % is half the room.
    lab.page.set_viewport_size({"width": 640, "height": 450})
    try:
        lab.command("labpool:new-run")
        lab.page.locator("[data-kind=train]").click()
        heading = lab.form.get_by_role("heading").first
        expect(heading).to_be_in_viewport()
        field(lab, "dataset").locator("input").fill("persian-legal")
        field(lab, "batch_size").locator("input").fill("0")
        lab.form.get_by_role("button", name="Launch").click()
        problem = lab.form.locator(".lp-RunForm-end .lp-Note")
        expect(problem).to_be_in_viewport(ratio=1)
        shown = field(lab, "batch_size").locator("input")
        expect(shown).to_be_focused()
        box, bar = shown.bounding_box(), lab.form.locator(".lp-RunForm-end").bounding_box()
        assert box is not None
        assert bar is not None
        assert box["y"] + box["height"] <= bar["y"]
    finally:
        lab.page.set_viewport_size({"width": 1180, "height": 900})


def test_the_open_run_is_marked_and_its_row_has_a_menu(lab: PanelPage) -> None:
    for name in ("Marked", "Not marked"):
        lab.server.wait(lab.submit("primes", name, below=9))
    lab.row("Marked").click(button="right")
    menu = lab.page.get_by_role("menu")
    expect(menu.get_by_role("menuitem")).to_have_text(
        ["Open Run", "Rename Run…", "Run Again", "Run with Changes…", "Delete Run"]
    )
    menu.get_by_text("Open Run").click()
    expect(lab.row("Marked")).to_have_attribute("aria-current", "page")
    expect(lab.row("Not marked")).not_to_have_attribute("aria-current", "page")
    lab.row("Marked").locator(".lp-Row-name").press("ContextMenu")
    expect(menu).to_be_visible()
    lab.page.keyboard.press("Escape")


def test_what_was_typed_is_there_after_another_kind_and_a_reload(lab: PanelPage) -> None:
    lab.command("labpool:new-run", kind="primes")
    below = lab.form.locator("#lp-primes_lp_below")
    below.fill("77")
    lab.page.locator("[data-kind=train]").click()
    field(lab, "dataset").locator("input").fill("somewhere")
    lab.page.locator("[data-kind=primes]").click()
    expect(below).to_have_value("77")
    below.fill("78")
    lab.start()
    lab.command("labpool:new-run")
    expect(below).to_have_value("78")
    lab.form.get_by_role("button", name="Launch").click()
    expect(lab.page_state).to_be_visible()
    lab.command("labpool:new-run", kind="primes")
    expect(below).to_have_value("20000")


def test_a_run_is_renamed(lab: PanelPage) -> None:
    run_id = lab.submit("primes", "First name", below=9)
    lab.server.wait(run_id)
    lab.open_run(run_id)
    lab.row("First name").click(button="right")
    lab.page.get_by_role("menu").get_by_text("Rename Run…").click()
    dialog = lab.page.locator(".jp-Dialog")
    dialog.get_by_role("textbox").fill("نام تازه")
    dialog.get_by_role("button", name="Rename").click()
    expect(lab.run_page.get_by_role("heading", name="نام تازه")).to_be_visible()
    expect(lab.row("نام تازه")).to_be_visible()
    assert lab.server.run(run_id)["name"] == "نام تازه"
