"""What must stay the same for a resumed run to end with the same weights, bit for bit."""

# transformers leaves some of its functions without types:
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from platform import machine, python_version
from typing import Any

import torch
from transformers import set_seed
from transformers.utils import logging as transformers_logging

from labpool.runtime.context import JobContext, JobError
from labpool.runtime.digests import sha256_of

from .checkpoints import write_json
from .device import Device

FILE = "environment.json"
PACKAGES = ("torch", "transformers", "tokenizers", "accelerate", "safetensors", "numpy")

# Seed, thread count and determinism of torch belong to the process. Where jobs are threads of
# one process, two trainings would disturb each other's random numbers: one at a time.
_torch_is_taken = threading.Lock()
_POLL_S = 0.2


def pin(
    ctx: JobContext,
    seed: int,
    inputs: dict[str, Path],
    read: Mapping[Path, str],
    sources: list[dict[str, Any]],
) -> int:
    """Write the environment down at the first attempt; compare at later ones.

    Args:
        ctx: The job's context.
        seed: The run's seed.
        inputs: Name to file, of all that is read: they may not change between attempts.
        read: Digests of files that were taken while these were read.
        sources: What each data set was, to be written down.

    Returns:
        Threads to use: those of the first attempt (the sum of floats depends on them).

    Raises:
        JobError: An input changed since the first attempt.
    """
    path = ctx.run_dir / FILE
    first = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
    stamps = {name: _stamp(path) for name, path in sorted(inputs.items())}
    now: dict[str, Any] = {
        "threads": ctx.threads,
        "seed": seed,
        "python": python_version(),
        "machine": f"{machine()} {torch.backends.cpu.get_cpu_capability()}",
        "packages": {name: version(name) for name in PACKAGES},
        "inputs": {
            name: read.get(inputs[name]) or _known(first, name, stamp) or sha256_of(inputs[name])
            for name, stamp in stamps.items()
        },
        "stamps": stamps,
        "sources": sources,
    }
    if first is None:
        write_json(path, now)
        return ctx.threads
    for name, digest in now["inputs"].items():
        if first["inputs"].get(name) != digest:
            raise JobError(
                "input_changed",
                f"{inputs[name]} ({name}) is not what it was when the run began; "
                "start a new run to train on it",
            )
    for name in ("python", "machine", "packages"):
        if first[name] != now[name]:
            ctx.log(
                "warning",
                f"{name} changed since the run began ({first[name]} -> {now[name]}): "
                "the weights may differ in the last digits from an undisturbed run",
            )
    if first["threads"] != ctx.threads:
        ctx.log("info", f"using {first['threads']} threads, as the first attempt did")
    return int(first["threads"])


def _stamp(path: Path) -> list[list[int]]:
    """Return size, time of the last change (ns) and inode, of a file or of each in a folder."""
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    stats = [file.stat() for file in files]
    return [[stat.st_size, stat.st_mtime_ns, stat.st_ino] for stat in stats]


def _known(first: dict[str, Any] | None, name: str, stamp: list[list[int]]) -> str | None:
    """Return the digest that the first attempt took of an input that nobody has touched since."""
    if first is None or first.get("stamps", {}).get(name) != stamp:
        return None
    digest: str | None = first["inputs"].get(name)
    return digest


def again(wanted: str, ctx: JobContext) -> str:
    """Return the device to ask for: a run that took the CPU by itself goes on there.

    Floats are rounded otherwise on a GPU; where a run began on one, it goes on on any.
    """
    first = _first(ctx).get("device")
    if wanted == "auto" and first is not None and first["type"] == "cpu":
        ctx.log("info", "training on the CPU, as the first attempt did")
        return "cpu"
    return wanted


def pin_device(ctx: JobContext, device: Device) -> list[str]:
    """Write the device down at the first attempt; compare at later ones.

    Returns:
        What people have to know of it, for log and result.
    """
    environment, now = _first(ctx), device.facts()
    first = environment.setdefault("device", now)
    write_json(ctx.run_dir / FILE, environment)
    notes = list(device.notes)
    if first["name"] != now["name"]:
        notes.append(
            f"the run began on {first['name']} and goes on on {now['name']}: the weights may "
            "differ in the last digits from an undisturbed run"
        )
    for note in notes:
        ctx.notice("device", note)
    return notes


def _first(ctx: JobContext) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ctx.run_dir / FILE).read_text(encoding="utf-8"))
    return found


@contextmanager
def numerics(ctx: JobContext, seed: int, threads: int) -> Iterator[None]:
    """Hold torch for one training: seeded, deterministic, with a fixed thread count."""
    while not _torch_is_taken.acquire(timeout=_POLL_S):
        ctx.check_cancelled()
        ctx.progress(0, None, "", "waiting for another training in this process")
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    bars = transformers_logging.is_progress_bar_enabled()
    try:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(True, warn_only=True)
        transformers_logging.disable_progress_bar()
        set_seed(seed)
        yield
    finally:
        torch.set_num_threads(before[0])
        torch.use_deterministic_algorithms(before[1])
        if bars:
            transformers_logging.enable_progress_bar()
        _torch_is_taken.release()
