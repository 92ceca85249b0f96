"""The same runs in threads of the server, and on a Dask cluster that somebody else runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from support.server import LabServer, until

pytestmark = pytest.mark.cluster
MakeServer = Callable[..., LabServer]


def test_in_threads_everything_works(new_server: MakeServer) -> None:
    server = new_server(use_workers=False)
    pool = server.get("pool")
    assert pool["mode"] == "threads"
    assert [w["address"] for w in server.wait_for_workers()] == ["thread", "thread"]
    run_id = server.submit("primes")
    assert server.wait(run_id)["result"] == {"primes": 2262, "attempt": 1}
    chatty = server.submit("chatter", {"messages": 30_000})
    assert server.wait(chatty)["state"] == "succeeded"
    numbers = [event.n for event in server.events(chatty) if event.n]
    assert numbers == list(range(1, len(numbers) + 1))
    long = server.submit("primes", {"below": 50_000_000, "slices": 50_000})
    server.wait(long, "running")
    server.post(f"runs/{long}/cancel")
    assert server.wait(long, timeout=5)["state"] == "cancelled"
    assert server.wait(server.submit("flaky", {"failures": 1}))["state"] == "succeeded"
    assert server.descendants() == []


def test_a_thread_that_hangs_is_given_up_and_shown(new_server: MakeServer) -> None:
    server = new_server(use_workers=False, cancel_grace_s=0.5)
    run_id = server.submit("hang")
    server.wait(run_id, "running")
    server.post(f"runs/{run_id}/cancel")
    assert server.wait(run_id)["state"] == "cancelled"
    states = sorted(w["state"] for w in server.get("pool")["workers"])
    assert states == ["idle", "stuck"]
    assert server.wait(server.submit("primes"))["state"] == "succeeded"


def test_threads_stop_with_the_server_and_go_on_after_it(new_server: MakeServer) -> None:
    server = new_server(use_workers=False)
    run_id = server.submit("primes", {"below": 600_000, "slices": 300})
    until(lambda: (server.run(run_id)["progress"] or {}).get("done", 0) >= 20, 60, server)
    server.stop()
    server.start()
    assert server.wait(run_id)["result"] == {"primes": 49_098, "attempt": 2}


@pytest.fixture
def cluster(
    tmp_path: Path, example_site: Path
) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A `dask scheduler` and two `dask worker` processes, as an operator starts them."""
    file = tmp_path / "scheduler.json"
    env = {**os.environ, "PYTHONPATH": str(example_site)}

    def dask(*args: str) -> subprocess.Popen[bytes]:
        with (tmp_path / "dask.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *args, "--scheduler-file", str(file)],
                env=env,
                stdout=log,
                stderr=log,
                cwd=tmp_path,
            )

    started = [dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")]
    until(file.exists, 60)
    started += [dask("worker", "--nthreads", "1", "--name", f"mine:{i}") for i in range(2)]
    text = until(lambda: file.read_text() if file.read_text().endswith("}") else None, 10)
    import json

    yield json.loads(text)["address"], started
    for process in started:
        process.terminate()
    for process in started:
        process.wait(60)


def test_a_foreign_cluster_is_used_shown_and_left_alone(
    new_server: MakeServer, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, processes = cluster
    server = new_server(scheduler_address=address, cancel_grace_s=0.5)
    workers = server.wait_for_workers()
    assert sorted(w["id"] for w in workers) == ["mine-0", "mine-1"]
    pool = server.get("pool")
    assert (pool["mode"], pool["state"]) == ("attached", "ready")
    assert server.wait(server.submit("primes"))["result"] == {"primes": 2262, "attempt": 1}

    refused = server.http.patch("pool", json={"n_workers": 4})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert server.http.post("pool/workers/mine-0/restart").status_code == 409

    run_id = server.submit("primes", {"below": 600_000, "slices": 300})
    until(lambda: (server.run(run_id)["progress"] or {}).get("done", 0) >= 20, 60, server)
    (busy,) = [w for w in server.get("pool")["workers"] if w["run_id"] == run_id]
    os.kill(busy["pid"], signal.SIGKILL)
    run = server.wait(run_id)
    assert run["result"] == {"primes": 49_098, "attempt": 2}

    server.wait_for_workers()
    hanging = server.submit("hang")
    server.wait(hanging, "running")
    server.post(f"runs/{hanging}/cancel")
    assert server.wait(hanging)["state"] == "cancelled"
    assert "stuck" in {w["state"] for w in server.get("pool")["workers"]}

    server.stop()
    assert [p.poll() for p in processes] == [None] * 3
    assert all(psutil.pid_exists(p.pid) for p in processes)


def test_a_scheduler_that_is_not_there_is_named(new_server: MakeServer) -> None:
    server = new_server(scheduler_address="tcp://127.0.0.1:9")
    run_id = server.submit("primes")
    pool = until(lambda: p if (p := server.get("pool"))["state"] == "failed" else None, 60, server)
    assert "127.0.0.1:9" in pool["reason"]
    assert server.run(run_id)["state"] == "queued"


def test_the_pool_changes_its_size(new_server: MakeServer) -> None:
    server = new_server()
    server.wait_for_workers(2)
    answer = server.http.patch("pool", json={"n_workers": 1})
    assert answer.status_code == 202
    server.wait_for_workers(1)
    assert server.http.patch("pool", json={"minimum": 1, "maximum": 3}).status_code == 202
    runs = [server.submit("primes", {"below": 2_000_000, "slices": 2000}) for _ in range(3)]
    server.wait_for_workers(3)
    for run_id in runs:
        server.wait(run_id, "running")
        server.post(f"runs/{run_id}/cancel")
    for body in (
        {},
        {"n_workers": 0},
        {"minimum": 3, "maximum": 1},
        {"n_workers": 1, "minimum": 1},
    ):
        refused = server.http.patch("pool", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_params"), body


def test_a_worker_can_be_restarted_and_its_run_goes_on(new_server: MakeServer) -> None:
    server = new_server()
    run_id = server.submit("primes", {"below": 600_000, "slices": 300})
    until(lambda: (server.run(run_id)["progress"] or {}).get("done", 0) >= 20, 60, server)
    (busy,) = [w for w in server.get("pool")["workers"] if w["run_id"] == run_id]
    server.post(f"pool/workers/{busy['id']}/restart")
    run = server.wait(run_id)
    assert run["result"] == {"primes": 49_098, "attempt": 2}
    assert run["max_attempts"] == 4
    until(lambda: not psutil.pid_exists(busy["pid"]), 20, server)
    answer = server.http.post("pool/workers/nobody/restart")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
