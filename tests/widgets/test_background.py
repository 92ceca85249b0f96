"""A notebook is run in the background from where people look for it."""

from __future__ import annotations

from collections.abc import Iterator

import nbformat
import pytest
from playwright.sync_api import expect

from support.server import LabServer, until

from .lab_page import NotebookPage, notebook_page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.timeout(600),
]

LABEL = "Run in the Background"


@pytest.fixture(scope="module")
def lab(lab_server: LabServer) -> Iterator[NotebookPage]:
    with notebook_page(lab_server) as page:
        page.open("print(6 * 7)")
        yield page
    lab_server.cancel_all()


def printed(lab: NotebookPage, run_id: str) -> str:
    """Return what the first cell of a run's copy has printed."""
    copy = lab.server.home / f"runs.{run_id}.ipynb"
    notebook = nbformat.read(copy, as_version=4)  # type: ignore[no-untyped-call]
    return "".join(output.get("text", "") for output in notebook.cells[0].outputs)


def newest(lab: NotebookPage) -> str:
    """Return the id of the newest run of a notebook, "" where there is none."""
    runs = lab.server.get("runs", kind="notebook", limit=1)["items"]
    return runs[0]["id"] if runs else ""


def test_the_toolbar_saves_what_was_typed_and_runs_it(lab: NotebookPage) -> None:
    editor = lab.page.locator(".jp-CodeCell .cm-content").first
    editor.click()
    lab.page.keyboard.press("End")
    lab.page.keyboard.type("; print('typed')")
    lab.page.locator(".jp-NotebookPanel-toolbar [data-command='labpool:run-notebook']").click()
    expect(lab.page.get_by_text("runs in the background.").first).to_be_visible()
    run_id = str(until(lambda: newest(lab), 30, lab.server))
    run = lab.server.wait(run_id)
    assert run["state"] == "succeeded", run["error"]
    assert printed(lab, run_id) == "42\ntyped\n"
    expect(lab.page.get_by_text("has succeeded").first).to_be_visible()


def test_the_menu_of_the_file_browser_runs_what_is_selected(lab: NotebookPage) -> None:
    before = newest(lab)
    lab.command("filebrowser:activate")
    entry = lab.page.locator(".jp-DirListing-item", has_text="runs.ipynb").first
    entry.click(button="right")
    lab.page.locator(".lm-Menu-item", has_text=LABEL).click()
    until(lambda: newest(lab) != before, 30, lab.server)
    run_id = newest(lab)
    assert lab.server.wait(run_id)["state"] == "succeeded"
    assert printed(lab, run_id) == "42\ntyped\n"


def test_nothing_was_written_to_the_console(lab: NotebookPage) -> None:
    assert lab.errors == []
