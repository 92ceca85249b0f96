"""How an attempt's end becomes a run's event. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from labpool.runtime.execute import Outcome
from labpool.runtime.place import PLACE_CODES
from labpool.wire import Event, Run, RunError
from labpool.wire.events import RunCancelled, RunFailed, RunInterrupted, RunSucceeded
from labpool_server.pool.backend import WorkerLost

LONGEST_WAIT_S = 3600.0
"""Longest pause that a job can ask for, seconds."""
LONGEST_PAUSE_S = 300.0
"""Longest pause before another attempt, seconds."""


class StopReason(StrEnum):
    """Why the server asked an attempt to end."""

    CANCELLED = "cancelled"
    TIMEOUT = "timeout"
    SERVER_STOPPED = "server_stopped"
    WORKER_RESTARTED = "worker_restarted"


_STOP_MESSAGES = {
    StopReason.SERVER_STOPPED: "The server stopped.",
    StopReason.WORKER_RESTARTED: "Its worker was restarted by a person.",
}


def pause_s(attempt: int, base_s: float) -> float:
    """Return the pause before the attempt after this one: base, 2 base, 4 base ... seconds."""
    return min(LONGEST_PAUSE_S, base_s * 2.0 ** max(0, min(attempt, 32) - 1))


def ending(
    run: Run,
    end: Outcome | WorkerLost,
    reason: StopReason | None,
    *,
    now: datetime,
    base_s: float,
    auto_resume: bool,
    by: str = "",
) -> Event:
    """Return the event that ends an attempt.

    Args:
        run: The run as it stands.
        end: What the worker said, or that it went away.
        reason: Why the server had asked for the end, if it had.
        now: The present instant.
        base_s: First pause before another attempt, seconds.
        auto_resume: Whether a run that the server's stop interrupted goes on by itself.
        by: Who cancelled it.
    """
    run_id, attempt = run.id, run.attempt
    if isinstance(end, Outcome) and end.ended == "succeeded":
        return RunSucceeded(run_id=run_id, attempt=attempt, result=end.result)
    if reason is StopReason.CANCELLED:
        return RunCancelled(run_id=run_id, attempt=attempt, by=by)
    if reason is StopReason.TIMEOUT:
        text = f"The attempt ran longer than its limit of {run.timeout_s:g} s."
        error = RunError(code="timeout", message=text, details={"timeout_s": run.timeout_s})
        return RunFailed(run_id=run_id, attempt=attempt, error=error)
    if reason is not None:
        at = now if auto_resume or reason is StopReason.WORKER_RESTARTED else None
        again = "The run goes on by itself." if at else "The run goes on when somebody resumes it."
        error = RunError(code=reason.value, message=f"{_STOP_MESSAGES[reason]} {again}")
        return RunInterrupted(
            run_id=run_id, attempt=attempt, error=error, retry_at=at, counts=False
        )
    if isinstance(end, Outcome) and end.ended == "cancelled":
        return RunCancelled(run_id=run_id, attempt=attempt)
    return _ended_badly(run, end, now, base_s)


def _ended_badly(run: Run, end: Outcome | WorkerLost, now: datetime, base_s: float) -> Event:
    if isinstance(end, WorkerLost):
        error, again = RunError(code=end.code, message=end.message, details=end.details), True
    else:
        error = end.error or RunError(code="job_error", message="The job gave no reason.")
        again = end.retry
    # What never began, what only waits, and what the place is to blame for does not count.
    free = (
        error.code in PLACE_CODES
        or "retry_after_s" in error.details
        or (isinstance(end, WorkerLost) and not end.begun)
    )
    if not again or (run.attempt >= run.max_attempts and not free):
        return RunFailed(run_id=run.id, attempt=run.attempt, error=error)
    # A job that knows when another attempt makes sense says so.
    asked = error.details.get("retry_after_s")
    waits = asked if isinstance(asked, int | float) and asked > 0 else 0.0
    due = now + timedelta(seconds=max(pause_s(run.attempt, base_s), min(waits, LONGEST_WAIT_S)))
    return RunInterrupted(
        run_id=run.id, attempt=run.attempt, error=error, retry_at=due, counts=not free
    )
