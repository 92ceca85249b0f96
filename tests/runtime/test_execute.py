"""Whatever a body raises becomes the one end of its attempt, and tells no secret."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from labpool.runtime import execute as executing
from labpool.runtime.context import JobContext, JobError
from labpool.runtime.execute import AttemptSpec, Outcome, execute
from labpool.runtime.reporter import Reporter

SECRET = "to\"ken\\n'é" + "k" * 60

Run = Callable[[BaseException], Outcome]


class Speechless(Exception):
    """An error whose words cannot be had."""

    def __str__(self) -> str:
        """Fail, as what is no ``Exception``."""
        raise KeyboardInterrupt

    __repr__ = __str__


class Elsewhere:
    """A scalar that cannot be read, as a tensor without data."""

    ndim = 0

    def item(self) -> float:
        """Fail."""
        raise RuntimeError("no data")


class Starved(MemoryError):
    """A lack of memory that has no words either."""

    __str__ = Speechless.__str__


@pytest.fixture
def raising(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs an attempt whose body raises, and returns how it ended."""

    def run(error: BaseException) -> Outcome:
        def body(_kind: str, _params: object, _ctx: JobContext) -> None:
            raise error

        monkeypatch.setattr(executing, "call_body", body)
        spec = AttemptSpec(
            run_id="r", attempt=1, kind="k", params={}, worker="w0", run_dir=str(tmp_path)
        )
        reporter = Reporter(lambda _json, _last, _awaited: None)
        outcome = execute(spec, reporter, threading.Event(), {"token": SECRET})
        return Outcome.model_validate_json(outcome.model_dump_json())

    return run


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Speechless(), "job_error"),
        (Starved(), "out_of_memory"),
        (JobError("odd", ValueError("x")), "odd"),  # type: ignore[arg-type]  # a stranger's mistake
        (JobError("odd", Speechless()), "odd"),  # type: ignore[arg-type]  # a stranger's mistake
        (JobError(3, "m"), "3"),  # type: ignore[arg-type]  # a stranger's mistake
        (JobError("\udce9", "m"), r"\udce9"),
        (JobError(SECRET, "m"), "********"),
        (JobError("odd", "m", loss=Elsewhere(), by=Speechless()), "odd"),
    ],
)
def test_an_error_that_cannot_tell_of_itself_still_ends_its_attempt(
    raising: Run, error: BaseException, code: str
) -> None:
    outcome = raising(error)
    assert outcome.ended == "failed"
    assert outcome.error is not None
    assert outcome.error.code == code


@pytest.mark.parametrize(
    "error", [KeyError(SECRET), JobError("odd", "m", by=ValueError(SECRET)), ValueError(SECRET)]
)
def test_a_secret_is_blacked_out_as_it_is_and_as_repr_writes_it(
    raising: Run, error: BaseException
) -> None:
    assert "k" * 30 not in raising(error).model_dump_json()


@pytest.mark.parametrize("room", [1900, 19_900])
def test_no_cut_leaves_a_piece_of_a_secret(raising: Run, room: int) -> None:
    for length in range(room, room + 100, 7):
        told = raising(ValueError("x" * length + SECRET)).model_dump_json()
        assert "kkk" not in told


def test_details_that_are_too_large_say_that_they_are_left_out(raising: Run) -> None:
    outcome = raising(JobError("bad", "Too much to tell.", rows=list(range(300_000))))
    assert outcome.error is not None
    assert outcome.error.message == "Too much to tell."
    assert outcome.error.details.keys() == {"left_out"}
    assert "more than 1048576" in outcome.error.details["left_out"]
