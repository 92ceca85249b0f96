"""The guided example runs as it is, in a kernel, against the real server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from support.server import LabServer

read: Any = nbformat.read  # has no types
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def every_notebook() -> list[Path]:
    return sorted(NOTEBOOKS.glob("*.ipynb"))


@pytest.mark.parametrize("path", every_notebook(), ids=lambda path: path.stem)
def test_a_notebook_is_valid_and_without_outputs(path: Path) -> None:
    notebook = read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


@pytest.mark.slow
@pytest.mark.cluster
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_training_example_runs(real_server: LabServer, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    for name, value in real_server.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LABPOOL_TOKEN", "")
    notebook = read(NOTEBOOKS / "01_train.ipynb", as_version=4)
    NotebookClient(notebook, timeout=800, kernel_name="python3").execute()
    said = "".join(
        output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", [])
    )
    assert "accuracy on sentences" in said
    assert "saved " in said
    errors = [cell.source for cell in notebook.cells if "Traceback" in str(cell.get("outputs"))]
    assert not errors
    assert os.environ["HOME"] == str(real_server.home)
