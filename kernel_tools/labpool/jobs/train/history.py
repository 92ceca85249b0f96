"""What the Trainer's log says: which evaluation is best, and how long ago that was.

Everything is computed from ``trainer_state.json``'s ``log_history``, which every checkpoint
carries. So best model and early stopping survive a kill without a state of their own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Entry = dict[str, Any]

NAMES = {
    "loss": "loss",
    "learning_rate": "learning_rate",
    "grad_norm": "grad_norm",
    "throughput": "throughput",
    "tokens_per_second": "tokens_per_second",
    "memory": "memory",
    "eval_loss": "val_loss",
    "eval_accuracy": "accuracy",
    "eval_f1": "f1",
    "epoch": "epoch",
}


def read_state(checkpoint: Path) -> dict[str, Any]:
    """Return the Trainer's state as a checkpoint holds it."""
    state: dict[str, Any] = json.loads(
        (checkpoint / "trainer_state.json").read_text(encoding="utf-8")
    )
    return state


def metrics(entry: Entry) -> dict[str, float]:
    """Return an entry's figures under the names that people see; empty for a summary."""
    if "loss" not in entry and "eval_loss" not in entry:
        return {}
    return {NAMES[name]: float(value) for name, value in entry.items() if name in NAMES}


def evaluations(history: Iterable[Entry]) -> list[Entry]:
    """Return the entries that an evaluation wrote, oldest first."""
    return [entry for entry in history if "eval_loss" in entry]


def rank(entry: Entry) -> float:
    """Return what makes one evaluation better than another: the lower loss.

    On a few hundred texts accuracy and F1 jump by chance; the loss moves smoothly.
    """
    return -float(entry["eval_loss"])


def best(history: Iterable[Entry]) -> Entry | None:
    """Return the best evaluation; the earlier one of two equals."""
    return max(evaluations(history), key=rank, default=None)


def stale(history: Iterable[Entry]) -> int:
    """Return how many evaluations came after the best one."""
    entries = evaluations(history)
    top = best(entries)
    return 0 if top is None else len(entries) - 1 - entries.index(top)


def finished(state: dict[str, Any], patience: int) -> bool:
    """Return whether a checkpoint's training had come to its end, by steps or by patience."""
    if state["global_step"] >= state["max_steps"]:
        return True
    return patience > 0 and stale(state["log_history"]) >= patience
