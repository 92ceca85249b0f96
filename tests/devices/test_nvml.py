"""What the driver's library tells, asked in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.gpus import GIB, FakeGpus

LOOK = """
import json, sys
from labpool.devices.nvml import look
found = look()
heavy = sorted({"torch", "transformers", "distributed"} & set(sys.modules))
cards = [vars(card) for card in found.cards]
print(json.dumps({"cards": cards, "flaw": found.flaw, "heavy": heavy}))
"""


@pytest.fixture
def gpus(tmp_path: Path) -> FakeGpus:
    return FakeGpus(tmp_path / "driver")


def looked(gpus: FakeGpus, **environment: str) -> dict[str, Any]:
    there = {**os.environ, **gpus.environment, **environment}
    done = subprocess.run([sys.executable, "-c", LOOK], env=there, check=True, capture_output=True)
    return dict(json.loads(done.stdout))


def test_gpus_are_found_without_torch(gpus: FakeGpus) -> None:
    first = gpus.gpu("NVIDIA T1", used=3 * GIB)
    second = gpus.gpu("NVIDIA T2", total=0)
    found = looked(gpus)
    assert [(c["uuid"], c["index"], c["name"]) for c in found["cards"]] == [
        (first, 0, "NVIDIA T1"),
        (second, 1, "NVIDIA T2"),
    ]
    assert [(c["memory"], c["used"]) for c in found["cards"]] == [(8 * GIB, 3 * GIB), (0, 0)]
    assert found["heavy"] == []


def test_a_gpu_in_slices_is_its_instances(gpus: FakeGpus) -> None:
    whole = gpus.gpu()
    parent, *instances = gpus.sliced()
    cards = looked(gpus)["cards"]
    assert [card["uuid"] for card in cards] == [whole, *instances]
    assert [card["part_of"] for card in cards] == ["", parent, parent]
    assert [card["index"] for card in cards] == [0, 1, 1]
    assert cards[2]["old_name"] == f"MIG-{parent}/2/0"


def test_a_driver_at_odds_with_itself_is_told(gpus: FakeGpus) -> None:
    found = looked(gpus.fail(18))
    assert found["cards"] == []
    assert "version mismatch" in found["flaw"]


def test_no_driver_is_no_flaw(gpus: FakeGpus) -> None:
    gpus.gpu()
    assert looked(gpus, LD_LIBRARY_PATH="") == {"cards": [], "flaw": "", "heavy": []}
