"""The body, run in this process with tiny models: what it says, saves and refuses."""

from __future__ import annotations

import functools
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from safetensors.torch import load_file

from labpool import loading
from labpool.jobs.train import Params, checkpoints, evaluate, history
from labpool.jobs.train.bert_lstm import BertLstmForSequenceClassification
from labpool.jobs.train.run import run
from labpool.runtime.context import Cancelled, JobError
from labpool.runtime.digests import sha256_of
from labpool.runtime.recording import RecordingContext
from labpool.wire.errors import NotFound
from labpool.wire.events import Event

from .conftest import TINY, make_rows, write_jsonl

Make = Callable[..., Params]


def of_type(ctx: RecordingContext, name: str) -> list[Any]:
    return [event for event in ctx.events if event.type == name]


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


def test_load_gives_classes_back(finished: tuple[RecordingContext, dict[str, Any]]) -> None:
    ctx, result = finished
    classifier = loading.load(ctx.run_dir / "model")
    assert classifier.labels == result["labels"]
    one, other = classifier.predict(["طلاق مهریه نفقه", "سرقت " * 100])
    assert one.label in result["labels"]
    assert one.score == max(one.scores.values())
    assert sum(other.scores.values()) == pytest.approx(1.0, abs=1e-5)
    alone = classifier.predict("طلاق مهریه نفقه")[0]
    assert alone.scores == pytest.approx(one.scores, abs=1e-6)
    assert classifier.predict([]) == []


def test_load_refuses_what_is_not_whole(
    finished: tuple[RecordingContext, dict[str, Any]], tmp_path: Path
) -> None:
    with pytest.raises(NotFound, match="no model here"):
        loading.load(tmp_path)
    copy = shutil.copytree(finished[0].run_dir / "model", tmp_path / "copy")
    weights = copy / "model.safetensors"
    raw = bytearray(weights.read_bytes())
    raw[-1] ^= 1
    weights.write_bytes(raw)
    with pytest.raises(NotFound, match=r"model\.safetensors has changed"):
        loading.load(copy)


def test_a_finished_run_that_is_called_again_only_ends_again(
    finished: tuple[RecordingContext, dict[str, Any]], tiny: Make, tmp_path: Path
) -> None:
    ctx, result = finished
    again = RecordingContext("run-0", shutil.copytree(ctx.run_dir, tmp_path / "run"), attempt=2)
    assert run(tiny(), again) == result
    assert not [
        e
        for e in of_type(again, "progress_reported")
        if e.progress.unit == "step" and "evaluating" not in e.progress.message
    ]
    first = {
        (e.step, name): value
        for e in of_type(ctx, "metrics_reported")
        for name, value in e.values.items()
    }
    second = {
        (e.step, name): value
        for e in of_type(again, "metrics_reported")
        for name, value in e.values.items()
    }
    assert second == first


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


def stop_at(ctx: RecordingContext, step: int, message: str = "") -> None:
    """Ask the job to end when it says that it has come to this step."""

    def send(event: Event) -> None:
        ctx.events.append(event)
        if event.type != "progress_reported" or message not in event.progress.message:
            return
        if event.progress.unit == "step" and event.progress.done == step:
            ctx.stop.set()

    ctx.send = send


def test_cancel_saves_and_a_later_attempt_ends_as_if_undisturbed(
    finished: tuple[RecordingContext, dict[str, Any]], tiny: Make, context: RecordingContext
) -> None:
    stop_at(context, 6)
    with pytest.raises(Cancelled):
        run(tiny(), context)
    newest = next(checkpoints.whole(context.checkpoint_dir, pytest.fail))
    assert newest.name == "checkpoint-6"
    again = RecordingContext("run-1", context.run_dir, attempt=2)
    assert run(tiny(), again) == finished[1]
    assert digest(context.run_dir) == digest(finished[0].run_dir)


def test_what_was_done_to_the_rows_stands_in_log_and_result(
    tiny: Make, context: RecordingContext, tmp_path: Path
) -> None:
    rows = [*make_rows(), {"text": " ", "label": "family"}]
    rows[0]["label"] += "\u200f"
    write_jsonl(tmp_path / "validation.jsonl", [make_rows()[4]])
    write_jsonl(tmp_path / "train.jsonl", rows)
    result = run(tiny(dataset=str(tmp_path), epochs=1), context)
    assert result["labels"] == ["criminal", "family", "labour"]
    assert result["evaluated_texts_seen_in_training"] == 1
    _, dropped, merged, repeated = result["notes"]
    assert dropped.startswith("1 of 37 rows are left out: 1 where the text is empty (train.jsonl,")
    assert merged.endswith(r"are one, named as the first: 'family' (11) = 'family\u200f' (1)")
    assert repeated.startswith("1 of the validation texts are in the training texts, too, 1 in")
    warnings = [e.text for e in of_type(context, "log_written") if e.level == "warning"]
    assert sorted(warnings) == sorted(result["notes"])


def test_a_resumed_run_keeps_the_order_of_classes_that_its_checkpoint_has(
    tiny: Make, context: RecordingContext, tmp_path: Path
) -> None:
    """As a run that began when 10 stood before 2: the weights know their classes by place."""
    numbers = {"family": "10", "labour": "2", "criminal": "1"}
    rows = [row | {"label": numbers[row["label"]]} for row in make_rows()]
    params = tiny(dataset=str(write_jsonl(tmp_path / "texts.jsonl", rows)))
    stop_at(context, 6)
    with pytest.raises(Cancelled):
        run(params, context)
    for path in checkpoints.whole(context.checkpoint_dir, pytest.fail):
        config = json.loads((path / "config.json").read_text())
        assert list(config["id2label"].values()) == ["1", "2", "10"]
        config["id2label"] = {"0": "1", "1": "10", "2": "2"}
        config["label2id"] = {"1": 0, "10": 1, "2": 2}
        (path / "config.json").write_text(json.dumps(config))
        checkpoints.seal(path)
    again = RecordingContext("run-1", context.run_dir, attempt=2)
    assert run(params, again)["labels"] == ["1", "10", "2"]
    config = json.loads((context.run_dir / "model" / "config.json").read_text())
    assert list(config["id2label"].values()) == ["1", "10", "2"]


def test_cancel_while_evaluating_ends_at_once(tiny: Make, context: RecordingContext) -> None:
    stop_at(context, 8, "evaluating")
    with pytest.raises(Cancelled):
        run(tiny(), context)
    newest = next(checkpoints.whole(context.checkpoint_dir, pytest.fail))
    assert newest.name == "checkpoint-4"


def test_cancel_before_the_first_step(tiny: Make, context: RecordingContext) -> None:
    context.stop.set()
    with pytest.raises(Cancelled):
        run(tiny(), context)
    assert not checkpoints.steps(context.checkpoint_dir)


def digest(run_dir: Path) -> str:
    return sha256_of(run_dir / "model" / "model.safetensors")


@pytest.mark.parametrize(
    ("name", "keep"),
    [("model.safetensors", None), ("optimizer.pt", 100), ("rng_state.pth", 0)],
)
def test_damaged_newest_checkpoint_costs_steps_and_nothing_else(
    finished: tuple[RecordingContext, dict[str, Any]],
    tiny: Make,
    tmp_path: Path,
    name: str,
    keep: int | None,
) -> None:
    ctx = RecordingContext("run-0", shutil.copytree(finished[0].run_dir, tmp_path / "r"), attempt=2)
    shutil.rmtree(ctx.run_dir / "model")
    path = ctx.checkpoint_dir / "checkpoint-12" / name
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw[:keep])
    assert run(tiny(), ctx) == finished[1]
    assert digest(ctx.run_dir) == digest(finished[0].run_dir)
    warnings = [e.text for e in of_type(ctx, "log_written") if e.level == "warning"]
    assert any(text.startswith(f"checkpoint-12 is skipped: {name}") for text in warnings)


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


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_same_rows_in_another_format_give_the_same_model(
    finished: tuple[RecordingContext, dict[str, Any]],
    tiny: Make,
    context: RecordingContext,
    tmp_path: Path,
    suffix: str,
) -> None:
    path = tmp_path / f"texts{suffix}"
    if suffix == ".csv":
        lines = [f'"{row["text"]}",{row["label"]}\n' for row in make_rows()]
        path.write_text("".join(["\ufefftext,label\n", *lines]), encoding="utf-8")
    else:
        pq.write_table(pa.Table.from_pylist(make_rows()), path)
    run(tiny(dataset=str(path)), context)
    assert digest(context.run_dir) == digest(finished[0].run_dir)


def test_plain_bert_trains_too(tiny: Make, context: RecordingContext) -> None:
    result = run(tiny(model="bert", epochs=1), context)
    assert result["steps"] == 4
    assert loading.load(context.run_dir / "model").predict("طلاق")[0].label in result["labels"]


def test_goes_on_from_an_own_model(
    finished: tuple[RecordingContext, dict[str, Any]], tiny: Make, context: RecordingContext
) -> None:
    path = finished[0].run_dir / "model"
    context.assets = {"my-model": path}
    result = run(tiny(model="my-model", epochs=1, learning_rate=1e-12), context)
    assert result["vocabulary"] == finished[1]["vocabulary"]
    ours = load_file(context.run_dir / "model" / "model.safetensors")
    theirs = load_file(path / "model.safetensors")
    assert all(torch.allclose(ours[name], theirs[name], atol=1e-6) for name in theirs)
    tokenizers = [p / "tokenizer.json" for p in (path, context.run_dir / "model")]
    assert tokenizers[0].read_bytes() == tokenizers[1].read_bytes()


def test_the_pace_that_is_not_given_follows_the_model(
    finished: tuple[RecordingContext, dict[str, Any]], tiny: Make, context: RecordingContext
) -> None:
    base = str(finished[0].run_dir / "model")
    result = run(tiny(model=base, epochs=None, learning_rate=None), context)
    assert (result["learning_rate"], result["epochs"], result["most_epochs"]) == (5e-5, 3, 3)
    logs = [event.text for event in of_type(context, "log_written")]
    pace = "learning rate 5e-05, at most 3 epochs (learning_rate and epochs as suits a model that"
    (told,) = [number for number, text in enumerate(logs) if text.startswith(pace)]
    (first,) = [number for number, text in enumerate(logs) if text.startswith("epoch 1:")]
    assert told < first


def test_a_model_that_learned_nothing_says_so_first(tiny: Make, context: RecordingContext) -> None:
    result = run(tiny(model="bert", epochs=1, learning_rate=1.0), context)
    assert result["predicted_classes"] == 1
    assert result["notes"][0].startswith("the model has learned nothing")
    assert any("1 is far too high for a fresh model" in note for note in result["notes"])
    warnings = [e.text for e in of_type(context, "log_written") if e.level == "warning"]
    assert set(result["notes"]) <= set(warnings)


def test_bad_data_on_the_worker_is_a_plain_error(
    tiny: Make, context: RecordingContext, tmp_path: Path
) -> None:
    path = write_jsonl(tmp_path / "texts.jsonl", make_rows())
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(JobError, match="line 36: not JSON") as caught:
        run(tiny(dataset=str(path)), context)
    assert caught.value.code == "invalid_data"


def test_data_may_not_change_between_attempts(
    finished: tuple[RecordingContext, dict[str, Any]], tiny: Make, tmp_path: Path
) -> None:
    ctx = RecordingContext("run-0", shutil.copytree(finished[0].run_dir, tmp_path / "r"), attempt=2)
    other = write_jsonl(tmp_path / "other.jsonl", make_rows(13))
    with pytest.raises(JobError, match="not what it was") as caught:
        run(tiny(dataset=str(other)), ctx)
    assert caught.value.code == "input_changed"


def test_first_attempt_decides_about_threads_and_versions_are_compared(
    finished: tuple[RecordingContext, dict[str, Any]], tiny: Make, tmp_path: Path
) -> None:
    ctx = RecordingContext("run-0", shutil.copytree(finished[0].run_dir, tmp_path / "r"), attempt=2)
    path = ctx.run_dir / "environment.json"
    path.write_text(path.read_text().replace('"torch": "', '"torch": "0.'))
    ctx.threads = 2
    run(tiny(), ctx)
    logs = [(event.level, event.text) for event in of_type(ctx, "log_written")]
    assert ("info", "using 1 threads, as the first attempt did") in logs
    assert any(level == "warning" and "packages changed" in text for level, text in logs)


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
