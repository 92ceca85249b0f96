"""Notebooks through the real server: launched, watched, cancelled, and their worker killed."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

import labpool
from support.server import TOKEN, LabServer, gone, until

pytestmark = [pytest.mark.cluster]


def write(folder: Path, *sources: str, kernel: str = "python3") -> Path:
    """Write a notebook of code cells."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]  # type: ignore[no-untyped-call]
    notebook = nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    notebook.metadata["kernelspec"] = {"name": kernel, "display_name": kernel}
    path = folder / "report.ipynb"
    nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    return path


def pool_of(server: LabServer) -> labpool.Labpool:
    return labpool.connect(server.url, TOKEN)


def texts(path: Path) -> list[str]:
    """Return what each cell of a notebook on disk has printed."""
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    return ["".join(o.get("text", "") for o in cell.outputs) for cell in notebook.cells]


def test_a_notebook_is_run_and_its_copy_lies_beside_it(
    server: LabServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "x = 1", "print(x, 'متن')")
    monkeypatch.chdir(tmp_path)
    run = pool_of(server).notebook("report.ipynb", {"y": 2})
    result = run.result(timeout=120)
    copy = path.with_name(f"report.{run.id}.ipynb")
    assert (result["notebook"], result["cells"]) == (str(copy), 3)
    assert texts(copy)[-1] == "1 متن\n"
    assert run.name == f"notebook report.ipynb {run.id[:4]}"
    (artifact,) = run.artifacts()
    answer = server.http.get(f"runs/{run.id}/file", params={"name": artifact.name})
    assert answer.content == copy.read_bytes()
    assert "1 متن" in server.logs(run.id)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"path": "none.ipynb"}, "params.path", "cannot be read"),
        ({"path": "text.ipynb"}, "params.path", "is no notebook"),
        ({"kernel": "python4"}, "params.kernel", "did you mean python3"),
        ({"parameters": {"class": 1}}, "params.parameters.class", "name of a variable"),
        ({"output": "report.ipynb"}, "params.output", "own place"),
        ({"output": "copy.txt"}, "params.output", "must end in .ipynb"),
        ({"output": "none/copy.ipynb"}, "params.output", "no folder"),
    ],
)
def test_what_cannot_work_is_refused_before_a_run_is_made(
    server: LabServer, tmp_path: Path, change: dict[str, Any], field: str, words: str
) -> None:
    path = write(tmp_path, "1")
    (tmp_path / "text.ipynb").write_text("{}")
    places = {k: str(tmp_path / v) if k in ("path", "output") else v for k, v in change.items()}
    body = {"kind": "notebook", "params": {"path": str(path), **places}}
    answer = server.http.post("runs", json=body)
    assert answer.status_code == 422
    (told,) = answer.json()["details"]["fields"]
    assert told["field"] == field
    assert words in told["message"]


def test_a_killed_worker_takes_the_kernel_along_and_what_was_done_is_kept(
    server: LabServer, tmp_path: Path
) -> None:
    marks = tmp_path / "marks"
    loop = (
        f"import os, time\nopen({str(marks)!r}, 'a').write(f'{{os.getpid()}}\\n')\ntime.sleep(600)"
    )
    path = write(tmp_path, "print('done')", loop)
    run = pool_of(server).notebook(path)
    until(marks.exists, 60, server)
    kernel = psutil.Process(int(marks.read_text().split()[0]))
    (worker,) = [w for w in server.get("pool")["workers"] if w["run_id"] == run.id]
    os.kill(worker["pid"], signal.SIGKILL)
    assert gone([kernel]) == []
    ended = server.wait(run.id)
    assert (ended["state"], ended["error"]["code"]) == ("failed", "worker_lost")
    assert len(marks.read_text().split()) == 1  # it was not run again
    copy = path.with_name(f"report.{run.id}.ipynb")
    assert texts(copy)[0] == "done\n"
    json.loads(copy.read_text())


def test_a_cancelled_notebook_ends_and_keeps_what_is_done(
    server: LabServer, tmp_path: Path
) -> None:
    path = write(tmp_path, "print('begun', flush=True)\nimport time; time.sleep(600)")
    run = pool_of(server).notebook(path)
    until(lambda: "begun" in server.logs(run.id), 60, server)
    server.post(f"runs/{run.id}/cancel")
    assert server.wait(run.id)["state"] == "cancelled"
    assert texts(path.with_name(f"report.{run.id}.ipynb")) == ["begun\n"]
