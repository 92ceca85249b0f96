"""Killed at any moment, a run ends with the weights of an undisturbed one, bit for bit."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import TINY, make_rows, write_jsonl

pytestmark = [pytest.mark.faults, pytest.mark.slow]

SCENARIOS: dict[str, tuple[dict[str, Any], int]] = {
    "saves inside epochs": ({"save_steps": 3}, 9),
    "early stopping": ({"epochs": 8, "learning_rate": 0.1, "early_stopping_patience": 1}, 3),
    "grouped by length": ({"batch_size": 3, "save_steps": 5, "epochs": 2}, 3),
}


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All scenarios, played in one process that imports torch once and forks."""
    folder = tmp_path_factory.mktemp("kill")
    scenarios = {}
    for name, (options, kills) in SCENARIOS.items():
        rows = make_rows(20 if name == "grouped by length" else 10)
        for index, row in enumerate(rows):
            row["text"] = " ".join([row["text"]] * (1 + index % 3))
        data = write_jsonl(folder / f"{name}.jsonl", rows)
        scenarios[name] = {"params": {**TINY, **options, "dataset": str(data)}, "kills": kills}
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("killing.py"), folder, json.dumps(scenarios)],
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    played: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return played


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", SCENARIOS)
def test_weights_after_kill(answers: dict[str, Any], name: str) -> None:
    outcomes, whole = answers[name]["outcomes"], answers[name]["whole"]
    assert len(outcomes) == SCENARIOS[name][1] + 1
    # The clock may miss a run that was quicker than the one it was set by.
    assert [point for point, (killed, _) in outcomes.items() if not killed] in ([], ["clock"])
    assert {point for point, (_, digest) in outcomes.items() if digest != whole} == set()
