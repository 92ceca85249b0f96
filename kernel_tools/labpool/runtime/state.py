"""A run is the fold of its events. Pure: no clock, no files, no cluster."""

from __future__ import annotations

from collections.abc import Iterable

from labpool.wire.events import (
    ArtifactDeleted,
    ArtifactSaved,
    AttemptAssigned,
    AttemptStarted,
    CancelRequested,
    Event,
    LogWritten,
    MessagesDropped,
    MetricsReported,
    NoticeGiven,
    ParamsResolved,
    ProgressReported,
    RunCancelled,
    RunDeleted,
    RunFailed,
    RunInterrupted,
    RunQueued,
    RunRenamed,
    RunRequeued,
    RunSucceeded,
    WorkerLeft,
)
from labpool.wire.runs import Run, RunState

MOST_NOTICES = 50
"""Most notices that a run keeps; those after them are counted."""


def fold(run: Run | None, event: Event) -> Run | None:
    """Return the run after one more event.

    Args:
        run: The run before it; None before its first event or after its last.
        event: What happened.

    Returns:
        The run now, or None once it is deleted. Words of a worker about an attempt that
        is over change nothing but ``seq``.
    """
    if isinstance(event, RunDeleted):
        return None
    if isinstance(event, RunQueued):
        return _queued(event)
    if run is None:
        return None
    change = _change(run, event)
    change["seq"] = max(run.seq, event.seq)
    return run.model_copy(update=change)


def fold_all(events: Iterable[Event], run: Run | None = None) -> Run | None:
    """Fold many events, oldest first."""
    for event in events:
        run = fold(run, event)
    return run


def accepts(run: Run | None, event: Event) -> bool:
    """Return whether the event may follow; the store drops one that may not.

    A run ends once: after its terminal event only a person opens it again. Words of a worker
    about an attempt that is not the latest are late, and dropped.
    """
    if run is None:
        return isinstance(event, RunQueued)
    # Asked for every message: an isinstance of pydantic's classes costs ten times as much.
    if type(event) in _WORKER_WORDS or (type(event) in _ANYBODYS and event.n):
        return event.attempt == run.attempt and event.attempt > 0
    match event:
        case RunQueued():
            return False
        case RunRequeued():
            stopped = (RunState.INTERRUPTED, RunState.FAILED, RunState.CANCELLED)
            again = event.reason == "items" and run.state is RunState.SUCCEEDED
            return run.state in stopped or again
        case AttemptAssigned():
            return run.state is RunState.QUEUED and event.attempt == run.attempt + 1
        case RunInterrupted() | RunSucceeded():
            return not run.state.ended and run.state is not RunState.INTERRUPTED
        case RunFailed() | RunCancelled() | CancelRequested():
            return not run.state.ended
        case RunDeleted():
            return run.state.ended or run.state is RunState.INTERRUPTED
        case _:
            return True


_WORKER_WORDS = frozenset(
    {
        AttemptStarted,
        ProgressReported,
        MetricsReported,
        ArtifactSaved,
        ArtifactDeleted,
        MessagesDropped,
        ParamsResolved,
    }
)


_ANYBODYS = frozenset({LogWritten, NoticeGiven})
"""What workers say and the server as well."""


def _queued(event: RunQueued) -> Run:
    return Run(
        id=event.run_id,
        kind=event.kind,
        name=event.name,
        state=RunState.QUEUED,
        params=event.params,
        priority=event.priority,
        tags=event.tags,
        max_attempts=event.max_attempts,
        timeout_s=event.timeout_s,
        owner=event.owner,
        created_at=event.at,
        seq=event.seq,
    )


def _change(run: Run, event: Event) -> dict[str, object]:
    match event:
        case ProgressReported() | AttemptStarted() | WorkerLeft():
            live = not run.state.ended and event.attempt == run.attempt
            return _at_work(run, event) if live else {}
        case AttemptAssigned():
            return {"attempt": event.attempt, "workers": event.workers, "progress": None}
        case RunRequeued():
            return {
                "state": RunState.QUEUED,
                "error": None,
                "result": None,
                "retry_at": None,
                "ended_at": None,
                "cancel_requested": False,
                "workers": [],
                "max_attempts": event.max_attempts or run.max_attempts,
            }
        case NoticeGiven() if event.attempt == run.attempt or event.n == 0:
            return _noticed(run, event)
        case RunInterrupted():
            return {
                "state": RunState.INTERRUPTED,
                "error": event.error,
                "retry_at": event.retry_at,
                "workers": [],
                "max_attempts": run.max_attempts + (0 if event.counts else 1),
            }
        case RunSucceeded():
            return _ended(RunState.SUCCEEDED, event) | {"result": event.result, "error": None}
        case RunFailed():
            return _ended(RunState.FAILED, event) | {"error": event.error}
        case RunCancelled():
            return _ended(RunState.CANCELLED, event)
        case _:
            return _noted(run, event)


def _noted(run: Run, event: Event) -> dict[str, object]:
    """Return what an event changes that leaves the state as it is."""
    match event:
        case ParamsResolved():
            return {"resolved": {**run.resolved, **event.values}}
        case CancelRequested() if not run.state.ended:
            return {"cancel_requested": True}
        case RunRenamed():
            return {"name": event.name}
        case _:
            return {}


def _at_work(run: Run, event: ProgressReported | AttemptStarted | WorkerLeft) -> dict[str, object]:
    match event:
        case ProgressReported():
            return {"progress": event.progress}
        case WorkerLeft():
            return {"workers": [worker for worker in run.workers if worker != event.worker]}
    others = [worker for worker in run.workers if worker != event.worker]
    change: dict[str, object] = {"workers": run.workers}
    if len(others) == len(run.workers):
        change["workers"] = [*others, event.worker]
    if run.state is RunState.QUEUED:
        change |= {"state": RunState.RUNNING, "started_at": run.started_at or event.at}
    return change


def _noticed(run: Run, event: NoticeGiven) -> dict[str, object]:
    """Keep a notice once: an attempt that does the work again says the same again."""
    given = event.notice
    if any((one.code, one.message) == (given.code, given.message) for one in run.notices):
        return {}
    if len(run.notices) >= MOST_NOTICES:
        return {"notices_left_out": run.notices_left_out + 1}
    return {"notices": [*run.notices, given]}


def _ended(state: RunState, event: Event) -> dict[str, object]:
    return {"state": state, "ended_at": event.at, "workers": [], "retry_at": None}
