"""The same runs in threads of the server, and on a Dask cluster that somebody else runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from support.scrape_world import CHROMIUM, ScrapeWorld, lines
from support.server import TOKEN, LabServer, until
from support.site import LocalSite

pytestmark = pytest.mark.cluster
MakeServer = Callable[..., LabServer]


LONG = {"below": 600_000, "slices": 300}


@pytest.fixture(scope="module")
def threads(tmp_path_factory: pytest.TempPathFactory, example_site: Path) -> Iterator[LabServer]:
    """A server that runs jobs in threads; who stops it starts it again."""
    home = tmp_path_factory.mktemp("threads")
    with LabServer(home, example_site, use_workers=False, cancel_grace_s=0.5) as server:
        yield server


def scrapes(server: LabServer) -> None:
    """Scrape three tickets with both workers, and look for what nobody may see."""
    with LocalSite(tickets=3) as site:
        world = ScrapeWorld(server, site)
        world.save_session()
        run = world.scrape([1, 2, 3], workers=2)
        assert (run["state"], run["result"]["ok"]) == ("succeeded", 3)
        assert lines(world.records(run["id"])) == world.expected(1, 2, 3)
        world.assert_hidden(json.dumps(run))


@pytest.fixture
def workers(mortal_server: LabServer) -> Iterator[LabServer]:
    """A server with two workers, which may become more or fewer in a test."""
    mortal_server.wait_for_workers()
    yield mortal_server
    mortal_server.cancel_all()
    assert mortal_server.http.patch("pool", json={"n_workers": 2}).status_code == 202
    mortal_server.wait_for_workers()


def begun(server: LabServer) -> str:
    """Launch a run of some seconds and wait until it is on its way."""
    run_id = server.submit("primes", LONG)
    until(lambda: (server.run(run_id)["progress"] or {}).get("done", 0) >= 20, 90, server)
    return run_id


def test_in_threads_everything_works(threads: LabServer) -> None:
    pool = threads.get("pool")
    assert pool["mode"] == "threads"
    assert [w["address"] for w in threads.wait_for_workers()] == ["thread", "thread"]
    run_id = threads.submit("primes")
    assert threads.wait(run_id)["result"] == {"primes": 2262, "attempt": 1}
    chatty = threads.submit("chatter", {"messages": 30_000})
    assert threads.wait(chatty)["state"] == "succeeded"
    numbers = [event.n for event in threads.events(chatty) if event.n]
    assert numbers == list(range(1, len(numbers) + 1))
    long = threads.submit("primes", {"below": 50_000_000, "slices": 50_000})
    threads.wait(long, "running")
    threads.post(f"runs/{long}/cancel")
    assert threads.wait(long)["state"] == "cancelled"
    until(lambda: {w["state"] for w in threads.get("pool")["workers"]} == {"idle"}, 20, threads)
    assert threads.wait(threads.submit("flaky", {"failures": 1}))["state"] == "succeeded"
    assert threads.descendants() == []


def test_in_threads_there_is_no_dashboard(threads: LabServer) -> None:
    pool = threads.get("pool")
    assert (pool["dashboard_path"], pool["page_path"]) == (None, None)
    headers = {"Authorization": f"token {TOKEN}"}
    answer = httpx.get(f"{threads.url}labpool/dashboard/status", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "threads" in answer.json()["message"]


def test_a_thread_that_hangs_is_given_up_and_shown_and_ends_with_the_server(
    threads: LabServer,
) -> None:
    hanging = threads.submit("hang")
    threads.wait(hanging, "running")
    threads.post(f"runs/{hanging}/cancel")
    assert threads.wait(hanging)["state"] == "cancelled"
    states = sorted(w["state"] for w in threads.get("pool")["workers"])
    assert states == ["idle", "stuck"]
    assert threads.wait(threads.submit("primes"))["state"] == "succeeded"

    run_id = begun(threads)
    threads.stop()
    threads.start()
    assert threads.wait(run_id)["result"] == {"primes": 49_098, "attempt": 2}


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
    yield json.loads(text)["address"], started
    for process in started:
        process.terminate()
    for process in started:
        process.wait(60)


def test_a_foreign_cluster_is_used_shown_and_left_alone(
    new_server: MakeServer, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, processes = cluster
    server = new_server(
        scheduler_address=address,
        cancel_grace_s=0.5,
        scrape_allowed_hosts=["127.0.0.1"],
        scrape_browser=CHROMIUM,
    )
    workers = server.wait_for_workers()
    assert sorted(w["id"] for w in workers) == ["mine-0", "mine-1"]
    pool = server.get("pool")
    assert (pool["mode"], pool["state"]) == ("attached", "ready")
    assert server.wait(server.submit("primes"))["result"] == {"primes": 2262, "attempt": 1}
    if CHROMIUM:
        scrapes(server)

    refused = server.http.patch("pool", json={"n_workers": 4})
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert server.http.post("pool/workers/mine-0/restart").status_code == 409

    run_id = begun(server)
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


def test_the_death_of_a_foreign_scheduler_is_told_on_every_route(
    new_server: MakeServer, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    address, (scheduler, *_) = cluster
    server = new_server(scheduler_address=address)
    server.wait_for_workers()
    run_id = begun(server)
    scheduler.kill()
    scheduler.wait(60)

    def failed() -> dict[str, Any] | None:
        seen = [
            server.http.get("pool"),
            server.http.get("monitoring"),
            server.http.post("pool/workers/mine-0/restart"),
            server.http.patch("pool", json={"n_workers": 2}),
            server.http.post("runs", json={"kind": "primes"}),
        ]
        assert [answer.status_code for answer in seen if answer.status_code >= 500] == []
        pool: dict[str, Any] = seen[0].json()
        return pool if pool["state"] != "ready" else None

    pool = until(failed, 60, server)
    assert pool["reason"]
    assert pool["workers"] == []
    # What ran there is no longer said to run, and goes on once there is a scheduler again.
    server.wait(run_id, "interrupted", "queued")


def test_a_scheduler_that_is_not_there_is_named(new_server: MakeServer) -> None:
    server = new_server(scheduler_address="tcp://127.0.0.1:9")
    run_id = server.submit("primes")
    pool = until(lambda: p if (p := server.get("pool"))["state"] == "failed" else None, 60, server)
    assert "127.0.0.1:9" in pool["reason"]
    assert server.run(run_id)["state"] == "queued"


def test_a_worker_can_be_restarted_and_its_run_goes_on(workers: LabServer) -> None:
    run_id = begun(workers)
    (busy,) = [w for w in workers.get("pool")["workers"] if w["run_id"] == run_id]
    workers.post(f"pool/workers/{busy['id']}/restart")
    run = workers.wait(run_id)
    assert run["result"] == {"primes": 49_098, "attempt": 2}
    assert run["max_attempts"] == 4
    until(lambda: not psutil.pid_exists(busy["pid"]), 20, workers)
    answer = workers.http.post("pool/workers/nobody/restart")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_the_pool_changes_its_size(workers: LabServer) -> None:
    answer = workers.http.patch("pool", json={"n_workers": 1})
    assert answer.status_code == 202
    workers.wait_for_workers(1)
    assert workers.http.patch("pool", json={"minimum": 1, "maximum": 3}).status_code == 202
    runs = [workers.submit("primes", {"below": 2_000_000, "slices": 2000}) for _ in range(3)]
    workers.wait_for_workers(3)
    for run_id in runs:
        workers.wait(run_id, "running")
        workers.post(f"runs/{run_id}/cancel")
    for body in (
        {},
        {"n_workers": 0},
        {"minimum": 3, "maximum": 1},
        {"n_workers": 1, "minimum": 1},
    ):
        refused = workers.http.patch("pool", json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_params"), body
