"""The page of models, data sets and checkpoints, against a Hub on this machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, expect

from support.hub import LocalHub
from support.hub_world import TOKEN, HubWorld
from support.lab_page import prepare, set_setting
from support.server import LabServer, until

from .panel_page import PanelPage, requests
from .test_accessibility import AXE, DIALOG, THEMES, violations
from .test_persian import DIGITS, LANGUAGE, words

pytestmark = [pytest.mark.browser, pytest.mark.cluster, pytest.mark.slow]

PAGE = "#labpool-resources"
SLOW = 2_000_000
"""Bytes a second at which a download can be watched."""
FOREIGN = "somebody/elses"
OLD = "somebody/old"
"""Both were in the cache before Labpool."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubWorld]:
    with LocalHub() as hub:
        yield HubWorld(hub, tmp_path_factory.mktemp("catalog"))


@pytest.fixture(scope="module")
def hub_server(tmp_path_factory: pytest.TempPathFactory, world: HubWorld) -> Iterator[LabServer]:
    home = tmp_path_factory.mktemp("lab")
    prepare(home)
    for name in (FOREIGN, OLD):
        folder = home / "hub" / f"models--{name.replace('/', '--')}" / "snapshots" / ("a" * 40)
        folder.mkdir(parents=True)
        (folder / "config.json").write_text("{}")
    with LabServer(home, lab=True, **world.options(home)) as server:
        server.wait_for_workers()
        yield server


@pytest.fixture
def lab(
    new_page: Callable[[LabServer], PanelPage], hub_server: LabServer, world: HubWorld
) -> Iterator[PanelPage]:
    """JupyterLab with the page open."""
    lab = new_page(hub_server)
    lab.load()
    lab.command("labpool:open-resources")
    expect(card(lab, "tiny")).to_be_visible()
    yield lab
    world.hub.faults.clear()
    for run in hub_server.get("runs", limit=100)["items"]:
        if run["state"] in ("queued", "running", "interrupted"):
            hub_server.post(f"runs/{run['id']}/cancel")
            hub_server.wait(run["id"])


def resources(lab: PanelPage) -> Locator:
    return lab.page.locator(PAGE)


def card(lab: PanelPage, entry_id: str) -> Locator:
    return resources(lab).locator(f"#lp-entry-{entry_id}")


def press(place: Locator, name: str) -> None:
    place.get_by_role("button", name=name, exact=True).click()


def row(lab: PanelPage, name: str) -> Locator:
    return resources(lab).get_by_role("row").filter(has=lab.page.get_by_text(name, exact=True))


def total(lab: PanelPage, name: str) -> Locator:
    return resources(lab).locator(".lp-Total").filter(has_text=name).locator("dd")


def sees_progress(place: Locator) -> None:
    """Wait until the bar has begun, then gone on, and bytes a second are told."""
    bar = place.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", re.compile("^[1-9]"), timeout=60_000)
    expect(place.locator(".lp-Card-progress")).to_contain_text("per second")
    before = bar.get_attribute("aria-valuenow") or ""
    expect(bar).not_to_have_attribute("aria-valuenow", before)


def test_a_download_is_watched_to_its_end_and_deleted(lab: PanelPage, world: HubWorld) -> None:
    world.hub.faults.add(match="/cdn/", rate=SLOW)
    asked = requests(lab)
    expect(total(lab, "Assets")).to_have_text(re.compile(r"^\d+$"))
    before = int(total(lab, "Assets").inner_text())
    press(card(lab, "large"), "Download")
    sees_progress(card(lab, "large"))
    expect(card(lab, "large").get_by_text("Ready", exact=True)).to_be_visible()
    expect(total(lab, "Assets")).to_have_text(str(before + 1))
    # One to launch it, and each part of the page once when it has ended.
    parts = {"assets", "catalog/datasets", "catalog/models", "runs", "totals/assets"}
    assert sorted(asked) == sorted(f"http {part}" for part in parts), asked

    press(card(lab, "large"), "Train from Large")
    expect(lab.form.locator("#lp-train_lp_model")).to_have_value("large")
    lab.command("labpool:open-resources")

    expect(row(lab, "sara/large")).to_contain_text("Ready")
    press(row(lab, "sara/large"), "Delete sara/large")
    dialog = lab.page.get_by_role("dialog")
    expect(dialog).to_contain_text("up to 8 MB")
    dialog.get_by_role("button", name="Delete").click()
    expect(resources(lab).get_by_role("status")).to_contain_text("8 MB are free again")
    expect(row(lab, "sara/large")).to_have_count(0)
    expect(resources(lab).get_by_role("heading", name="Kept on This Server")).to_be_focused()
    expect(card(lab, "large").get_by_role("button", name="Download")).to_be_visible()


def test_a_second_download_waits_until_the_first_is_cancelled(
    lab: PanelPage, world: HubWorld
) -> None:
    world.hub.faults.add(match="/cdn/", rate=SLOW / 4)
    press(card(lab, "twin"), "Download")
    sees_progress(card(lab, "twin"))
    press(card(lab, "tiny"), "Download")
    alert = card(lab, "tiny").get_by_role("alert")
    expect(alert).to_contain_text("Another download of yours is going on.")
    lab.forgive("status of 429 .*/labpool/api/runs")
    press(card(lab, "twin"), "Cancel the download of Twin")
    expect(card(lab, "twin").get_by_role("button", name="Download")).to_be_visible()
    expect(alert).to_have_count(0)
    expect(total(lab, "Half-done files")).to_contain_text("1")


def test_a_token_is_asked_for_once(lab: PanelPage) -> None:
    press(card(lab, "gated"), "Download")
    dialog = lab.page.get_by_role("dialog")
    field = dialog.get_by_label("Token", exact=True)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("type", "password")
    lab.forgive("status of 409 .*/labpool/api/runs")
    lab.page.add_script_tag(path=AXE)
    assert violations(lab, DIALOG) == []
    field.fill("short")
    expect(dialog.get_by_role("button", name="Keep and Download")).to_be_disabled()
    field.fill(TOKEN)
    dialog.get_by_role("button", name="Keep and Download").click()
    expect(card(lab, "gated").get_by_text("Ready", exact=True)).to_be_visible(timeout=60_000)
    assert TOKEN not in lab.server.log


def test_what_failed_says_why_and_can_be_tried_again(lab: PanelPage) -> None:
    press(card(lab, "lost"), "Download")
    expect(card(lab, "lost")).to_contain_text("no longer has this revision", timeout=60_000)
    press(card(lab, "lost"), "Open the run lost")
    expect(lab.page_state).to_have_text("Failed")
    lab.command("labpool:open-resources")
    expect(card(lab, "lost").get_by_role("button", name="Retry")).to_be_visible()


def test_what_is_not_ours_goes_only_by_its_name(lab: PanelPage) -> None:
    expect(row(lab, FOREIGN)).to_contain_text("Not from Labpool")
    press(row(lab, FOREIGN), f"Delete {FOREIGN}")
    dialog = lab.page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("somebody/else")
    expect(dialog.get_by_role("button", name="Delete")).to_be_disabled()
    dialog.get_by_role("textbox").fill(FOREIGN)
    dialog.get_by_role("button", name="Delete").click()
    expect(row(lab, FOREIGN)).to_have_count(0)


def test_the_page_is_there_again_after_a_reload(lab: PanelPage) -> None:
    kept = f"{lab.server.url}lab/api/workspaces/default"
    until(lambda: '"labpool-resources:resources"' in lab.page.request.get(kept).text(), 20)
    lab.page.reload()
    lab.ready()
    expect(card(lab, "tiny")).to_be_visible()


def test_axe_finds_nothing(lab: PanelPage, world: HubWorld) -> None:
    world.hub.faults.add(match="/cdn/", rate=SLOW / 10)
    press(card(lab, "twin"), "Download")
    sees_progress(card(lab, "twin"))
    press(card(lab, "tiny"), "Download")
    expect(card(lab, "tiny").get_by_role("alert")).to_be_visible()
    lab.forgive("status of 429 .*/labpool/api/runs")
    lab.page.add_script_tag(path=AXE)
    for theme in THEMES[::-1]:
        lab.set_theme(theme)
        assert violations(lab, PAGE) == [], theme
        press(row(lab, OLD), f"Delete {OLD}")
        assert violations(lab, DIALOG) == [], theme
        expect(lab.page.locator(f"{DIALOG} :focus")).to_have_count(1)
        lab.page.keyboard.press("Escape")
        expect(lab.page.locator(DIALOG)).to_have_count(0)


def test_the_page_is_persian(
    hub_server: LabServer, new_page: Callable[[LabServer], PanelPage]
) -> None:
    set_setting(hub_server.home, LANGUAGE, locale="fa_IR")
    try:
        lab = new_page(hub_server)
        lab.load()
        lab.command("labpool:open-resources")
        expect(card(lab, "persian-legal")).to_have_css("direction", "rtl")
        expect(card(lab, "tiny").get_by_role("heading")).to_have_text("نمونه")
        expect(card(lab, "tiny").locator(".lp-Card-facts")).to_contain_text(DIGITS)
        expect(card(lab, "tiny")).to_contain_text(words("Download"))
        expect(total(lab, words("Assets"))).to_have_text(DIGITS)
        expect(card(lab, "tiny").locator("bdi").first).to_have_text("tiny")
    finally:
        set_setting(hub_server.home, LANGUAGE, locale="default")
