"""What every benchmark says about where it ran, and how it lays out its figures."""

# ruff: noqa: T201 - it talks to a terminal

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from importlib.metadata import version

import psutil


def describe(*distributions: str) -> None:
    """Print the machine and the versions of what is measured."""
    memory = psutil.virtual_memory().total / 2**30
    load = os.getloadavg()[0]
    print(
        f"\n{platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"Python {platform.python_version()}, load average {load:.1f}"
    )
    print(", ".join(f"{name} {version(name)}" for name in distributions))


def row(what: str, ours: float, peer: float, unit: str, peer_name: str) -> None:
    """Print one figure beside its peer's, and the ratio."""
    ratio = ours / peer if peer else float("nan")
    print(f"{what:<52} {ours:>10.2f} {unit:<6} {peer_name} {peer:>10.2f}   ratio {ratio:>6.2f}")


def percentiles(values: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile."""
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return cuts[49], cuts[98]
