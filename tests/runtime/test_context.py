"""What a job says, and what becomes of odd values."""

from __future__ import annotations

import json
import math
import os
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from labpool.runtime.context import Cancelled, JobContext
from labpool.runtime.plain import NOTICE_LIMIT, TEXT_LIMIT, plain
from labpool.runtime.recording import RecordingContext
from labpool.wire.events import (
    ArtifactDeleted,
    ArtifactSaved,
    AttemptStarted,
    LogWritten,
    MetricsReported,
    NoticeGiven,
    ParamsResolved,
    ProgressReported,
    event_adapter,
    events_adapter,
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
    secrets = {"a": "123456", "b": 'to"ken\\é'}
    ctx = RecordingContext(run_id="r1", run_dir=tmp_path, secrets=secrets)
    said = {"items": 123456, "text": "id 123456", "list": ['x to"ken\\é y', None, 1.5]}
    assert plain(said, ctx.hide) == {
        "items": 123456,
        "text": "id ********",
        "list": ["x ******** y", None, 1.5],
    }


def test_numbers_of_other_libraries_are_numbers(context: RecordingContext) -> None:
    file = context.run_dir / "a"
    file.touch()
    meta: dict[Any, Any] = {
        "accuracy": np.float32(0.5),
        "steps": np.int64(7),
        "good": np.bool_(True),
        "loss": torch.tensor(0.25),
        "zero": np.array(3),
        np.int64(4): [Decimal("1.5"), Fraction(1, 4), math.inf, (1, {2})],
        "where": Path("x"),
    }
    context.artifact(file, meta=meta)
    (event,) = context.events
    assert json.loads(event.model_dump_json())["meta"] == {
        "accuracy": 0.5,
        "steps": 7,
        "good": True,
        "loss": 0.25,
        "zero": 3,
        "4": [1.5, 0.25, "inf", [1, [2]]],
        "where": "x",
    }


@pytest.mark.parametrize(
    "value", [np.zeros(2), torch.zeros(2), object(), b"bytes", 1j, 2**5000, print]
)
def test_what_json_cannot_carry_is_refused_where_it_is_said(
    context: RecordingContext, value: object
) -> None:
    file = context.run_dir / "a"
    file.touch()
    with pytest.raises(TypeError, match=r"^meta\.facts\[0\]"):
        context.artifact(file, meta={"facts": [value]})
    deep: list[object] = []
    deep.append(deep)
    with pytest.raises(TypeError, match="levels"):
        context.artifact(file, meta={"deep": deep})
    assert context.events == []


def test_halves_of_surrogates_are_escaped_and_long_texts_are_cut(
    context: RecordingContext,
) -> None:
    name = os.fsdecode(b"caf\xe9.csv")
    context.log("info", name)
    context.progress(1, 2, name, name)
    context.metric(1, **{name: 1.0})
    context.log("info", "x" * 10_000_000)
    *short, long = context.events
    for event in short:
        assert r"caf\\udce9.csv" in event.model_dump_json()
    assert isinstance(long, LogWritten)
    assert len(long.text) == TEXT_LIMIT
    assert long.text.endswith("[cut: 10,000,000 characters in all]")


def test_an_artifact_that_could_not_be_found_again_is_refused(context: RecordingContext) -> None:
    file = context.run_dir / os.fsdecode(b"caf\xe9")
    file.touch()
    with pytest.raises(ValueError, match=r"caf\\udce9: the name is not UTF-8 .* rename it"):
        context.artifact(file)
    named = file.rename(file.with_name(os.fsencode(file.name).decode("cp1252", "replace")))
    context.artifact(named)
    context.conceal("café")
    with pytest.raises(ValueError, match=r"^\*+: the name holds a secret"):
        context.artifact(named)


words = st.text(max_size=20)
SECRET = "s3cr3t-token"


@given(
    words,
    st.recursive(
        words | st.integers() | st.floats() | st.none(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
        max_leaves=8,
    ),
)
def test_no_field_of_any_word_tells_a_secret(
    tmp_path_factory: pytest.TempPathFactory, word: str, value: object
) -> None:
    ctx = RecordingContext("r", tmp_path_factory.mktemp("r"), secrets={"token": SECRET})
    told = f"{word}{SECRET}"
    file = ctx.run_dir / "a"
    file.touch()
    ctx.progress(1, 2, told, told)
    ctx.metric(1, **{told: 1.0})
    ctx.metric(1, **{told: math.nan})
    ctx.log("info", told)
    ctx.notice(told, told, code=told, fact={told: value})
    ctx.artifact(file, name=told, sha256=told, meta={told: [told, {told: value}]})
    ctx.artifact_deleted(told)
    ctx.resolved(**{told: [told, value]})
    ctx.emit(AttemptStarted, host=told, pid=1)
    assert {type(event) for event in ctx.events} >= {
        ProgressReported,
        MetricsReported,
        LogWritten,
        NoticeGiven,
        ArtifactSaved,
        ArtifactDeleted,
        AttemptStarted,
        ParamsResolved,
    }
    assert SECRET not in events_adapter.dump_json(ctx.events).decode()


@pytest.mark.parametrize(
    "value", [{1: "a", "1": "b"}, {"x" * 3000 + "a": "a", "x" * 3000 + "b": "b"}]
)
def test_names_that_become_one_lose_no_value(value: dict[Any, str]) -> None:
    told = plain(value, str)
    assert list(told.values()) == ["a", "b"]
    assert all(len(name) <= 1000 for name in told)


def test_a_notice_is_bounded_and_a_warning_in_the_log(context: RecordingContext) -> None:
    context.notice("rows_left_out", "3 rows are left out", count=np.int64(3))
    context.notice("long", "x" * 5000, names=["y" * 900] * 5)
    written, short, _, long = context.events
    assert isinstance(written, LogWritten)
    assert (written.level, written.text) == ("warning", "3 rows are left out")
    assert isinstance(short, NoticeGiven)
    assert short.notice.args == {"count": 3}
    assert isinstance(long, NoticeGiven)
    assert len(long.notice.message) == NOTICE_LIMIT
    assert long.notice.message.endswith("[cut: 5,000 characters in all]")
    assert long.notice.args == {}


def test_a_notice_that_json_cannot_carry_is_told_at_the_callers_line(
    context: RecordingContext,
) -> None:
    with pytest.raises(TypeError, match=r"^args\.what"):
        context.notice("a", "b", what=object())
    assert context.events == []
