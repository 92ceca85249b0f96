"""How an attempt's end becomes a run's event: every case, and the pauses between attempts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labpool.runtime.execute import Outcome
from labpool.runtime.state import accepts, fold
from labpool.wire import Run, RunError, RunState
from labpool.wire.events import RunInterrupted
from labpool_server.dispatch.endings import LONGEST_PAUSE_S, StopReason, ending, pause_s
from labpool_server.pool.backend import WorkerLost

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LOST = WorkerLost("worker_lost", "gone")
DONE = Outcome(ended="succeeded", result=1)
STOPPED = Outcome(ended="cancelled")


def failed(*, retry: bool) -> Outcome:
    return Outcome(ended="failed", error=RunError(code="job_error", message="no"), retry=retry)


def running(attempt: int = 1, max_attempts: int = 3) -> Run:
    return Run(
        id="r",
        kind="k",
        name="n",
        state=RunState.RUNNING,
        params={},
        attempt=attempt,
        max_attempts=max_attempts,
        timeout_s=5,
        created_at=NOW,
    )


@pytest.mark.parametrize(
    ("end", "reason", "attempt", "expected"),
    [
        (DONE, None, 1, "run_succeeded"),
        (DONE, StopReason.CANCELLED, 1, "run_succeeded"),
        (STOPPED, StopReason.CANCELLED, 1, "run_cancelled"),
        (LOST, StopReason.CANCELLED, 1, "run_cancelled"),
        (LOST, StopReason.TIMEOUT, 1, "run_failed"),
        (STOPPED, StopReason.SERVER_STOPPED, 3, "run_interrupted"),
        (LOST, StopReason.WORKER_RESTARTED, 3, "run_interrupted"),
        (LOST, None, 1, "run_interrupted"),
        (LOST, None, 3, "run_failed"),
        (failed(retry=True), None, 2, "run_interrupted"),
        (failed(retry=True), None, 3, "run_failed"),
        (failed(retry=False), None, 1, "run_failed"),
        (STOPPED, None, 1, "run_cancelled"),
    ],
)
def test_every_end_has_its_event(
    end: Outcome | WorkerLost, reason: StopReason | None, attempt: int, expected: str
) -> None:
    run = running(attempt)
    event = ending(run, end, reason, now=NOW, base_s=1, auto_resume=True)
    assert event.type == expected
    assert accepts(run, event)


@pytest.mark.parametrize("auto_resume", [True, False])
def test_the_servers_own_stop_costs_no_attempt(auto_resume: bool) -> None:
    run = running(attempt=3)
    event = ending(run, LOST, StopReason.SERVER_STOPPED, now=NOW, base_s=1, auto_resume=auto_resume)
    assert isinstance(event, RunInterrupted)
    assert event.retry_at == (NOW if auto_resume else None)
    assert event.error.message.endswith("by itself." if auto_resume else "somebody resumes it.")
    after = fold(run, event)
    assert after is not None
    assert after.max_attempts == 4


@given(st.integers(min_value=1, max_value=10**6), st.floats(min_value=0.01, max_value=60))
def test_pauses_grow_and_have_a_limit(attempt: int, base: float) -> None:
    assert 0 < pause_s(attempt, base) <= pause_s(attempt + 1, base) <= LONGEST_PAUSE_S


def test_pauses_double() -> None:
    assert [pause_s(attempt, 2) for attempt in (1, 2, 3, 4)] == [2, 4, 8, 16]


@pytest.mark.parametrize("attempt", [1, 3])
def test_a_job_that_waits_for_somebody_says_how_long_and_loses_no_attempt(attempt: int) -> None:
    error = RunError(code="host_away", message="later", details={"retry_after_s": 900})
    end = Outcome(ended="failed", error=error, retry=True)
    event = ending(running(attempt), end, None, now=NOW, base_s=2, auto_resume=True)
    assert isinstance(event, RunInterrupted)
    assert event.retry_at is not None
    assert (event.retry_at - NOW).total_seconds() == 900
    assert not event.counts


@pytest.mark.parametrize("code", ["disk_full", "disk_read_only", "disk_gone"])
def test_a_fault_of_the_place_costs_no_attempt(code: str) -> None:
    end = Outcome(ended="failed", error=RunError(code=code, message="full"), retry=True)
    event = ending(running(3), end, None, now=NOW, base_s=2, auto_resume=True)
    assert isinstance(event, RunInterrupted)
    assert (event.counts, event.retry_at is not None) == (False, True)
    final = end.model_copy(update={"retry": False})
    event = ending(running(1), final, None, now=NOW, base_s=2, auto_resume=True)
    assert event.type == "run_failed"
