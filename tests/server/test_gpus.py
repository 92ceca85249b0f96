"""GPUs on a real server: who sees them, and that no two runs have one."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from support.gpus import GIB, FakeGpus
from support.server import LabServer, until

pytestmark = pytest.mark.cluster
MakeServer = Callable[..., LabServer]


@pytest.fixture
def gpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeGpus:
    """GPUs for the servers that a test starts."""
    made = FakeGpus(tmp_path / "driver")
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return made


def says(server: LabServer, run_id: str, message: str) -> bool:
    progress = server.run(run_id)["progress"]
    return progress is not None and progress["message"] == message


def rows(server: LabServer) -> dict[str, list[dict[str, Any]]]:
    """What the pool says of the GPUs of each worker."""
    return {worker["id"]: worker["gpus"] for worker in server.get("pool")["workers"]}


def test_runs_of_two_servers_take_turns_and_the_rows_tell_who_has_it(
    new_server: MakeServer, gpus: FakeGpus, tmp_path: Path
) -> None:
    card = gpus.gpu("NVIDIA T1", used=GIB)
    workers, threads = new_server(), new_server(use_workers=False)
    free = {"uuid": card, "name": "NVIDIA T1", "memory_bytes": 8 * GIB, "held": False}
    expected = {
        "w0": [free | {"memory_used_bytes": GIB}],
        "w1": [free | {"memory_used_bytes": GIB}],
    }
    until(lambda: rows(workers) == expected, 60, workers)
    assert "torch" not in loaded(workers)

    first = workers.submit("gpu", {"until": str(tmp_path / "never")})
    until(lambda: says(workers, first, card), 60, workers)
    gpus.use(card, 5 * GIB)
    seat = workers.run(first)["workers"][0]
    taken = free | {"memory_used_bytes": 5 * GIB}
    shown = {"w0": [taken], "w1": [taken]} | {seat: [taken | {"held": True}]}
    until(lambda: rows(workers) == shown, 60, workers)

    beside = workers.submit("gpu", {"until": str(tmp_path / "end")})
    other = threads.submit("gpu", {"until": str(tmp_path / "end")})
    until(lambda: says(workers, beside, "waiting for a GPU"), 60, workers)
    until(lambda: says(threads, other, "waiting for a GPU"), 60, threads)
    workers.post(f"runs/{beside}/cancel")
    assert workers.wait(beside)["state"] == "cancelled"

    workers.kill()  # with its worker, and so the run that has the GPU
    until(lambda: says(threads, other, card), 60, threads)
    seat = threads.run(other)["workers"][0]
    held = {worker: found[0]["held"] for worker, found in rows(threads).items()}
    assert held == {worker: worker == seat for worker in ("t0", "t1")}
    (tmp_path / "end").touch()
    assert threads.wait(other)["result"] == {"gpu": card}


def test_a_mask_is_followed_and_a_killed_worker_gives_its_gpu_back(
    new_server: MakeServer, gpus: FakeGpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpus.gpu("NVIDIA hidden")
    shown = [gpus.gpu("NVIDIA T1"), gpus.gpu("NVIDIA T2")]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", ",".join(reversed(shown)))
    server = new_server(retry_base_s=0.1)
    runs = [server.submit("gpu", {"until": str(tmp_path / "end")}) for _ in shown]
    until(lambda: {message(server, run) for run in runs} == set(shown), 60, server)
    had = message(server, runs[0])
    pid = next(w["pid"] for w in server.get("pool")["workers"] if w["run_id"] == runs[0])
    os.kill(pid, signal.SIGKILL)
    until(lambda: server.run(runs[0])["attempt"] == 2 and says(server, runs[0], had), 60, server)
    (tmp_path / "end").touch()
    results = [server.wait(run)["result"]["gpu"] for run in runs]
    assert sorted(results) == sorted(shown)


@pytest.mark.slow
def test_a_training_that_cannot_use_the_gpu_says_so(
    new_server: MakeServer, gpus: FakeGpus, tmp_path: Path
) -> None:
    import torch

    if torch.version.cuda or torch.version.hip:
        pytest.skip("this torch may find a GPU of its own")
    gpus.gpu("NVIDIA T1")
    data = tmp_path / "texts.csv"
    data.write_text("text,label\n" + "good,a\nbad,b\n" * 8)
    server = new_server(n_workers=1)
    params = {"dataset": str(data), "epochs": 1}
    run = server.wait(server.submit("train", params))
    assert run["state"] == "succeeded", run["error"]
    assert run["result"]["device"] == "cpu"
    note = next(n for n in run["result"]["notes"] if "GPU" in n)
    assert note.startswith("trained on the CPU although there is NVIDIA T1: torch ")
    assert note in server.logs(run["id"])
    assert "training on the CPU" in server.logs(run["id"])
    refused = server.wait(server.submit("train", params | {"device": "cuda:0"}))
    assert refused["error"]["code"] == "device_unavailable"
    assert "build without GPUs" in refused["error"]["message"]
    wrong = server.http.post("runs", json={"kind": "train", "params": params | {"device": "gpu"}})
    assert wrong.status_code == 422
    assert wrong.json()["details"]["fields"][0]["field"] == "params.device"


def message(server: LabServer, run_id: str) -> str:
    return str((server.run(run_id)["progress"] or {}).get("message"))


def loaded(server: LabServer) -> str:
    """Names of the libraries that the server and its workers have mapped."""
    found = [psutil.Process(server.pid), *server.descendants()]
    paths = {Path(each.path).name for process in found for each in process.memory_maps()}
    return " ".join(sorted(name for name in paths if "torch" in name or "cuda" in name))
