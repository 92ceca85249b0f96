"""The page of a scrape, and the sessions that scrapes log in with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from support.lab_page import prepare, set_setting
from support.scrape_world import CHROMIUM, SESSION, ScrapeWorld, lines, scrape_world
from support.server import LabServer
from support.site import Fault, Made

from .panel_page import RUN_PAGE, PanelPage
from .test_accessibility import AXE, DIALOG, THEMES, violations
from .test_persian import DIGITS, LANGUAGE, words

pytestmark = [
    pytest.mark.browser,
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM, reason="LABPOOL_CHROMIUM is not set"),
]

BAD = 12
"""The ticket whose page is broken at first."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScrapeWorld]:
    home = tmp_path_factory.mktemp("lab")
    prepare(home)
    with scrape_world(home, lab=True) as world:
        world.server.wait_for_workers()
        yield world


@pytest.fixture
def lab(new_page: Callable[[LabServer], PanelPage], world: ScrapeWorld) -> Iterator[PanelPage]:
    """JupyterLab with the panel open."""
    lab = new_page(world.server)
    lab.start()
    yield lab
    world.site.faults.clear()


def item(lab: PanelPage, item_id: int | str) -> Locator:
    """The row of an item."""
    cell = lab.page.get_by_text(str(item_id), exact=True)
    return lab.run_page.locator("[data-kind=items] tbody tr").filter(has=cell).first


def tab(lab: PanelPage, name: str) -> Locator:
    return lab.run_page.get_by_role("tab", name=name)


def chip(lab: PanelPage, name: str) -> Locator:
    """One of the filters by state, or by change."""
    return lab.run_page.locator(".lp-Chip").filter(has_text=name)


def press(lab: PanelPage, name: str) -> None:
    lab.run_page.get_by_role("button", name=name).click()


def test_a_scrape_is_launched_watched_and_its_failed_item_tried_again(
    lab: PanelPage, world: ScrapeWorld
) -> None:
    world.site.faults[BAD] = Fault("500", where={"page"})
    params: dict[str, Any] = world.params([10, 11, BAD, 13], name="page")
    lab.command("labpool:new-run", kind="scrape", name="Tickets", params=params)
    lab.form.get_by_role("button", name="Launch").click()
    expect(lab.run_page.get_by_role("heading", name="Tickets")).to_be_visible()
    expect(lab.page_state).to_have_text("Succeeded", timeout=60_000)

    tab(lab, "Items").click()
    expect(item(lab, 10)).to_contain_text("OK")
    expect(item(lab, 10)).to_be_in_viewport()  # before the charts where they are not side by side
    expect(item(lab, BAD)).to_contain_text("Failed")
    chip(lab, "Failed").click()
    expect(item(lab, 10)).to_have_count(0)
    item(lab, BAD).get_by_role("button").click()
    picture = lab.run_page.get_by_role("img", name="The page as it was seen")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    lab.page.add_script_tag(path=AXE)
    for theme in THEMES[::-1]:
        lab.set_theme(theme)
        assert violations(lab, RUN_PAGE) == [], theme

    world.site.faults.clear()
    press(lab, "Retry Failed (1)")
    chip(lab, "All").click()
    expect(item(lab, BAD)).to_contain_text("OK")
    expect(lab.page_state).to_have_text("Succeeded")
    expect(lab.run_page.get_by_role("button", name="Retry Failed")).to_have_count(0)

    expected = world.expected(10, 11, BAD, 13)
    tab(lab, "Records").click()
    expect(lab.run_page).to_contain_text(f"{len(expected)} records")
    with lab.page.expect_download() as download:
        lab.run_page.get_by_role("link", name="Export all records as JSONL").click()
    assert download.value.suggested_filename.endswith(".jsonl")
    rows = Path(download.value.path()).read_text(encoding="utf-8").splitlines()
    assert lines(json.loads(row) for row in rows) == expected
    lab.page.add_script_tag(path=AXE)
    assert violations(lab, RUN_PAGE) == []


def test_the_records_of_one_item_and_what_changed_since_the_last_run(
    lab: PanelPage, world: ScrapeWorld
) -> None:
    world.scrape([20, 21], name="twice")
    run = world.scrape([21, 22], name="twice")
    lab.open_run(run["id"])
    tab(lab, "Items").click()
    item(lab, 21).get_by_role("button").click()
    press(lab, "Show its records")
    expect(tab(lab, "Records")).to_have_attribute("aria-selected", "true")
    rows = lab.run_page.locator("[data-kind=records] tbody tr")
    expect(rows).to_have_count(len(world.expected(21)))
    press(lab, "Of the item 21; show all")
    for change, ticket in (("New", 22), ("Unchanged", 21)):
        chip(lab, change).click()
        expect(rows).to_have_count(len(world.expected(ticket)))


CUT = """
name: cut
vars: {site: null}
page: {url: "{url}"}
fragments: {css: .row}
fields:
  id: {css: "[data-id]", get: "@data-id"}
  text: b
next: {css: "a[rel=next]", max_pages: 2}
limits: {rate_per_s: 200, parallel: 8, navigation_s: 3, tries: 1}
"""


def cut(world: ScrapeWorld) -> dict[str, Any]:
    """Scrape a long list, half a page, a page that cannot be read in part, and a whole one."""

    def row(n: int, text: str = "سطر") -> str:
        return f"<p class=row data-id={n}><b>{text} {n}</b></p>"

    made = world.site.made
    for n in range(1, 4):
        made[f"list?p={n}"] = f'{row(n)}<a rel=next href="list?p={n + 1}">next</a>'
    made["half"] = Made("<body>" + "".join(map(row, range(100, 300))), stalls=True)
    made["broken"] = f"{row(7)}<p class=row><b>no id</b></p>{row(1, 'other')}"
    made["whole"] = row(8)
    targets = [f"{world.site.url}/made/{name}" for name in ("list?p=1", "half", "broken", "whole")]
    params = {"recipe": CUT, "targets": targets, "vars": {"site": world.site.url}}
    run = world.server.wait(world.server.submit("scrape", params, max_attempts=1))
    assert run["result"]["gaps"] == {
        "max_pages": 1, "timeout": 1, "broken": 1, "key_conflict": 1
    }  # fmt: skip
    return dict(run)


@pytest.mark.parametrize("locale", ["default", "fa_IR"])
def test_what_items_lack_is_told_and_found(
    new_page: Callable[[LabServer], PanelPage],
    world: ScrapeWorld,
    locale: str,
    tmp_path: Path,
) -> None:
    run = cut(world)
    said = words if locale == "fa_IR" else str
    set_setting(world.server.home, LANGUAGE, locale=locale)
    try:
        lab = new_page(world.server)
        lab.start()
        lab.open_run(run["id"])
        tab(lab, said("Items")).click()
        chip(lab, said("Partial")).click()
        rows = lab.run_page.locator("[data-kind=items] tbody tr[data-row]")
        expect(rows).to_have_count(3)
        lab.page.screenshot(path=tmp_path / f"partial-{locale}.png")
        chip(lab, said("more pages than the recipe reads")).click()
        expect(rows).to_have_count(1)
        rows.get_by_role("button").click()
        gap = lab.run_page.locator(".lp-Gaps li")
        expect(gap).to_contain_text(said("Limit"))
        expect(gap.get_by_role("link")).to_have_attribute("href", f"{world.site.url}/made/list?p=3")
        lab.page.screenshot(path=tmp_path / f"gap-{locale}.png")
        lab.page.add_script_tag(path=AXE)
        assert violations(lab, RUN_PAGE) == []
    finally:
        set_setting(world.server.home, LANGUAGE, locale="default")


def test_an_expired_session_says_what_to_do(lab: PanelPage, world: ScrapeWorld) -> None:
    world.site.expire_sessions()
    run = world.scrape([30, 31], name="expired")
    assert run["error"]["code"] == "session_expired"
    lab.open_run(run["id"])
    expect(lab.page_state).to_have_text("Failed")
    expect(lab.run_page).to_contain_text(SESSION)
    world.save_session()


def test_sessions_are_saved_and_deleted(lab: PanelPage, world: ScrapeWorld, tmp_path: Path) -> None:
    dialog = lab.page.get_by_role("dialog")
    half, whole = tmp_path / "half.json", tmp_path / "state.json"
    whole.write_text(json.dumps(world.login()))
    half.write_text(whole.read_text()[:50])
    lab.command("labpool:sessions")
    expect(dialog.get_by_role("row", name=SESSION)).to_contain_text("127.0.0.1")
    lab.page.add_script_tag(path=AXE)
    assert violations(lab, DIALOG) == []
    dialog.get_by_role("button", name="Save a Session…").click()
    dialog.get_by_label("Name").fill("second")
    dialog.get_by_label("File").set_input_files(half)
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("File").set_input_files(whole)
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.get_by_role("row", name="second")).to_be_visible()
    dialog.get_by_role("button", name="Delete second").click()
    dialog.get_by_role("button", name="Delete second").click()
    expect(dialog.get_by_role("row", name="second")).to_have_count(0)
    dialog.get_by_role("button", name="Close").click()
    assert [each["name"] for each in world.server.get("sessions")["items"]] == [SESSION]


def test_the_page_is_persian(
    new_page: Callable[[LabServer], PanelPage], world: ScrapeWorld
) -> None:
    world.site.faults[BAD] = Fault("500")
    run = world.scrape([10, BAD], name="persian")
    world.site.faults.clear()
    set_setting(world.server.home, LANGUAGE, locale="fa_IR")
    try:
        lab = new_page(world.server)
        lab.start()
        lab.open_run(run["id"])
        tab(lab, words("Items")).click()
        expect(item(lab, BAD)).to_contain_text(words("Failed"))
        expect(lab.run_page.get_by_role("button", name=DIGITS).first).to_be_visible()
    finally:
        set_setting(world.server.home, LANGUAGE, locale="default")
