"""Scrapes beside the old way by hand, crawlee and scrapy-playwright, on the same pages.

Every request to the local site takes 300 ms, files too. An item is a page that a script renders
(bundle, style sheet, four pictures, one call) and the two pages of its activities. All use the same
browser. The old way takes the smaller number of items only: it would take minutes for the larger.

The peers run in an environment of their own: ``LABPOOL_BENCH_PEERS`` names its Python, which
``make bench`` makes; without it they are left out.
"""

# ruff: noqa: T201 - it talks to a terminal

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import pytest
import yaml

from benchmarks.machine import describe, row
from benchmarks.process_tree import Tree
from labpool.jobs.scrape import Recipe
from labpool.jobs.scrape.browser import BrowserHost, HostSettings, Visitor
from labpool.jobs.scrape.browser.program import find
from support.server import LabServer, until
from support.site import LocalSite

ROUNDS = 3
SMALL, LARGE = 24, 96
LATENCY_S = 0.3
PAGES = 500
FAST = {"rate_per_s": 1000, "parallel": 64}
PEERS = Path(__file__).parent / "peers"


class Cost(NamedTuple):
    """Of one way to read some items."""

    items_per_s: float
    cpu_ms: float
    peak_mib: float


@contextmanager
def site_process(tickets: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """The site in a process of its own, so that its work is nobody's."""
    command = [sys.executable, "-m", "support.site", "--latency", str(LATENCY_S)]
    with subprocess.Popen(
        [*command, "--tickets", str(tickets)],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        url = process.stdout.readline().strip()
        yield url, json.loads(process.stdout.readline())
        process.stdin.close()


@pytest.mark.bench
@pytest.mark.timeout(3600)
def test_bench_scrape(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    browser = find("")
    assert browser is not None
    peers = os.environ.get("LABPOOL_BENCH_PEERS", "")
    costs: dict[tuple[str, int], list[Cost]] = defaultdict(list)
    with capsys.disabled(), site_process(LARGE) as (url, state):
        describe("labpool", "playwright", "distributed")
        print("browser:", subprocess.check_output([browser, "--version"], text=True).strip())
        host = url.removeprefix("http://")
        with LabServer(
            tmp_path / "server", n_workers=4, scrape_allowed_hosts=[host], scrape_pages=4
        ) as server:
            server.wait_for_workers(4)
            server.post("sessions/bench", {"storage_state": state}, status=200)
            for turn in range(ROUNDS):
                print(f"round {turn + 1} of {ROUNDS}, some ten minutes", flush=True)
                for count in (SMALL, LARGE):
                    tickets = list(range(1, count + 1))
                    work = {"site": url, "state": state, "browser": browser, "tickets": tickets}
                    if count == SMALL:
                        costs["old way", count].append(by_program(sys.executable, "old_way", work))
                    for workers in (1, 2, 4):
                        cool(server)
                        for warmth in ("cold", "warm"):
                            name = f"ours, {workers} workers, {warmth}"
                            costs[name, count].append(ours(server, url, tickets, workers))
                    for name in ("with_crawlee", "with_scrapy") if peers else ():
                        costs[name, count].append(by_program(peers, name, work))
        report(costs)


def report(costs: dict[tuple[str, int], list[Cost]]) -> None:
    """Print the best of each, beside the old way's."""
    old = max(costs["old way", SMALL])
    for (name, count), each in sorted(costs.items(), key=lambda item: (item[0][1], item[0][0])):
        best = max(each)
        row(f"{name}, {count} items", best.items_per_s, old.items_per_s, "it/s", "old way")
        spread = ", ".join(f"{cost.items_per_s:.2f}" for cost in each)
        print(
            f"    {best.cpu_ms:.0f} ms CPU an item, {best.peak_mib:.0f} MiB at its peak; {spread}"
        )


def cool(server: LabServer) -> None:
    """Give every worker a new process, without a browser."""
    before = {w["id"]: w["pid"] for w in server.get("pool")["workers"]}
    for worker in before:
        server.post(f"pool/workers/{worker}/restart")

    def fresh() -> bool:
        now = {w["id"]: w["pid"] for w in server.get("pool")["workers"]}
        return len(now) == len(before) and all(now[w] not in before.values() for w in now)

    until(fresh, 90, server)


def ours(server: LabServer, url: str, tickets: list[int], workers: int) -> Cost:
    """From the request to the event that ends the run."""
    recipe = yaml.safe_load(Recipe.load("ticket-revisions").to_yaml()) | {"limits": FAST}
    params = {
        "recipe": yaml.safe_dump(recipe),
        "vars": {"site": url},
        "targets": [str(ticket) for ticket in tickets],
        "session": "bench",
        "workers": workers,
    }
    with Tree(psutil.Process(server.pid)) as tree:
        run = server.wait(server.submit("scrape", params), timeout=600)
    assert run["result"]["ok"] == len(tickets), run
    seconds = _seconds(run)
    return Cost(len(tickets) / seconds, 1000 * tree.cpu_s / len(tickets), tree.peak_bytes / 2**20)


def _seconds(run: dict[str, Any]) -> float:
    from datetime import datetime

    begun, ended = (datetime.fromisoformat(run[at]) for at in ("created_at", "ended_at"))
    return (ended - begun).total_seconds()


def by_program(python: str, name: str, work: dict[str, Any]) -> Cost:
    """By a program; its own imports do not count."""
    with subprocess.Popen(
        [python, str(PEERS / f"{name}.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        with Tree(psutil.Process(process.pid)) as tree:
            out, _ = process.communicate(json.dumps(work), timeout=900)
        seconds, records = json.loads(out.splitlines()[-1])
    count = len(work["tickets"])
    assert records > count
    return Cost(count / seconds, 1000 * tree.cpu_s / count, tree.peak_bytes / 2**20)


@pytest.mark.bench
@pytest.mark.timeout(1200)
def test_bench_memory(capsys: pytest.CaptureFixture[str]) -> None:
    """500 pages through one browser: does its memory stay flat?"""
    with capsys.disabled(), LocalSite() as site:
        describe("labpool", "playwright")
        host = BrowserHost(HostSettings(most_pages=10 * PAGES))
        visitor = Visitor(json.dumps(site.login()), allowed=(f"127.0.0.1:{site.port}",))

        async def visit(ticket: int) -> None:
            async with host.page(visitor) as (_, page):
                await page.goto(site.ticket_url(ticket), wait_until="commit")
                await page.wait_for_selector("#ticket[data-ready]", state="attached")

        seen: list[float] = []
        try:
            for number in range(PAGES):
                host.submit(visit(number % site.tickets + 1)).result(60)
                if number % 50 == 49:
                    seen.append(_browser_mib())
        finally:
            host.close()
        print("MiB (PSS) of driver and browser after each 50 pages:", [round(s) for s in seen])
        row("last 50 of 500 pages beside the first", seen[-1], seen[0], "MiB", "first")


def _browser_mib() -> float:
    found = 0
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # renderers come and go
            found += process.memory_full_info().pss
    return found / 2**20
