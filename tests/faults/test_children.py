"""What a job's body has started ends with it, however it ends."""

from __future__ import annotations

import json
import os
import signal
import sys

import psutil
import pytest

from support.server import LabServer, gone, until

pytestmark = [pytest.mark.cluster, pytest.mark.faults]

WAYS = 8


def started(server: LabServer, run_id: str) -> list[psutil.Process]:
    """Return what a run that hangs has started."""
    line = until(lambda: server.logs(run_id)[:1], 60, server)[0]
    return [psutil.Process(pid) for pid in json.loads(line).values()]


def worker_of(server: LabServer, run_id: str) -> psutil.Process:
    """Return the worker that has a run."""
    (worker,) = [w for w in server.get("pool")["workers"] if w["run_id"] == run_id]
    return psutil.Process(worker["pid"])


def test_what_a_job_leaves_is_gone_when_its_run_has_ended_and_the_worker_stays(
    server: LabServer,
) -> None:
    before = {worker["pid"] for worker in server.wait_for_workers()}
    for _ in range(3):  # on two workers: one of them twice
        run_id = server.submit("spawn")
        run = server.wait(run_id)
        assert run["state"] == "succeeded", run["error"]
        pids = json.loads(server.logs(run_id)[0]).values()
        assert len(pids) == WAYS
        assert [pid for pid in pids if psutil.pid_exists(pid)] == []  # at once, and no zombies
    assert {worker["pid"] for worker in server.wait_for_workers()} == before


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
@pytest.mark.parametrize("how", ["cancel", "worker", "server"])
def test_what_a_job_has_started_dies_with_its_worker(server: LabServer, how: str) -> None:
    server.wait_for_workers()
    run_id = server.submit("spawn", {"hang": True}, max_attempts=1)
    children = started(server, run_id)
    assert len(children) == WAYS
    if how == "cancel":
        server.post(f"runs/{run_id}/cancel")
        server.wait(run_id, "cancelled")
    elif how == "worker":
        os.kill(worker_of(server, run_id).pid, signal.SIGKILL)
        server.wait(run_id)
    else:
        everything = server.descendants()
        server.kill()
        assert gone(everything) == []  # the guardians, too
    assert gone(children) == []
    if how == "server":
        server.start()
        server.cancel_all()
