"""The widget of a real training, in a real JupyterLab, in a real browser."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from support.server import LabServer, until

from .lab_page import NotebookPage, notebook_page
from .test_saved import STATIC

pytestmark = [
    pytest.mark.browser,
    pytest.mark.cluster,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not STATIC.exists(), reason="the widget's JavaScript is not built"),
]

WORDS = {"family": "dowry alimony divorce custody", "labour": "wage worker insurance pension"}
SMALL = {"hidden_size": 32, "layers": 1, "heads": 2, "vocab_size": 200, "lstm_hidden": 16}
TRAIN = """\
import labpool
pool = labpool.connect()
run = pool.submit("train", dataset={file!r}, model_config={config!r}, epochs=1000,
                  batch_size=8, logging_steps=2, save_steps=500, max_length=16,
                  early_stopping_patience=0, name="Legal classifier")
run.widget()
"""
AGAIN = """\
import labpool
labpool.connect().runs()[0].widget()
"""
SLEEP = """\
import pathlib, time
while not pathlib.Path({alarm!r}).exists():
    time.sleep(0.1)
"""


@pytest.fixture(scope="module")
def lab(lab_server: LabServer) -> Iterator[NotebookPage]:
    """A notebook with a training in its first cell."""
    home = lab_server.home
    chance = random.Random(7)
    rows = [
        {"text": " ".join(chance.choices([*words.split(), "court", "law"], k=8)), "label": label}
        for label, words in WORDS.items()
        for _ in range(120)
    ]
    file = home / "texts.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    train = TRAIN.format(file=str(file), config=SMALL)
    with notebook_page(lab_server) as page:
        page.open(train, SLEEP.format(alarm=str(home / "alarm")), AGAIN)
        page.run(0)
        expect(widget(page)).to_have_count(1, timeout=60_000)
        until(lambda: done(page) > 0, 150, lab_server)
        yield page
    lab_server.cancel_all()


@pytest.fixture
def alarm(lab: NotebookPage) -> Iterator[Path]:
    """The file that ends the sleep of the notebook's second cell."""
    file = lab.server.home / "alarm"
    file.unlink(missing_ok=True)
    yield file
    file.touch()


def widget(lab: NotebookPage, cell: int = 0) -> Locator:
    return lab.page.locator(".jp-CodeCell").nth(cell).locator(".lpw-Run")


def done(lab: NotebookPage, cell: int = 0) -> int:
    """The number of steps that the widget tells."""
    text = widget(lab, cell).locator(".lpw-Figures").inner_text()
    first = text.split("%")[-1].split(" of ")[0]
    digits = "".join(letter for letter in first if letter.isdigit())
    return int(digits) if " of " in text else 0


def moves(lab: NotebookPage, cell: int = 0) -> bool:
    """Whether the widget goes on."""
    before = done(lab, cell)
    until(lambda: done(lab, cell) > before, 60)
    return True


def test_it_goes_on_while_another_cell_sleeps(lab: NotebookPage, alarm: Path) -> None:
    lab.run(1)
    lab.until("kernel().status === 'busy'")
    assert moves(lab)
    assert moves(lab)
    lab.until("kernel().status === 'busy'")
    chart = widget(lab).get_by_role("img")
    expect(chart).to_have_attribute("aria-label", re.compile("loss"))
    alarm.touch()
    lab.until("kernel().status === 'idle'")


def test_it_follows_the_theme(lab: NotebookPage) -> None:
    def colours() -> list[str]:
        found: list[str] = widget(lab).evaluate(
            "node => [getComputedStyle(node).backgroundColor,"
            " getComputedStyle(node.querySelector('.lpw-Legend-line')).borderTopColor]"
        )
        return found

    before = colours()
    lab.set_theme("JupyterLab Dark")
    until(lambda: all(a != b for a, b in zip(before, colours(), strict=True)), 20)
    lab.set_theme("JupyterLab Light")
    until(lambda: colours() == before, 20)


def test_a_page_that_loads_again_shows_it_and_it_goes_on(lab: NotebookPage) -> None:
    lab.command("docmanager:save")
    file = lab.server.home / "runs.ipynb"
    until(lambda: "widget-view" in file.read_text(), 30)
    lab.page.reload()
    lab.ready()
    lab.command("docmanager:open", path=file.name)  # the workspace may be older than the notebook
    expect(widget(lab)).to_have_count(1, timeout=60_000)
    until(lambda: done(lab) > 0, 60)
    assert moves(lab)


def test_persian(lab: NotebookPage) -> None:
    lab.page.evaluate("() => { document.documentElement.lang = 'fa-IR'; }")
    lab.run(2)
    node = widget(lab, 2)
    expect(node).to_have_attribute("dir", "rtl")
    expect(node.locator(".lpw-Chip")).to_have_text("در حال اجرا")
    expect(node.get_by_role("button", name="لغو")).to_be_visible()
    assert any("۰" <= letter <= "۹" for letter in node.locator(".lpw-Figures").inner_text())
    lab.page.evaluate("() => { document.documentElement.lang = 'en'; }")


def test_a_dead_kernel_is_told_and_running_the_cell_again_shows_the_truth(
    lab: NotebookPage,
) -> None:
    lab.page.evaluate(
        "async () => { await window.jupyterapp.shell.currentWidget"
        ".context.sessionContext.session.kernel.restart(); }"
    )
    expect(widget(lab)).to_have_attribute("data-link", "closed")
    expect(widget(lab).get_by_role("button", name="Cancel")).to_have_attribute(
        "aria-disabled", "true"
    )
    lab.until("kernel().status === 'idle'")
    lab.run(2)
    expect(widget(lab, 2).locator(".lpw-Chip")).to_have_text("Running")
    assert moves(lab, 2)


def test_the_buttons_stop_a_run_and_let_it_go_on(lab: NotebookPage) -> None:
    chip = widget(lab, 2).locator(".lpw-Chip")
    widget(lab, 2).get_by_role("button", name="Cancel").click()
    expect(chip).to_have_text("Cancelled")
    widget(lab, 2).get_by_role("button", name="Resume").click()
    expect(chip).to_have_text("Running", timeout=60_000)
    assert moves(lab, 2)


def test_a_press_while_the_kernel_is_busy_is_not_lost(lab: NotebookPage, alarm: Path) -> None:
    # Which of its threads the kernel takes a view's messages on is its own choice: it may be
    # the one that runs the cell. Then the button waits, and the widget says so.
    lab.run(1)
    lab.until("kernel().status === 'busy'")
    widget(lab, 2).get_by_role("button", name="Cancel").click()
    chip, note = (widget(lab, 2).locator(f".lpw-{part}") for part in ("Chip", "Buttons-note"))
    over, waits = chip.filter(has_text="Cancelled"), note.filter(has_text="may be busy")
    expect(over.or_(waits).first).to_be_visible()
    alarm.touch()
    expect(chip).to_have_text("Cancelled", timeout=60_000)
    expect(note).to_have_text("")


def test_nothing_was_written_to_the_console(lab: NotebookPage) -> None:
    assert lab.errors == []
