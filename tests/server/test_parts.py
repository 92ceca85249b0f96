"""Runs that several workers share."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from labpool.wire.events import PART_SPAN, AttemptStarted, WorkerLeft
from support.server import LabServer, until

pytestmark = pytest.mark.cluster

PRIMES_BELOW_20000 = 2262
LONG = {"pieces": 400, "below": 1_500_000}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, example_site: Path) -> Iterator[LabServer]:
    """A server with two workers, of which tests take one away."""
    with LabServer(tmp_path_factory.mktemp("parts"), example_site) as server:
        server.wait_for_workers()
        yield server


@pytest.fixture
def shared(server: LabServer) -> Iterator[Callable[[], str]]:
    """Launches a run of some seconds and waits until both workers are on it."""

    def launch() -> str:
        run_id = server.submit("share", LONG)
        until(lambda: len(server.run(run_id)["workers"]) == 2, 60, server)
        until(lambda: (server.run(run_id)["progress"] or {}).get("done", 0) >= 4, 60, server)
        return run_id

    server.wait_for_workers()
    yield launch
    server.cancel_all()
    until(lambda: not [w for w in server.get("pool")["workers"] if w["run_id"]], 30, server)


def on(server: LabServer, run_id: str) -> list[str]:
    return [w["id"] for w in server.get("pool")["workers"] if w["run_id"] == run_id]


def units(server: LabServer) -> dict[str, str | None]:
    """Return what each worker counts; None before its first word of it."""
    workers = server.get("pool")["workers"]
    return {w["id"]: (w["progress"] or {}).get("unit") for w in workers}


def left(server: LabServer, run_id: str) -> list[tuple[str, str]]:
    events = server.events(run_id)
    return [(event.worker, event.reason) for event in events if isinstance(event, WorkerLeft)]


def test_free_workers_help_and_every_piece_is_done_once(
    server: LabServer, shared: Callable[[], str]
) -> None:
    run_id = shared()
    assert set(server.run(run_id)["workers"]) == {"w0", "w1"}
    until(lambda: units(server) == {"w0": "piece", "w1": "piece"}, 30, server)
    assert server.wait(run_id)["state"] == "succeeded"
    lines = server.logs(run_id)
    assert Counter(line.split(" counts ")[0] for line in lines).keys() == {"w0", "w1"}
    pieces = [line.split("piece ")[1].split()[0] for line in lines]
    assert sorted(pieces, key=int) == [str(piece) for piece in range(400)]
    starts = [event for event in server.events(run_id) if isinstance(event, AttemptStarted)]
    assert {event.n // PART_SPAN for event in starts} == {0, 1}


def test_one_that_may_have_one_worker_has_one(server: LabServer) -> None:
    run_id = server.submit("share", {"pieces": 40, "most": 1})
    assert server.wait(run_id)["result"]["primes"] == PRIMES_BELOW_20000
    starts = [event for event in server.events(run_id) if isinstance(event, AttemptStarted)]
    assert len(starts) == 1


def test_a_run_knows_those_before_that_did_the_same(server: LabServer) -> None:
    first, other, second = (
        server.submit("share", {"pieces": 5, "below": below}) for below in (3000, 3001, 3000)
    )
    for run_id in (first, other, second):
        server.wait(run_id)
    third = server.wait(server.submit("share", {"pieces": 7, "below": 3000}))
    assert third["result"]["earlier"] == [second, first]
    assert third["name"] == "primes below 3000"


def test_one_worker_is_given_back_to_a_run_that_waits(
    server: LabServer, shared: Callable[[], str]
) -> None:
    run_id = shared()
    other = server.submit("primes")
    assert server.wait(other, timeout=60)["state"] == "succeeded"
    assert [reason for _, reason in left(server, run_id)] == ["needed"]
    assert server.run(run_id)["state"] == "running"
    until(lambda: len(on(server, run_id)) == 2, 30, server)  # and comes back


def test_a_killed_worker_costs_the_run_nothing(
    server: LabServer, shared: Callable[[], str]
) -> None:
    run_id = shared()
    victim = next(w for w in server.get("pool")["workers"] if w["id"] == "w0")
    os.kill(victim["pid"], signal.SIGKILL)
    until(lambda: left(server, run_id), 30, server)
    run = server.wait(run_id)
    assert (run["state"], run["attempt"]) == ("succeeded", 1)
    assert left(server, run_id)[0] == ("w0", "lost")
    assert run["result"]["primes"] == 114_155


def test_a_restart_of_one_of_its_workers_is_no_interruption(
    server: LabServer, shared: Callable[[], str]
) -> None:
    run_id = shared()
    before = {w["id"]: w["pid"] for w in server.get("pool")["workers"]}
    server.post("pool/workers/w1/restart")
    until(lambda: ("w1", "needed") in left(server, run_id), 30, server)
    until(lambda: len(on(server, run_id)) == 2, 60, server)
    now = {w["id"]: w["pid"] for w in server.get("pool")["workers"]}
    assert now["w1"] != before["w1"]
    assert now["w0"] == before["w0"]
    assert server.run(run_id)["attempt"] == 1


def test_a_failure_on_one_worker_ends_the_run_on_all(server: LabServer) -> None:
    run_id = server.submit("share", {**LONG, "fail_at": 60})
    run = server.wait(run_id)
    assert (run["state"], run["error"]["code"]) == ("failed", "cursed")
    assert run["workers"] == []
    until(lambda: {w["state"] for w in server.get("pool")["workers"]} == {"idle"}, 30, server)


def test_a_cancelled_run_leaves_all_its_workers(
    server: LabServer, shared: Callable[[], str]
) -> None:
    run_id = shared()
    server.post(f"runs/{run_id}/cancel")
    assert server.wait(run_id)["state"] == "cancelled"
    until(lambda: {w["state"] for w in server.get("pool")["workers"]} == {"idle"}, 30, server)


def test_in_threads_workers_share_a_run_as_well(tmp_path: Path, example_site: Path) -> None:
    with LabServer(tmp_path, example_site, use_workers=False) as server:
        run = server.wait(server.submit("share", {"pieces": 60, "below": 60_000}))
        assert run["state"] == "succeeded"
        starts = [event for event in server.events(run["id"]) if isinstance(event, AttemptStarted)]
        assert {event.worker for event in starts} == {"t0", "t1"}
