"""Whatever dies, no run is lost and no process is left behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime

import psutil
import pytest

from support.server import LabServer, gone, until

pytestmark = [pytest.mark.cluster, pytest.mark.faults]

MakeServer = Callable[..., LabServer]
LONG = {"below": 600_000, "slices": 300}


def begun(server: LabServer, slices: int = 20) -> str:
    """Launch a run of some seconds and wait until it is on its way."""
    run_id = server.submit("primes", LONG)
    until(lambda: (server.run(run_id)["progress"] or {}).get("done", 0) >= slices, 90, server)
    return run_id


def one_story(server: LabServer, run_id: str, reason: str) -> None:
    """Check a run that was interrupted once and then went to its end from where it was."""
    run = server.wait(run_id)
    assert run["state"] == "succeeded", run
    assert run["result"] == {"primes": 49_098, "attempt": 2}
    events = server.events(run_id)
    interruptions = [e for e in events if e.type == "run_interrupted"]
    assert [e.error.code for e in interruptions] == [reason]
    (first, second) = server.logs(run_id)
    assert first == "begins at slice 0"
    assert int(second.removeprefix("begins at slice ")) >= 20
    (series,) = server.get(f"runs/{run_id}/metrics")["items"]
    assert series["steps"][-1] == 300
    for attempt in (1, 2):
        numbers = [e.n for e in events if e.n and e.attempt == attempt]
        assert numbers == list(range(1, len(numbers) + 1))
    assert [e.seq for e in events] == sorted({e.seq for e in events})


def test_a_killed_worker_costs_a_run_nothing_but_time(server: LabServer) -> None:
    before = sum(w["errors"] for w in server.wait_for_workers())
    run_id = begun(server)
    (worker,) = [w for w in server.get("pool")["workers"] if w["run_id"] == run_id]
    os.kill(worker["pid"], signal.SIGKILL)
    one_story(server, run_id, "worker_lost")
    assert sum(w["errors"] for w in server.wait_for_workers()) == before + 1


def held(server: LabServer) -> psutil.Process:
    """Kill the one worker, and return what comes back in its place, stopped."""
    (worker,) = server.wait_for_workers(1)
    before = server.descendants()
    os.kill(worker["pid"], signal.SIGKILL)

    def newcomers() -> list[psutil.Process]:
        return [child for child in server.descendants() if child not in before]

    (back, *_) = until(newcomers, 30, server)
    back.suspend()
    return back


def test_a_worker_that_comes_back_late_is_not_given_up(
    new_server: MakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Dask's clock for workers that are away; on a busy machine one may come back later than that.
    monkeypatch.setenv("DASK_DISTRIBUTED__DEPLOY__LOST_WORKER_TIMEOUT", "10ms")
    server = new_server(n_workers=1, retry_base_s=1)
    run_id = begun(server)
    late = held(server)
    until(lambda: server.run(run_id)["state"] == "queued", 60, server)
    late.resume()
    run = server.wait(run_id)
    assert (run["state"], run["result"]) == ("succeeded", {"primes": 49_098, "attempt": 2})
    (worker,) = server.wait_for_workers(1)
    assert worker["pid"] == late.pid


def test_a_worker_that_hangs_while_it_starts_is_replaced_and_holds_up_no_stop(
    new_server: MakeServer,
) -> None:
    server = new_server(n_workers=1, worker_start_s=20)
    hung = held(server)
    assert gone([hung], 60) == []
    assert server.wait(server.submit("primes"))["state"] == "succeeded"
    held(server)
    children = server.descendants()
    server.stop()
    assert gone(children) == []


def test_a_ctrl_c_in_the_servers_terminal_is_for_the_server_alone(server: LabServer) -> None:
    run_id = server.submit("primes", LONG)
    server.wait(run_id, "running")
    for worker in server.wait_for_workers():
        os.kill(worker["pid"], signal.SIGINT)
    assert server.wait(run_id)["result"] == {"primes": 49_098, "attempt": 1}


def test_a_killed_server_leaves_nothing_behind_and_goes_on(server: LabServer) -> None:
    held = server.submit("hang", {"hold": True})  # a job that lets nobody else run
    server.wait(held, "running")
    run_id = begun(server)
    queued = [server.submit("primes", {"slices": 1}, priority=-1) for _ in range(3)]
    children = server.descendants()
    assert len(children) >= 2
    server.kill()
    assert gone(children) == []
    server.start()
    one_story(server, run_id, "server_lost")
    assert [server.wait(r)["state"] for r in queued] == ["succeeded"] * 3

    server.wait(held, "running")
    began = time.monotonic()
    server.post(f"runs/{held}/cancel")
    assert server.wait(held, timeout=20)["state"] == "cancelled"
    assert time.monotonic() - began < 10


def test_going_on_by_itself_can_be_turned_off(new_server: MakeServer) -> None:
    server = new_server(use_workers=False, auto_resume=False)  # how runs are taken up is the same
    run_id = begun(server)
    server.kill()
    server.start()
    run = server.run(run_id)
    assert (run["state"], run["retry_at"]) == ("interrupted", None)
    server.post(f"runs/{run_id}/resume")
    one_story(server, run_id, "server_lost")


def test_a_stopped_server_lets_jobs_save_waits_for_none_that_hangs_and_goes_on(
    server: LabServer,
) -> None:
    hanging = server.submit("hang")
    server.wait(hanging, "running")
    run_id = begun(server)
    children = server.descendants()
    server.stop()
    assert gone(children) == []
    server.start()
    one_story(server, run_id, "server_stopped")
    server.wait(hanging, "running")
    server.post(f"runs/{hanging}/cancel")
    assert server.wait(hanging)["state"] == "cancelled"


def test_out_of_memory_says_so_and_gets_another_attempt_while_there_are_some(
    new_server: MakeServer,
) -> None:
    server = new_server(memory_limit="400MiB")
    once, twice = (server.submit("hog", max_attempts=count) for count in (1, 2))
    for run_id, attempts in ((once, 1), (twice, 2)):
        run = server.wait(run_id)
        assert (run["state"], run["attempt"]) == ("failed", attempts)
        error = run["error"]
        assert error["code"] == "out_of_memory"
        assert error["details"]["limit_bytes"] == 400 * 2**20
        assert error["details"]["peak_bytes"] > 0.9 * 400 * 2**20
        assert "419 MB" in error["message"]
    assert server.wait(server.submit("primes"))["state"] == "succeeded"


def test_a_second_server_on_the_same_folder_says_whose_it_is(
    server: LabServer, new_server: MakeServer
) -> None:
    second = new_server(data_dir=str(server.data_dir))
    answer = second.http.get("runs")
    assert (answer.status_code, answer.json()["code"]) == (409, "store_in_use")
    assert str(server.pid) in answer.json()["message"]
    assert server.http.get("runs").status_code == 200


def test_an_active_server_is_not_idle(server: LabServer) -> None:
    run_id = server.submit("hang")
    server.wait(run_id, "running")
    root = server.http.base_url.join("/api/status")
    status = server.http.get(root).json()
    last = datetime.fromisoformat(status["last_activity"])
    assert (datetime.now(UTC) - last).total_seconds() < 60
    server.get("runs")
    server.get("pool")
    server.post(f"runs/{run_id}/cancel")
    server.wait(run_id)


def test_what_was_said_before_a_flush_is_stored_though_the_worker_dies_in_the_same_moment(
    server: LabServer,
) -> None:
    run = server.wait(server.submit("speak", {"lines": 500}, max_attempts=2))
    assert (run["state"], run["attempt"]) == ("succeeded", 2)
    assert run["result"] == {"stored": True, "accuracy": 0.5}
    said = [f"{attempt} {line} caf\\udce9.csv" for attempt in (1, 2) for line in range(500)]
    assert server.logs(run["id"]) == said
    saved = [e for e in server.events(run["id"]) if e.type == "artifact_saved"]
    assert [(e.name, e.meta) for e in saved] == [
        ("out-1", {"accuracy": 0.5}),
        ("out-2", {"accuracy": 0.5}),
    ]
    (series,) = server.get(f"runs/{run['id']}/metrics")["items"]
    assert (series["name"], series["steps"]) == ("caf\\udce9.csv", [1, 2])


def test_what_a_run_leaves_out_is_in_its_state_once_and_beside_success(server: LabServer) -> None:
    run = server.wait(server.submit("speak", {"lines": 1, "leaves_out": True}, max_attempts=2))
    assert (run["state"], run["attempt"]) == ("succeeded", 2)
    assert run["notices"] == [
        {
            "code": "rows_left_out",
            "message": "3 of 10 rows are left out",
            "args": {"count": 3, "of": 10},
        },
        {
            "code": "thread_failed",
            "message": "A thread of the job ended with an error (reader): "
            "OSError: the socket is closed",
            "args": {"thread": "reader", "error": "OSError: the socket is closed"},
        },
    ]
    (listed,) = [one for one in server.get("runs")["items"] if one["id"] == run["id"]]
    assert listed["notices"] == run["notices"]
    assert server.logs(run["id"]).count("3 of 10 rows are left out") == 2
