"""The panel, a dialog and the form when JupyterLab speaks Persian."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from importlib.resources import files

import pytest
from playwright.sync_api import expect

from support.lab_page import set_setting
from support.server import LabServer

from .panel_page import PanelPage

pytestmark = [pytest.mark.browser, pytest.mark.cluster, pytest.mark.slow]

LANGUAGE = "translation-extension/plugin"
CATALOG = files("labpool_server") / "locale" / "fa_IR" / "LC_MESSAGES" / "labpool.json"
DIGITS = re.compile("[۰-۹]")


@pytest.fixture
def persian(
    lab_server: LabServer, new_page: Callable[[LabServer], PanelPage]
) -> Iterator[PanelPage]:
    lab = new_page(lab_server)
    lab.load()
    choose_language(lab, "Persian (Iran)")
    lab.command("labpool:open-panel")
    yield lab
    set_setting(lab_server.home, LANGUAGE, locale="default")


def choose_language(lab: PanelPage, name: str) -> None:
    """Change JupyterLab's language as a person does: in its menu, and let it load again."""
    page = lab.page
    page.get_by_role("menuitem", name="Settings").click()
    page.locator(".lm-Menu").get_by_text("Language", exact=True).hover()
    page.locator(".lm-Menu").get_by_text(name).click()
    with page.expect_navigation():
        page.get_by_role("dialog").get_by_role("button", name="Change and reload").click()
    lab.ready()


def words(english: str) -> str:
    """A text of ours in Persian."""
    return str(json.loads(CATALOG.read_text(encoding="utf-8"))[english][0])


def test_panel_dialog_and_form_are_persian_and_a_run_is_launched(persian: PanelPage) -> None:
    lab = persian
    expect(lab.panel).to_have_attribute("dir", "rtl")
    for title in ("Workers", "Runs"):
        expect(lab.panel.get_by_role("heading", name=words(title))).to_be_visible()
    expect(lab.panel.get_by_role("button", name=words("Launch a run from a form"))).to_be_visible()
    expect(lab.status_item).to_contain_text("۰/۲")

    lab.command("labpool:resize-pool")
    dialog = lab.page.get_by_role("dialog")
    expect(dialog).to_have_attribute("dir", "rtl")
    expect(dialog).to_contain_text(words("Number of Workers"))
    dialog.get_by_role("button", name=words("Cancel")).click()
    expect(dialog).to_have_count(0)

    lab.command("labpool:new-run", kind="primes", name="اعداد اول")
    expect(lab.form).to_have_css("direction", "rtl")
    lab.form.get_by_role("button", name=words("Launch")).click()
    expect(lab.page_state).to_have_text(words("Succeeded"), timeout=30_000)
    expect(lab.state("اعداد اول")).to_have_text(words("Succeeded"))
    expect(lab.run_page.locator(".lp-PageHead .lp-Facts")).to_contain_text(DIGITS)
    expect(lab.row("اعداد اول")).to_contain_text("اکنون")
