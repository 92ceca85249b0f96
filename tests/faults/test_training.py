"""A training on the pool ends with the same weights, whatever was killed on the way."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import signal
from pathlib import Path
from typing import Any

import pytest

from support.server import LabServer, until

pytestmark = [pytest.mark.cluster, pytest.mark.faults, pytest.mark.slow]

CLASSES = {
    "خانواده": "مهریه نفقه طلاق حضانت",
    "کار": "مزد کارگر بیمه سنوات",
    "کیفری": "سرقت حبس دیه جرم",
}
SMALL = {"hidden_size": 32, "layers": 1, "heads": 2, "vocab_size": 200, "lstm_hidden": 16}


@pytest.fixture(scope="module")
def params(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A training of some seconds on a small file."""
    chance = random.Random(7)
    rows = [
        {
            "text": " ".join(chance.choices([*words.split(), "دادگاه", "ماده", "حکم"], k=8)),
            "label": label,
        }
        for label, words in CLASSES.items()
        for _ in range(120)
    ]
    rows[0]["label"] += "\u200f"
    rows.append({"text": "\u200f", "label": "کار"})
    file = tmp_path_factory.mktemp("texts") / "texts.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return {
        "dataset": str(file),
        "model_config": SMALL,
        "epochs": 7,
        "batch_size": 8,
        "logging_steps": 2,
        "save_steps": 7,
        "early_stopping_patience": 0,
        "max_length": 16,
    }


def weights(server: LabServer, run_id: str) -> str:
    """SHA-256 of the finished weights."""
    file = server.data_dir / "runs" / run_id / "model" / "model.safetensors"
    return hashlib.sha256(file.read_bytes()).hexdigest()


def steps(server: LabServer, run_id: str) -> list[int]:
    (series,) = server.get(f"runs/{run_id}/metrics", names="loss")["items"]
    return list(series["steps"])


@pytest.fixture(scope="module")
def undisturbed(server: LabServer, params: dict[str, Any]) -> str:
    """The id of a run that nothing happens to; it may be still on its way."""
    return server.submit("train", params, name="undisturbed")


def ended(server: LabServer, run_id: str) -> dict[str, Any]:
    """Wait until a training has succeeded."""
    run = server.wait(run_id, timeout=250)
    assert run["state"] == "succeeded", run["error"]
    return run


def at_gate(server: LabServer, run_id: str, step: int) -> dict[str, Any]:
    """Wait until the training waits at the gate of a step; return its worker."""

    def there() -> dict[str, Any] | None:
        for worker in server.get("pool")["workers"]:
            now = worker["progress"] or {}
            if worker["run_id"] == run_id and now.get("unit") == "step" and now["done"] == step:
                return dict(worker)
        return None

    return until(there, 120, server)


@pytest.mark.timeout(900)
def test_no_kill_and_no_stop_changes_a_bit(
    server: LabServer, params: dict[str, Any], undisturbed: str, tmp_path: Path
) -> None:
    # Before the first checkpoint, in the first epoch, in later ones.
    gates = {step: tmp_path / str(step) for step in (3, 30, 100, 140, 180)}
    gated = {**params, "gates": {step: str(gate) for step, gate in gates.items()}}
    run_id = server.submit("gated_training", gated, name="disturbed", max_attempts=4)
    for step in (3, 30, 100):
        os.kill(at_gate(server, run_id, step)["pid"], signal.SIGKILL)
        gates[step].touch()
    other = ended(server, undisturbed)
    at_gate(server, run_id, 140)
    server.kill()
    gates[140].touch()
    server.start()
    at_gate(server, run_id, 180)
    server.stop()
    server.start()
    run = ended(server, run_id)
    reasons = [e.error.code for e in server.events(run_id) if e.type == "run_interrupted"]
    assert reasons == [*["worker_lost"] * 3, "server_lost", "server_stopped"]
    assert (run["attempt"], other["attempt"]) == (6, 1)
    assert weights(server, run_id) == weights(server, undisturbed)
    (*_, stopped) = re.findall("resuming from checkpoint-([0-9]+)", "\n".join(server.logs(run_id)))
    # Where it was stopped it saved, and each save comes with a log.
    assert steps(server, run_id) == sorted({*steps(server, undisturbed), int(stopped)})
    assert run["result"] == other["result"]


def test_the_result_says_how_good_it_is_and_the_model_is_an_asset(
    server: LabServer, undisturbed: str
) -> None:
    run = ended(server, undisturbed)
    result = run["result"]
    assert result["accuracy"] > result["majority_accuracy"]
    assert set(result["labels"]) == set(CLASSES)
    (dropped,) = [note for note in result["notes"] if "left out" in note]
    (merged,) = [note for note in result["notes"] if "named as the first" in note]
    assert dropped.endswith("rows are left out: 1 where the text is empty (texts.jsonl, line 361)")
    assert merged.endswith(r"named as the first: 'خانواده' (119) = 'خانواده\u200f' (1)")
    assert set(result["notes"]) <= set(server.logs(undisturbed))
    names = {s["name"] for s in server.get(f"runs/{undisturbed}/metrics")["items"]}
    assert {
        "loss",
        "val_loss",
        "accuracy",
        "f1",
        "throughput",
        "epoch",
        "learning_rate",
        "memory",
    } <= names
    assets = server.get("assets", kind="checkpoint")["items"]
    (model,) = [a for a in assets if a["source"] == undisturbed and a["name"] == "model"]
    assert model["status"] == "ready"
    assert Path(model["path"], "model.safetensors").stat().st_size < model["size_bytes"]
    assert server.get(f"assets/{model['id']}") == model


def test_bad_input_is_refused_with_the_field_before_a_worker_is_taken(
    server: LabServer, params: dict[str, Any], tmp_path: Path
) -> None:
    half = tmp_path / "half.jsonl"
    half.write_text('{"text": "یک", "label": "a"}\n{"text": "دو", "la')
    for change, field in (
        ({"dataset": str(half)}, "params.dataset"),
        ({"dataset": str(tmp_path / "nowhere.csv")}, "params.dataset"),
        ({"text_column": "body"}, "params.text_column"),
        ({"epochs": 0}, "params.epochs"),
        ({"model_config": {"heads": 3}}, "params.model_config"),
        ({"model": "some-stranger/model"}, "params.model"),
    ):
        answer = server.http.post("runs", json={"kind": "train", "params": {**params, **change}})
        assert answer.status_code == 422, (change, answer.text)
        assert [f["field"] for f in answer.json()["details"]["fields"]] == [field]
