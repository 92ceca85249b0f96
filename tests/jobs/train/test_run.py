"""The body, run in this process with a tiny model: what it says and saves."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from labpool.jobs.train import Params, checkpoints, evaluate, history
from labpool.jobs.train.bert_lstm import BertLstmForSequenceClassification
from labpool.jobs.train.run import run
from labpool.runtime.context import JobError
from labpool.runtime.recording import RecordingContext

from .conftest import TINY
from .telling import digest, of_type

Make = Callable[..., Params]


def test_result_is_plain_json_with_all_figures(
    finished: tuple[RecordingContext, dict[str, Any]],
) -> None:
    _, result = finished
    assert json.loads(json.dumps(result)) == result
    assert result["epochs"] == 3
    assert result["steps"] == 12
    assert result["train_examples"] + result["validation_examples"] == 36
    assert result["labels"] == ["criminal", "family", "labour"]
    assert result["checkpoint"] == "model"
    assert result["evaluated_on"] == "validation"
    for name in ("accuracy", "f1", "majority_accuracy", "bag_of_words_accuracy", "bag_of_words_f1"):
        assert 0 <= result[name] <= 1
    assert result["val_loss"] > 0
    assert result["parameters"] > 0


def test_metrics_come_at_least_every_logging_step(
    finished: tuple[RecordingContext, dict[str, Any]],
) -> None:
    events = of_type(finished[0], "metrics_reported")
    losses = [event.step for event in events if "loss" in event.values]
    assert losses == [2, 4, 6, 8, 10, 12]
    training = {"loss", "throughput", "tokens_per_second", "epoch", "learning_rate", "memory"}
    assert all(training <= event.values.keys() for event in events if "loss" in event.values)
    checks = [event for event in events if "val_loss" in event.values]
    assert [event.step for event in checks] == [4, 8, 12]
    assert all({"accuracy", "f1", "epoch"} <= event.values.keys() for event in checks)


def test_progress_at_each_step(finished: tuple[RecordingContext, dict[str, Any]]) -> None:
    events = [e.progress for e in of_type(finished[0], "progress_reported")]
    steps = [p for p in events if p.unit == "step" and "evaluating" not in p.message]
    assert [p.done for p in steps] == list(range(1, 13))
    assert {p.total for p in steps} == {12}
    assert steps[-1].message.startswith("epoch 3/3 · loss ")
    assert events[0].message == "loading torch and transformers"


def test_checkpoints_are_announced_sealed_and_pruned(
    finished: tuple[RecordingContext, dict[str, Any]],
) -> None:
    ctx, result = finished
    saved = {e.name: e for e in of_type(ctx, "artifact_saved")}
    gone = {e.name for e in of_type(ctx, "artifact_deleted")}
    assert set(saved) == {"checkpoint-4", "checkpoint-8", "checkpoint-12", "model"}
    there = {path.name for _, path in checkpoints.steps(ctx.checkpoint_dir)}
    assert there == set(saved) - gone - {"model"}
    assert "checkpoint-12" in there
    assert result["best_checkpoint"] in there
    for name in there:
        path = ctx.checkpoint_dir / name
        assert checkpoints.flaw(path) == ""
        assert saved[name].sha256 == checkpoints.digest(path)
        assert saved[name].kind == "checkpoint"
        assert {"step", "val_loss", "accuracy"} <= saved[name].meta.keys()
    assert checkpoints.flaw(ctx.run_dir / "model") == ""
    assert saved["model"].meta["final"] is True
    assert saved["model"].meta["accuracy"] == result["accuracy"]


def test_finished_model_has_the_best_weights(
    finished: tuple[RecordingContext, dict[str, Any]],
) -> None:
    ctx, result = finished
    best = load_file(ctx.checkpoint_dir / result["best_checkpoint"] / "model.safetensors")
    model = load_file(ctx.run_dir / "model" / "model.safetensors")
    assert best.keys() == model.keys()
    assert all(torch.equal(best[name], model[name]) for name in best)


def test_a_baseline_that_fails_costs_its_figures_and_nothing_else(
    finished: tuple[RecordingContext, dict[str, Any]],
    tiny: Make,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ctx = RecordingContext("run-0", shutil.copytree(finished[0].run_dir, tmp_path / "r"), attempt=2)
    shutil.rmtree(ctx.run_dir / "model")

    def too_much(*_: Any) -> Any:
        assert of_type(ctx, "artifact_saved")[-1].name == "model"
        assert checkpoints.flaw(ctx.run_dir / "model") == ""
        raise MemoryError

    monkeypatch.setattr(evaluate, "naive_bayes", too_much)
    result = run(tiny(), ctx)
    note = "the baselines (majority class, bag of words) could not be computed: not enough memory"
    assert result["notes"][-1] == note
    assert note in [e.text for e in of_type(ctx, "log_written") if e.level == "warning"]
    lost = {"majority_accuracy", "bag_of_words_accuracy", "bag_of_words_f1"}
    assert result.keys() == finished[1].keys() - lost
    assert result["accuracy"] == finished[1]["accuracy"]
    assert digest(ctx.run_dir) == digest(finished[0].run_dir)
    monkeypatch.undo()
    again = RecordingContext("run-0", ctx.run_dir, attempt=3)
    assert run(tiny(), again) == finished[1]
    steps = [e.progress for e in of_type(again, "progress_reported") if e.progress.unit == "step"]
    assert all("evaluating" in progress.message for progress in steps)


def test_early_stopping_gives_the_best_back(tiny: Make, context: RecordingContext) -> None:
    result = run(tiny(epochs=12, learning_rate=0.1, early_stopping_patience=1), context)
    assert result["epochs"] < 12
    assert result["best_epoch"] == result["epochs"] - 1
    logs = [event.text for event in of_type(context, "log_written")]
    assert any(text.startswith("stopped early") for text in logs)
    state = history.read_state(context.checkpoint_dir / f"checkpoint-{result['steps']}")
    assert history.finished(state, 1)
    again = RecordingContext("run-1", context.run_dir, attempt=2)
    assert run(tiny(epochs=12, learning_rate=0.1, early_stopping_patience=1), again) == result


def test_a_model_that_learned_nothing_says_so_first(tiny: Make, context: RecordingContext) -> None:
    result = run(tiny(model="bert", epochs=1, learning_rate=1.0), context)
    assert result["predicted_classes"] == 1
    assert result["notes"][0].startswith("the model has learned nothing")
    assert any("1 is far too high for a fresh model" in note for note in result["notes"])
    warnings = [e.text for e in of_type(context, "log_written") if e.level == "warning"]
    assert set(result["notes"]) <= set(warnings)


def test_diverging_ends_with_advice(
    tiny: Make, context: RecordingContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    forward = BertLstmForSequenceClassification.forward

    @functools.wraps(forward)
    def poisoned(*args: Any, **named: Any) -> Any:
        out: Any = forward(*args, **named)
        out.loss = out.loss * float("inf")
        return out

    monkeypatch.setattr(BertLstmForSequenceClassification, "forward", poisoned)
    with pytest.raises(JobError, match="learning_rate below") as caught:
        run(tiny(), context)
    assert caught.value.code == "diverged"


def test_worker_stays_lean(dataset: Path, tmp_path: Path) -> None:
    """None of the heavy libraries is imported by a whole training."""
    code = (
        "import sys, pathlib\n"
        "from labpool.jobs.train import Params; from labpool.jobs.train.run import run\n"
        "from labpool.runtime.recording import RecordingContext\n"
        f"params = Params(dataset={str(dataset)!r}, **{TINY | {'epochs': 1}!r})\n"
        f"run(params, RecordingContext('r', pathlib.Path({str(tmp_path)!r})))\n"
        "heavy = {'pandas', 'sklearn', 'scipy', 'datasets', 'matplotlib', 'jupyter_server',\n"
        "         'tornado', 'labpool_server'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=200)
