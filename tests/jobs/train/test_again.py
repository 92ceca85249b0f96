"""A training that goes on: after a cancel, from a damaged checkpoint, on changed data."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labpool.jobs.train import Params, checkpoints
from labpool.jobs.train.run import run
from labpool.runtime.context import Cancelled, JobError
from labpool.runtime.recording import RecordingContext

from .conftest import make_rows, write_jsonl
from .telling import digest, of_type, stop_at

Make = Callable[..., Params]


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
