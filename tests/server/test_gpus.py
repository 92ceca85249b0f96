"""GPUs on real servers: who sees them, and that no two runs have one."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest

from support.gpus import GIB, FakeGpus
from support.server import LabServer, until

pytestmark = pytest.mark.cluster


class Machine(NamedTuple):
    """A machine with two GPUs, one of them hidden by a mask, and two servers.

    Attributes:
        workers: A server with two worker processes.
        threads: One that runs jobs in threads.
        card: UUID of the GPU that is not hidden.
    """

    gpus: FakeGpus
    workers: LabServer
    threads: LabServer
    card: str


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory, example_site: Path) -> Iterator[Machine]:
    home = tmp_path_factory.mktemp("machine")
    gpus = FakeGpus(home / "driver")
    gpus.gpu("NVIDIA hidden")
    card = gpus.gpu("NVIDIA T1", used=GIB)
    folders = [home / name for name in ("workers", "threads")]
    for folder in folders:
        folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in gpus.environment.items():
            patch.setenv(name, value)
        patch.setenv("CUDA_VISIBLE_DEVICES", card)
        with (
            LabServer(folders[0], example_site) as workers,
            LabServer(folders[1], example_site, use_workers=False) as threads,
        ):
            workers.wait_for_workers()
            yield Machine(gpus, workers, threads, card)


def message(server: LabServer, run_id: str) -> str:
    return str((server.run(run_id)["progress"] or {}).get("message"))


def rows(server: LabServer) -> dict[str, list[dict[str, Any]]]:
    """What the pool says of the GPUs of each worker."""
    return {worker["id"]: worker["gpus"] for worker in server.get("pool")["workers"]}


def says(server: LabServer, run_id: str, text: str) -> bool:
    return message(server, run_id) == text


def shows(server: LabServer, expected: dict[str, list[dict[str, Any]]]) -> bool:
    return rows(server) == expected


def test_the_rows_show_what_the_mask_lets_through_and_who_has_it(
    machine: Machine, tmp_path: Path
) -> None:
    gpus, workers, threads, card = machine
    gpu = {"uuid": card, "name": "NVIDIA T1", "memory_bytes": 8 * GIB, "held": False}
    free = gpu | {"memory_used_bytes": GIB}
    until(lambda: rows(workers) == {"w0": [free], "w1": [free]}, 60, workers)
    until(lambda: rows(threads) == {"t0": [free], "t1": [free]}, 60, threads)
    assert loaded(workers) == ""

    used = gpu | {"memory_used_bytes": 5 * GIB}
    for server in (workers, threads):
        end = tmp_path / f"end-{server.pid}"
        run = server.submit("gpu", {"until": str(end)})
        until(partial(says, server, run, card), 60, server)
        gpus.use(card, 5 * GIB)
        seat = server.run(run)["workers"][0]
        expected = {worker: [used | {"held": worker == seat}] for worker in rows(server)}
        until(partial(shows, server, expected), 60, server)
        end.touch()
        assert server.wait(run)["result"] == {"gpu": card}
        gpus.use(card, GIB)


def test_runs_of_two_servers_take_turns_and_a_killed_worker_gives_its_gpu_back(
    machine: Machine, tmp_path: Path
) -> None:
    _, workers, threads, card = machine
    first, second = (workers.submit("gpu", {"until": str(tmp_path / "ours")}) for _ in range(2))
    until(lambda: message(workers, first) == card, 60, workers)
    other = threads.submit("gpu", {"until": str(tmp_path / "theirs")})
    waits = "waiting for a GPU"
    until(lambda: message(workers, second) == waits, 60, workers)
    until(lambda: message(threads, other) == waits, 60, threads)
    workers.post(f"runs/{second}/cancel")
    assert workers.wait(second)["state"] == "cancelled"
    pid = next(w["pid"] for w in workers.get("pool")["workers"] if w["run_id"] == first)
    os.kill(pid, signal.SIGKILL)
    until(lambda: workers.run(first)["attempt"] == 2, 60, workers)
    until(lambda: card in (message(threads, other), message(workers, first)), 60, workers)
    (tmp_path / "ours").touch()
    (tmp_path / "theirs").touch()
    assert threads.wait(other)["result"] == {"gpu": card}
    run = workers.wait(first)
    assert (run["result"], run["attempt"]) == ({"gpu": card}, 2)


@pytest.mark.slow
def test_a_training_that_cannot_use_the_gpu_says_so(machine: Machine, tmp_path: Path) -> None:
    import torch

    if torch.version.cuda or torch.version.hip:
        pytest.skip("this torch may find a GPU of its own")
    server = machine.workers
    data = tmp_path / "texts.csv"
    data.write_text("text,label\n" + "good,a\nbad,b\n" * 8)
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


def loaded(server: LabServer) -> str:
    """Names of the libraries that the server and its workers have mapped."""
    found = [psutil.Process(server.pid), *server.descendants()]
    paths = {Path(each.path).name for process in found for each in process.memory_maps()}
    return " ".join(sorted(name for name in paths if "torch" in name or "cuda" in name))
