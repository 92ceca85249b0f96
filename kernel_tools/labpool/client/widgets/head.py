"""What of a run's record the page shows: small, without params and large results."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, TypedDict

from labpool.wire import Run, RunError, RunState

MAX_FIGURES = 24
MAX_TEXT = 4000


class Problem(TypedDict):
    """An error as people read it.

    Attributes:
        traceback: The job's traceback, "" where there is none.
    """

    code: str
    message: str
    traceback: str


class Head(TypedDict):
    """The run's record as it crosses to the page.

    Attributes:
        figures: What a finished job returned, as names and values, flat.
    """

    id: str
    name: str
    kind: str
    state: str
    attempt: int
    max_attempts: int
    progress: dict[str, Any] | None
    cancel_requested: bool
    created_at: str
    started_at: str | None
    ended_at: str | None
    retry_at: str | None
    error: Problem | None
    figures: list[tuple[str, Any]]


def head(run: Run) -> Head:
    """Return what the page shows of a run's record."""
    return {
        "id": run.id,
        "name": run.name,
        "kind": run.kind,
        "state": run.state.value,
        "attempt": run.attempt,
        "max_attempts": run.max_attempts,
        "progress": run.progress.model_dump() if run.progress else None,
        "cancel_requested": run.cancel_requested,
        "created_at": _iso(run.created_at),
        "started_at": _iso(run.started_at) if run.started_at else None,
        "ended_at": _iso(run.ended_at) if run.ended_at else None,
        "retry_at": _iso(run.retry_at) if run.retry_at else None,
        "error": problem(run.error),
        "figures": figures(run.result) if run.state is RunState.SUCCEEDED else [],
    }


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def problem(error: RunError | None) -> Problem | None:
    """Return an error for the page, or None where there is none."""
    if error is None:
        return None
    trace = error.details.get("traceback", "")
    text = trace if isinstance(trace, str) else "".join(map(str, trace))
    return {"code": error.code, "message": _cut(error.message), "traceback": _cut(text)}


def figures(result: Any) -> list[tuple[str, Any]]:
    """Flatten a result into names and values.

    Args:
        result: What the job returned, any JSON value.

    Returns:
        At most ``MAX_FIGURES`` pairs of a dotted name and a number, bool, string or None.
    """
    found: list[tuple[str, Any]] = []
    _flatten("", result, found)
    return found[:MAX_FIGURES]


def _flatten(name: str, value: Any, found: list[tuple[str, Any]]) -> None:
    if len(found) >= MAX_FIGURES or (not name and value is None):
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(f"{name}.{key}" if name else str(key), inner, found)
    elif value is None or isinstance(value, bool | int | float):
        found.append((name, value))
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        found.append((name, _cut(text, 200)))


def _cut(text: str, limit: int = MAX_TEXT) -> str:
    """Keep the end of a text: the last lines of a traceback say the most."""
    return text if len(text) <= limit else "…" + text[-limit:]
