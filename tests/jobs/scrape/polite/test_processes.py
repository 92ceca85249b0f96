"""Several processes that share a folder: the limits hold for all of them together."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from labpool.jobs.scrape.polite import HostLimits, HostResting, Hosts

HOST = "example.org:8080"

WORKER = """
import asyncio, json, os, sys, time
from pathlib import Path
from labpool.jobs.scrape.polite import HostLimits, Hosts

order = json.loads(sys.argv[1])
folder, limits = Path(order["folder"]), HostLimits(**order["limits"])
log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

last = 0.0

def clock():
    global last
    last = time.monotonic()
    return last

def note(at, what):
    os.write(log, f"{at:.9f} {what}\\n".encode())

async def one(hosts):
    async with hosts.request(order["host"], limits) as turn:
        note(last, "+")  # what the turn was given at: nothing else ran since
        print("in", flush=True)
        if order["held"]:
            await asyncio.to_thread(sys.stdin.readline)
        else:
            await asyncio.sleep(0.005)
        getattr(turn, order["said"][0])(*order["said"][1:])
        note(clock(), "-")

async def main():
    hosts = Hosts(folder, clock)
    await asyncio.gather(*(one(hosts) for _ in range(order["count"])))

print("ready", flush=True)
if order["count"] > 1:
    sys.stdin.readline()
asyncio.run(main())
"""

Start = Callable[..., subprocess.Popen[str]]
WIDE: dict[str, Any] = {"rate_per_s": None, "parallel": 8, "failures": 1, "open_s": 0.0}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts workers that make requests."""
    with ExitStack() as started:

        def run(
            limits: dict[str, Any], *, count: int = 1, held: bool = False, said: Any = ("ok",)
        ) -> subprocess.Popen[str]:
            order = {
                "folder": str(tmp_path), "host": HOST, "limits": limits,
                "count": count, "held": held, "said": said,
            }  # fmt: skip
            process = subprocess.Popen(
                [sys.executable, "-c", WORKER, json.dumps(order)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            started.callback(process.communicate)
            started.callback(process.kill)
            assert line(process) == "ready"
            return process

        yield run


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def notes(folder: Path) -> list[tuple[float, str]]:
    """What the workers noted, by the clock that they share."""
    lines = [text.split() for text in (folder / "log").read_text().splitlines()]
    return sorted((float(at), what) for at, what in lines)


def most_at_once(folder: Path) -> int:
    now = most = 0
    for _, what in notes(folder):
        now += 1 if what == "+" else -1
        most = max(most, now)
    assert now == 0
    return most


def together(workers: list[subprocess.Popen[str]]) -> None:
    for worker in workers:
        go(worker)
    for worker in workers:
        worker.communicate()
        assert worker.returncode == 0


def test_never_more_than_allowed_at_once(tmp_path: Path, start: Start) -> None:
    limits = {"rate_per_s": None, "parallel": 2}
    together([start(limits, count=12) for _ in range(3)])
    assert len(notes(tmp_path)) == 3 * 12 * 2
    assert most_at_once(tmp_path) <= 2


def test_the_rate_is_of_all_together(tmp_path: Path, start: Start) -> None:
    limits = {"rate_per_s": 50, "parallel": 6}
    together([start(limits, count=8) for _ in range(3)])
    begun = [at for at, what in notes(tmp_path) if what == "+"]
    assert len(begun) == 24
    assert min(after - before for before, after in pairwise(begun)) >= 0.02 - 1e-6


@pytest.mark.faults
async def test_a_killed_worker_leaves_its_place(tmp_path: Path, start: Start) -> None:
    limits = {"rate_per_s": None, "parallel": 2}
    workers = [start(limits, held=True) for _ in range(2)]
    assert [line(worker) for worker in workers] == ["in", "in"]
    third = start(limits)
    workers[0].send_signal(signal.SIGKILL)
    assert line(third) == "in"
    third.communicate()
    go(workers[1])
    workers[1].communicate()
    assert [what for _, what in notes(tmp_path)] == ["+", "+", "+", "-", "-"]


@pytest.mark.faults
async def test_one_probe_of_all_and_a_dead_one_is_followed(tmp_path: Path, start: Start) -> None:
    limits = HostLimits(**WIDE)
    async with Hosts(tmp_path).request(HOST, limits) as turn:
        turn.failed()
    probe = start(WIDE, held=True)
    assert line(probe) == "in"
    others = [start(WIDE, held=True) for _ in range(2)]
    with pytest.raises(HostResting):
        async with Hosts(tmp_path).request(HOST, limits, deadline_s=0.05):
            pass
    assert [what for _, what in notes(tmp_path)] == ["+"], "only one is asked for"
    probe.send_signal(signal.SIGKILL)
    probe.wait()
    together(others)  # either may be next
    assert [what for _, what in notes(tmp_path)] == ["+", "+", "-", "+", "-"]


async def test_patience_asked_of_one_is_had_by_all(tmp_path: Path, start: Start) -> None:
    worker = start(WIDE, said=("pause", 600))
    worker.communicate()
    with pytest.raises(HostResting) as caught:
        async with Hosts(tmp_path).request(HOST, HostLimits(**WIDE), deadline_s=60):
            pass
    assert 500 < caught.value.seconds <= 600


async def test_failures_of_all_add_up(tmp_path: Path, start: Start) -> None:
    limits: dict[str, Any] = {"rate_per_s": None, "failures": 3}
    for _ in range(3):
        async with Hosts(tmp_path).request(HOST, HostLimits(**limits), deadline_s=0):
            pass
        start(limits, said=("failed",)).communicate()
    with pytest.raises(HostResting):
        async with Hosts(tmp_path).request(HOST, HostLimits(**limits), deadline_s=5):
            pass
