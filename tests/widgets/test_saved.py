"""What a saved notebook keeps of a run."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import labpool.client.widgets
from client.stand_in import StandIn
from labpool.wire.events import RunSucceeded
from support.server import until

from .conftest import tell

RUN = "application/vnd.labpool.run+json"
VIEW = "application/vnd.jupyter.widget-view+json"
STATIC = Path(labpool.client.widgets.__file__).parent / "static" / "run.js"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not STATIC.exists(), reason="the widget's JavaScript is not built"),
]

SHOW = """\
import labpool
from labpool.client.widgets import show
run = labpool.connect().get("r1")
show(run)
"""
WAIT = """\
import time
run.wait(60)
time.sleep(1)  # the picture of the end is drawn by a thread
"""
REST = """\
import threading
for thread in threading.enumerate():
    if thread.name.startswith("labpool"):
        thread.join(60)
"""
THREADS = """\
import threading
print(sorted(t.name for t in threading.enumerate() if "labpool" in t.name))
"""


@pytest.fixture
def execute(stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs cells in a real kernel and returns the notebook as it would be saved."""
    monkeypatch.setenv("LABPOOL_URL", f"{stand_in.url}?token={stand_in.token}")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(p for p in _path() if p))

    def run(*cells: str) -> Any:
        text = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [*map(_cell, cells)]}
        notebook = nbformat.from_dict(text)  # type: ignore[no-untyped-call]  # it has no types
        NotebookClient(notebook, timeout=90, kernel_name="python3").execute()
        return notebook

    return run


def _cell(source: str) -> dict[str, Any]:
    return {
        "id": f"cell-{abs(hash(source))}",
        "cell_type": "code",
        "source": source,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }


def _path() -> list[str]:
    source = Path(labpool.__file__).parents[1]
    return [str(source), os.environ.get("PYTHONPATH", "")]


def outputs(notebook: Any, cell: int = 0) -> Any:
    return [one for one in notebook.cells[cell].outputs if "data" in one]


def test_a_run_on_its_way_is_kept_as_it_stood(execute: Any) -> None:
    (output,) = outputs(execute(SHOW))
    assert output.output_type == "display_data"
    assert set(output.data) == {RUN, "text/html", "text/plain"}
    assert output.data[RUN] == {"id": "r1"}
    assert "running" in output.data["text/plain"]
    assert "goes on in the server" in output.data["text/html"]


def test_the_end_replaces_the_picture_of_the_way(execute: Any, stand_in: StandIn) -> None:
    def go_on() -> None:
        until(lambda: stand_in.count("GET", "api/events"), 60)
        for step in range(5, 10):
            tell(stand_in, step)
        stand_in.emit(RunSucceeded(run_id="r1", attempt=1, result={"final_loss": 0.125}))

    world = threading.Thread(target=go_on)
    world.start()
    notebook = execute(SHOW, WAIT)
    world.join()
    (output,) = outputs(notebook)
    html = output.data["text/html"]
    assert "succeeded" in output.data["text/plain"]
    assert "final_loss" in html
    assert "0.125" in html
    assert "goes on in the server" not in html
    assert output.data[RUN] == {"id": "r1"}


def test_a_cell_that_ends_in_a_run_shows_it(execute: Any) -> None:
    (output,) = outputs(execute(SHOW.replace("show(run)", "run")))
    assert set(output.data) == {RUN, "text/html", "text/plain"}


def test_shows_and_widgets_of_one_run_share_two_threads(execute: Any) -> None:
    notebook = execute(SHOW, "run.widget()", "run.widget()", "show(run)", THREADS)
    models = {outputs(notebook, cell)[0].data[VIEW]["model_id"] for cell in (1, 2)}
    assert len(models) == 1
    assert outputs(notebook, 3)[0].data[RUN] == {"id": "r1"}
    assert notebook.cells[4].outputs[0].text == "['labpool-draw', 'labpool-events']\n"


def test_a_run_that_is_over_is_not_followed(execute: Any, stand_in: StandIn) -> None:
    stand_in.emit(RunSucceeded(run_id="r1", attempt=1, result={"final_loss": 0.125}))
    notebook = execute(SHOW, REST + THREADS)
    assert notebook.cells[1].outputs[0].text == "[]\n"
