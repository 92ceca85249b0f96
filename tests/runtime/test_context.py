"""What a job says, and what becomes of odd values."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from pydantic import ValidationError

from labpool.runtime.context import Cancelled, JobContext
from labpool.runtime.recording import RecordingContext
from labpool.wire.events import (
    ArtifactSaved,
    LogWritten,
    MetricsReported,
    ProgressReported,
    event_adapter,
)


@pytest.fixture
def context(tmp_path: Path) -> RecordingContext:
    return RecordingContext("r", tmp_path)


def test_it_is_the_door_that_jobs_are_promised(context: RecordingContext) -> None:
    assert isinstance(context, JobContext)


def test_a_value_that_is_no_number_becomes_a_warning(context: RecordingContext) -> None:
    context.metric(3, loss=math.nan, accuracy=0.5)
    warning, metric = context.events
    assert isinstance(warning, LogWritten)
    assert (warning.level, warning.text) == ("warning", "loss is nan at step 3")
    assert isinstance(metric, MetricsReported)
    assert metric.values == {"accuracy": 0.5}


def test_progress_without_end_is_still_progress(context: RecordingContext) -> None:
    context.progress(math.inf, math.inf, "step", "on")
    (event,) = context.events
    assert isinstance(event, ProgressReported)
    assert (event.progress.done, event.progress.total, event.progress.message) == (0, None, "on")


@pytest.mark.parametrize(
    "values", [{"step": 1, "values": {"loss": math.inf}}, {"step": 2**60, "values": {}}]
)
def test_the_wire_refuses_what_json_and_sql_cannot_carry(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        event_adapter.validate_python({"type": "metrics_reported", "run_id": "r", **values})


def test_an_artifact_tells_its_size_and_digest(context: RecordingContext) -> None:
    file = context.run_dir / "out" / "a.txt"
    file.parent.mkdir()
    file.write_text("abc")
    context.artifact(file)
    (event,) = context.events
    assert isinstance(event, ArtifactSaved)
    assert (event.name, event.path, event.size_bytes) == ("out/a.txt", "out/a.txt", 3)
    assert event.sha256.startswith("ba7816bf")


def test_who_was_asked_to_stop_can_end_with_one_call(context: RecordingContext) -> None:
    context.check_cancelled()
    context.stop.set()
    with pytest.raises(Cancelled):
        context.check_cancelled()


def test_a_secret_of_digits_breaks_no_number_and_one_with_quotes_is_found(tmp_path: Path) -> None:
    from labpool.runtime.execute import _blacked_out

    secrets = {"a": "123456", "b": 'to"ken\\é'}
    ctx = RecordingContext(run_id="r1", run_dir=tmp_path, secrets=secrets)
    said = {"items": 123456, "text": "id 123456", "list": ['x to"ken\\é y', None, 1.5]}
    assert _blacked_out(said, ctx) == {
        "items": 123456,
        "text": "id ********",
        "list": ["x ******** y", None, 1.5],
    }
