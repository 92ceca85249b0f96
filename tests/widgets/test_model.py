"""Events and first answers become what a widget shows."""

from __future__ import annotations

from typing import Any

import pytest

from labpool.client.widgets.model import MAX_LOGS, RunModel
from labpool.client.widgets.series import MAX_POINTS
from labpool.wire import LogLine, Progress, Run, RunError, Series, Worker
from labpool.wire.events import (
    AttemptAssigned,
    AttemptStarted,
    LogWritten,
    MessagesDropped,
    MetricsReported,
    ProgressReported,
    RunDeleted,
    RunFailed,
    RunInterrupted,
    RunRequeued,
    RunSucceeded,
)

from .conftest import BEGAN, Say

LOST = RunError(code="worker_lost", message="The worker is gone.")


@pytest.fixture
def model(queued: Run, say: Say) -> RunModel:
    """A run on one worker."""
    model = RunModel(queued)
    model.apply(say(AttemptAssigned, workers=["w1"]))
    model.apply(say(AttemptStarted, worker="w1", host="node", pid=7, n=1))
    model.change()
    return model


def progress(done: float, message: str = "") -> dict[str, Any]:
    return {
        "worker": "w1",
        "progress": Progress(done=done, total=100, unit="step", message=message),
    }


def test_changes_are_numbered_and_hold_only_what_is_new(model: RunModel, say: Say) -> None:
    assert model.change() is None
    model.apply(say(ProgressReported, **progress(1, "reads")))
    first = model.change()
    model.apply(say(MetricsReported, step=1, values={"loss": 2.0}))
    model.apply(say(LogWritten, text="hello"))
    second = model.change()
    assert first is not None
    assert second is not None
    assert first["run"]["progress"]["done"] == 1
    assert first["workers"][0]["words"] == "reads"
    assert second["rev"] == first["rev"] + 1
    assert second["points"] == {"loss": {"steps": [1], "values": [2.0]}}
    assert [line["text"] for line in second["logs"]] == ["hello"]
    assert "run" not in second
    assert not second["whole"]


def test_an_event_counts_once_and_only_for_its_run(model: RunModel, say: Say) -> None:
    event = say(LogWritten, text="once")
    model.apply(event)
    model.apply(event)
    model.apply(say(LogWritten, text="of another run", run_id="r2"))
    assert [line["text"] for line in model.snapshot()["logs"]] == ["once"]


def test_what_the_first_answers_hold_is_not_appended_again(queued: Run, say: Say) -> None:
    line = LogLine(seq=5, at=BEGAN, level="info", text="known")
    loss = Series(name="loss", steps=[1, 2], values=[3.0, 2.0], times=[0.0, 1.0], points=2)
    model = RunModel(queued, series=[loss], logs=[line])
    model.apply(say(MetricsReported, step=2, values={"loss": 2.0}))
    model.apply(say(LogWritten, text="known", seq=5))
    model.apply(say(LogWritten, text="new", seq=6))
    shown = model.snapshot()
    assert shown["series"]["loss"] == {"steps": [1, 2], "values": [3.0, 2.0]}
    assert [one["text"] for one in shown["logs"]] == ["known", "new"]
    assert not (model.change() or {})["whole"]


def test_a_step_measured_again_needs_the_whole_curve(model: RunModel, say: Say) -> None:
    for step in (1, 2, 3):
        model.apply(say(MetricsReported, step=step, values={"loss": float(step)}))
    model.change()
    model.apply(say(MetricsReported, step=2, values={"loss": 9.0}))
    assert (model.change() or {})["whole"]
    assert model.snapshot()["series"]["loss"]["values"] == [1.0, 9.0, 3.0]


def test_long_curves_and_logs_stay_bounded(model: RunModel, say: Say) -> None:
    for step in range(3 * MAX_POINTS):
        spike = 99.0 if step == MAX_POINTS else 1.0
        model.apply(say(MetricsReported, step=step, values={"loss": spike}))
        model.apply(say(LogWritten, text=str(step)))
    shown = model.snapshot()
    loss = shown["series"]["loss"]
    assert len(loss["steps"]) <= 2 * MAX_POINTS
    assert (loss["steps"][0], loss["steps"][-1]) == (0, 3 * MAX_POINTS - 1)
    assert max(loss["values"]) == 99.0
    assert len(shown["logs"]) == MAX_LOGS
    assert (model.change() or {})["whole"]


def test_rate_and_time_left(model: RunModel, say: Say) -> None:
    for done in (0, 10, 20):
        model.apply(say(ProgressReported, **progress(done)))
    pace = model.snapshot()["pace"]
    assert pace["rate"] == pytest.approx(10)
    assert pace["left_s"] == pytest.approx(8)


def test_a_later_attempt_says_why_and_measures_its_own_pace(model: RunModel, say: Say) -> None:
    for done in (0, 50):
        model.apply(say(ProgressReported, **progress(done)))
    model.apply(say(RunInterrupted, error=LOST))
    assert model.snapshot()["workers"] == []
    model.apply(say(RunRequeued, reason="retry"))
    model.apply(say(AttemptAssigned, attempt=2, workers=["w2"]))
    shown = model.snapshot()
    assert shown["run"]["attempt"] == 2
    assert shown["went_on"] == {**LOST.model_dump(exclude={"details"}), "traceback": ""}
    assert shown["pace"] == {"rate": None, "left_s": None}
    assert [worker["id"] for worker in shown["workers"]] == ["w2"]


def test_success_brings_figures(model: RunModel, say: Say) -> None:
    result = {"accuracy": 0.9, "best": {"step": 7}, "labels": ["a", "b"], "none": None}
    model.apply(say(RunSucceeded, result=result))
    assert model.over
    assert model.snapshot()["run"]["figures"] == [
        ("accuracy", 0.9),
        ("best.step", 7),
        ("labels", '["a", "b"]'),
        ("none", None),
    ]


def test_failure_brings_the_end_of_its_traceback(model: RunModel, say: Say) -> None:
    trace = "x" * 9000 + "ValueError: no label"
    error = RunError(code="job_error", message="No label.", details={"traceback": trace})
    model.apply(say(RunFailed, error=error))
    shown = model.snapshot()["run"]["error"]
    assert shown is not None
    assert shown["traceback"].endswith("ValueError: no label")
    assert len(shown["traceback"]) < 5000


def test_losses_deletion_and_buttons(model: RunModel, say: Say) -> None:
    model.apply(say(MessagesDropped, count=3))
    model.apply(say(MessagesDropped, count=4))
    model.answer("The run has ended.")
    model.say("away")
    change = model.change() or {}
    assert (change["dropped"], change["notice"], change["link"]) == (
        7,
        "The run has ended.",
        "away",
    )
    model.apply(say(RunDeleted))
    assert (model.change() or {})["deleted"]
    model.apply(say(LogWritten, text="too late"))
    assert model.change() is None


def test_workers_of_other_runs_are_left_out(queued: Run) -> None:
    run = queued.model_copy(update={"workers": ["w1"], "attempt": 1})
    reads = Progress(done=3, message="reads")
    mine = Worker(id="w1", address="a", state="busy", run_id="r1", progress=reads)
    other = Worker(id="w9", address="b", state="busy", run_id="r9")
    shown = RunModel(run, workers=[mine, other]).snapshot()["workers"]
    assert [(worker["id"], worker["words"], worker["done"]) for worker in shown] == [
        ("w1", "reads", 3)
    ]
