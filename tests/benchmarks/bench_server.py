"""How the server answers while its workers report, and how fast their words arrive.

The peer of a request is Jupyter's own ``GET /api/status``, asked in turn with ours, so that
both see the same machine in the same second.
"""

# ruff: noqa: T201 - it talks to a terminal

from __future__ import annotations

import json
import threading
import time
from datetime import datetime
from functools import partial
from pathlib import Path

import httpx
import pytest

from benchmarks.machine import describe, percentiles, row
from support.server import TOKEN, LabServer, sse, until

REQUESTS = 400
TRAIN_S = 25.0


def latencies(server: LabServer, path: str) -> tuple[list[float], list[float]]:
    """Ask ours and Jupyter's in turn; return both in milliseconds."""
    ours: list[float] = []
    peer: list[float] = []
    status = str(server.http.base_url.join("/api/status"))
    for _ in range(REQUESTS):
        for address, times in ((path, ours), (status, peer)):
            start = time.perf_counter()
            assert server.http.get(address).status_code == 200
            times.append((time.perf_counter() - start) * 1e3)
        time.sleep(0.02)
    return ours, peer


def first_metrics(server: LabServer, run_id: str) -> bool:
    """Whether a training has measured anything yet."""
    return bool(server.get(f"runs/{run_id}/metrics")["items"])


def show(when: str, ours: list[float], peer: list[float]) -> None:
    """Print medians and 99th percentiles."""
    for name, mine, theirs in zip(
        ("p50", "p99"), percentiles(ours), percentiles(peer), strict=True
    ):
        row(f"GET runs/ID, {when}, {name}", mine, theirs, "ms", "/api/status")


def message_latency(server: LabServer, run_id: str) -> list[float]:
    """Follow a run as a client does; return each event's age on arrival, milliseconds."""
    ages: list[float] = []
    headers = {"Authorization": f"token {TOKEN}", "Accept": "text/event-stream"}
    url = f"{server.http.base_url}runs/{run_id}/events"
    with httpx.stream("GET", url, headers=headers, timeout=60) as answer:
        for _, data in sse(answer.iter_lines()):
            event = json.loads(data)
            if event["n"]:
                ages.append((time.time() - datetime.fromisoformat(event["at"]).timestamp()) * 1e3)
    return ages


@pytest.mark.bench
@pytest.mark.timeout(1200)
def test_bench(tmp_path: Path, example_site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled(), LabServer(tmp_path, example_site) as server:
        describe("labpool", "jupyter-server", "distributed", "torch")
        server.wait_for_workers()
        first = server.submit("primes")
        server.wait(first)
        show("idle", *latencies(server, f"runs/{first}"))

        trainings = [server.submit("sgd", {"seconds": TRAIN_S * 4, "rate": 1000}) for _ in range(2)]
        for run_id in trainings:
            server.wait(run_id, "running")
        for run_id in trainings:
            until(partial(first_metrics, server, run_id), 120, server)
        show("two trainings, 1000 messages/s each", *latencies(server, f"runs/{first}"))
        for run_id in trainings:
            server.post(f"runs/{run_id}/cancel")
            server.wait(run_id)

        run = server.wait(server.submit("chatter", {"messages": 100_000}), timeout=300)
        rate = run["result"]["messages"] / run["result"]["seconds"]
        row("messages a second from one worker, unpaced", rate, 10_000, "1/s", "goal")
        pair = [server.submit("chatter", {"messages": 50_000}) for _ in range(2)]
        rates = [
            r["result"]["messages"] / r["result"]["seconds"]
            for r in (server.wait(i, timeout=300) for i in pair)
        ]
        row("messages a second from each of two workers", min(rates), 10_000, "1/s", "goal")

        paced = server.submit("chatter", {"messages": 10_000, "rate": 1000})
        ages: list[float] = []
        reader = threading.Thread(target=lambda: ages.extend(message_latency(server, paced)))
        reader.start()
        server.wait(paced, timeout=120)
        reader.join(60)
        p50, p99 = percentiles(ages)
        print(f"age of a message at the client, 1000/s: p50 {p50:.0f} ms, p99 {p99:.0f} ms")
