"""A download on a warm worker beside the Hub library's own: its program, and its call in a process.

All fetch the same repository of 300 MB from the same local Hub, each into an empty cache, one
after the other in every round. Ours compares the hash of every file; the others do not.
"""

# ruff: noqa: T201 - it talks to a terminal

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
import yaml

from benchmarks.machine import describe, row
from support.hub import LocalHub
from support.hub_world import entry
from support.server import LabServer

ROUNDS = 6
MB = 1_000_000
FILES = {f"model-{i}.safetensors": 50 * MB for i in range(6)} | {
    f"part-{i}.json": 20_000 for i in range(8)
}

IN_PROCESS = """
import json, sys, time, os
from huggingface_hub import snapshot_download
began, cpu = time.perf_counter(), time.process_time()
snapshot_download("lab/large", revision=sys.argv[1])
print(json.dumps([time.perf_counter() - began, time.process_time() - cpu]))
"""


class Cost(NamedTuple):
    """Of one download: seconds on the clock and of the processor."""

    wall: float
    cpu: float


@pytest.mark.bench
@pytest.mark.timeout(1800)
def test_bench(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name, size in FILES.items():
        (source / name).write_bytes(os.urandom(size))
    catalog = tmp_path / "catalog"
    catalog.mkdir()
    cache, theirs = tmp_path / "ours", tmp_path / "theirs"
    with capsys.disabled(), LocalHub() as hub:
        repo = hub.add_folder("lab/large", source)
        listed = entry("large", repo, ["*.safetensors", "*.json"])
        (catalog / "models.yaml").write_text(yaml.safe_dump({"models": [listed]}))
        describe("labpool", "huggingface_hub", "httpcore")
        env = {**os.environ, "HF_ENDPOINT": hub.url, "HF_HUB_CACHE": str(theirs)}
        env["HF_HUB_DISABLE_XET"] = "1"
        with LabServer(
            tmp_path / "server",
            hub_endpoint=hub.url,
            hub_cache=str(cache),
            catalog_dirs=[str(catalog)],
            n_workers=1,
        ) as server:
            (worker,) = server.wait_for_workers(1)
            process = psutil.Process(worker["pid"])
            ours: list[Cost] = []
            program: list[Cost] = []
            call: list[Cost] = []
            for _ in range(ROUNDS):
                ours.append(emptied(cache, lambda: on_the_pool(server, process)))
                program.append(emptied(theirs, lambda: by_program(repo.commit, env)))
                call.append(emptied(theirs, lambda: by_call(repo.commit, env)))
        for name, costs in (("hf download", program), ("snapshot_download", call)):
            for kind in ("wall", "cpu"):
                best = [min(getattr(cost, kind) for cost in each) for each in (ours, costs)]
                row(f"300 MB, least {kind} of {ROUNDS}", best[0], best[1], "s", name)
        print("walls:", *([round(c.wall, 2) for c in each] for each in (ours, program, call)))


def emptied(folder: Path, fetch: Callable[[], Cost]) -> Cost:
    """Fetch into an empty cache."""
    shutil.rmtree(folder, ignore_errors=True)
    return fetch()


def on_the_pool(server: LabServer, worker: psutil.Process) -> Cost:
    """From the request to the event that ends the run; the worker is warm."""
    before = worker.cpu_times()
    began = time.perf_counter()
    run = server.wait(server.submit("download", {"id": "large"}))
    wall = time.perf_counter() - began
    after = worker.cpu_times()
    assert run["state"] == "succeeded", run["error"]
    return Cost(wall, after.user + after.system - before.user - before.system)


def by_program(commit: str, env: dict[str, str]) -> Cost:
    """As a person does at the prompt."""
    program = Path(sys.executable).with_name("hf")
    words = [str(program), "download", "lab/large", "--revision", commit, "--quiet"]
    before = os.times()
    began = time.perf_counter()
    subprocess.run(words, check=True, env=env, capture_output=True)
    wall = time.perf_counter() - began
    after = os.times()
    children = after.children_user + after.children_system
    return Cost(wall, children - before.children_user - before.children_system)


def by_call(commit: str, env: dict[str, str]) -> Cost:
    """In a process that has the library loaded."""
    words = [sys.executable, "-c", IN_PROCESS, commit]
    answer = subprocess.run(words, check=True, env=env, capture_output=True, text=True)
    return Cost(*json.loads(answer.stdout.splitlines()[-1]))
