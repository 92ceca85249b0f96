"""A run below a cell: live in JupyterLab without a kernel, and as it was saved everywhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from support.lab_page import LabPage
from support.server import LabServer, until

from .lab_page import NotebookPage, notebook_page
from .test_saved import RUN

pytestmark = [
    pytest.mark.browser,
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.timeout(600),
]

LAUNCH = """\
import labpool
pool = labpool.connect()
pool.submit("chatter", messages=1_000_000, rate=50, until={gate!r}, name="اجرای دراز & <b>")
"""


@pytest.fixture(scope="module")
def lab(lab_server: LabServer) -> Iterator[NotebookPage]:
    """A notebook whose first cell has launched a run."""
    with notebook_page(lab_server) as page:
        page.open(LAUNCH.format(gate=str(lab_server.home / "gate")))
        page.run(0)
        expect(output(page).get_by_role("status").first).to_have_text("Running")
        yield page
    lab_server.cancel_all()


def output(lab: NotebookPage) -> Locator:
    return lab.page.locator(".jp-CodeCell .lp-Output-run")


def saved(lab: NotebookPage) -> Locator:
    return lab.page.locator(".jp-CodeCell .labpool-still")


def reopen(lab: NotebookPage) -> None:
    """Load the page again, with the notebook but without a kernel."""
    lab.page.reload()
    LabPage.ready(lab)
    lab.command("docmanager:open", path="runs.ipynb", kernelPreference={"shouldStart": False})
    lab.page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell")


def done(lab: NotebookPage) -> int:
    """How far the run below the cell has come."""
    text = output(lab).locator(".lp-PageWorkers-words").first.inner_text()
    digits = [word.replace(",", "") for word in text.split()]
    return next((int(word) for word in digits if word.isdigit()), 0)


def moves(lab: NotebookPage) -> bool:
    before = done(lab)
    until(lambda: done(lab) > before, 60)
    return True


def data(lab: NotebookPage) -> Any:
    """What the saved notebook has of the run."""
    notebook = json.loads((lab.server.home / "runs.ipynb").read_text())
    (found,) = notebook["cells"][0]["outputs"]
    return found["data"]


def test_it_is_live_and_the_same_as_its_page(lab: NotebookPage) -> None:
    expect(output(lab)).to_have_count(1)
    expect(saved(lab)).to_be_hidden()
    expect(output(lab).locator(".lp-Output-name")).to_have_text("اجرای دراز & <b>")
    assert moves(lab)
    output(lab).get_by_text("Log and details").click()
    expect(output(lab).get_by_role("tab", name="Log", exact=False).first).to_be_visible()


def test_it_needs_no_kernel(lab: NotebookPage) -> None:
    lab.page.evaluate(
        "async () => { await window.jupyterapp.shell.currentWidget"
        ".context.sessionContext.shutdown(); }"
    )
    assert moves(lab)
    lab.command("docmanager:save")
    until(lambda: RUN in (lab.server.home / "runs.ipynb").read_text(), 30)
    assert set(data(lab)) == {RUN, "text/html", "text/plain"}
    reopen(lab)
    expect(output(lab)).to_have_count(1)
    assert moves(lab)


def test_its_buttons_work_without_a_kernel(lab: NotebookPage) -> None:
    output(lab).get_by_role("button", name="Cancel").click()
    state = output(lab).get_by_role("status").first
    expect(state).to_have_text("Cancelled")
    output(lab).get_by_role("button", name="Resume").click()
    expect(state).to_have_text("Running")
    output(lab).get_by_role("button", name="Open").click()
    expect(lab.page.locator(".lp-RunPage h1")).to_have_text("اجرای دراز & <b>")
    lab.command("docmanager:open", path="runs.ipynb")


def test_a_run_that_the_server_does_not_have_is_shown_as_it_was_saved(lab: NotebookPage) -> None:
    file = lab.server.home / "runs.ipynb"
    notebook = json.loads(file.read_text())
    notebook["cells"][0]["outputs"][0]["data"][RUN] = {"id": "run-of-another-server"}
    other = lab.server.home / "other.ipynb"
    other.write_text(json.dumps(notebook))
    lab.command("docmanager:open", path=other.name)
    here = lab.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    expect(here.locator(".labpool-still")).to_be_visible()
    expect(here.get_by_text("This server does not have the run.")).to_be_visible()
    expect(here.locator(".labpool-still")).to_contain_text("اجرای دراز & <b>")
    lab.forgive("run-of-another-server")


@pytest.mark.parametrize("broken", [None, 7, {}, {"id": 7}, {"id": ""}, ["x"]])
def test_an_output_of_our_type_that_is_none_shows_the_rest(
    lab: NotebookPage, broken: object
) -> None:
    notebook = json.loads((lab.server.home / "runs.ipynb").read_text())
    notebook["cells"][0]["outputs"][0]["data"][RUN] = broken
    name = f"broken-{abs(hash(str(broken)))}.ipynb"
    (lab.server.home / name).write_text(json.dumps(notebook))
    lab.command("docmanager:open", path=name)
    here = lab.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    expect(here.locator(".labpool-still")).to_be_visible()
    expect(here.locator(".lp-Output-run")).to_have_count(0)


def test_nothing_was_written_to_the_console(lab: NotebookPage) -> None:
    assert lab.errors == []
