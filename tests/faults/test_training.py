"""A training on the pool ends with the same weights, whatever was killed on the way."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
from collections.abc import Iterator
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
    file = tmp_path_factory.mktemp("texts") / "texts.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return {
        "dataset": str(file),
        "model_config": SMALL,
        "epochs": 8,
        "batch_size": 8,
        "logging_steps": 2,
        "save_steps": 7,
        "early_stopping_patience": 0,
        "max_length": 16,
    }


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, example_site: Path) -> Iterator[LabServer]:
    """A server that the tests of this module kill and start again."""
    with LabServer(tmp_path_factory.mktemp("lab"), example_site) as server:
        yield server


def weights(server: LabServer, run_id: str) -> str:
    """SHA-256 of the finished weights."""
    file = server.data_dir / "runs" / run_id / "model" / "model.safetensors"
    return hashlib.sha256(file.read_bytes()).hexdigest()


def steps(server: LabServer, run_id: str) -> list[int]:
    (series,) = server.get(f"runs/{run_id}/metrics", names="loss")["items"]
    return list(series["steps"])


@pytest.fixture(scope="module")
def undisturbed(lab: LabServer, params: dict[str, Any]) -> str:
    """The id of a run that nothing happened to."""
    run_id = lab.submit("train", params, name="undisturbed")
    run = lab.wait(run_id, timeout=200)
    assert run["state"] == "succeeded", run["error"]
    return run_id


def at_step(server: LabServer, run_id: str, step: int) -> dict[str, Any]:
    """Wait until a training has passed a step; return its worker."""

    def there() -> dict[str, Any] | None:
        progress = server.run(run_id)["progress"] or {}
        if progress.get("unit") != "step" or progress["done"] < step:
            return None
        return next((dict(w) for w in server.get("pool")["workers"] if w["run_id"] == run_id), None)

    return until(there, 120, server)


def test_the_result_says_how_good_it_is_and_the_model_is_an_asset(
    lab: LabServer, undisturbed: str
) -> None:
    run = lab.run(undisturbed)
    result = run["result"]
    assert result["accuracy"] > result["majority_accuracy"]
    names = {s["name"] for s in lab.get(f"runs/{undisturbed}/metrics")["items"]}
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
    assets = lab.get("assets", kind="checkpoint")["items"]
    (model,) = [a for a in assets if a["source"] == undisturbed and a["name"] == "model"]
    assert model["status"] == "ready"
    assert Path(model["path"], "model.safetensors").stat().st_size < model["size_bytes"]
    assert lab.get(f"assets/{model['id']}") == model


@pytest.mark.parametrize("step", [3, 30, 100])
def test_a_killed_worker_changes_no_bit(
    lab: LabServer, params: dict[str, Any], undisturbed: str, step: int
) -> None:
    run_id = lab.submit("train", params, name=f"killed at {step}")
    os.kill(at_step(lab, run_id, step)["pid"], signal.SIGKILL)
    run = lab.wait(run_id, timeout=200)
    assert (run["state"], run["attempt"]) == ("succeeded", 2), run["error"]
    assert weights(lab, run_id) == weights(lab, undisturbed)
    assert steps(lab, run_id) == steps(lab, undisturbed)
    assert run["result"] == lab.run(undisturbed)["result"]


def test_a_killed_server_changes_no_bit(
    lab: LabServer, params: dict[str, Any], undisturbed: str
) -> None:
    run_id = lab.submit("train", params, name="server killed")
    at_step(lab, run_id, 40)
    lab.kill()
    lab.start()
    run = lab.wait(run_id, timeout=200)
    assert (run["state"], run["attempt"]) == ("succeeded", 2), run["error"]
    assert weights(lab, run_id) == weights(lab, undisturbed)
    assert steps(lab, run_id) == steps(lab, undisturbed)


def test_a_stopped_server_changes_no_bit(
    lab: LabServer, params: dict[str, Any], undisturbed: str
) -> None:
    run_id = lab.submit("train", params, name="server stopped")
    at_step(lab, run_id, 40)
    lab.stop()
    lab.start()
    run = lab.wait(run_id, timeout=200)
    assert (run["state"], run["attempt"]) == ("succeeded", 2), run["error"]
    assert weights(lab, run_id) == weights(lab, undisturbed)


def test_bad_input_is_refused_with_the_field_before_a_worker_is_taken(
    lab: LabServer, params: dict[str, Any], tmp_path: Path
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
        answer = lab.http.post("runs", json={"kind": "train", "params": {**params, **change}})
        assert answer.status_code == 422, (change, answer.text)
        assert [f["field"] for f in answer.json()["details"]["fields"]] == [field]
