"""Progress of runs that ended long ago: the last word of each worker is enough."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from labpool.wire.events import PART_SPAN
from labpool.wire.runs import Run, RunState

from .tables import events, runs

PROGRESS = "progress_reported"


def ended_before(conn: Connection, instant: datetime) -> list[str]:
    """Return the ids of the runs that ended before an instant."""
    ended = [state.value for state in RunState if state.ended]
    found = conn.execute(select(runs.c.json).where(runs.c.state.in_(ended))).scalars()
    every = (Run.model_validate_json(json) for json in found)
    return [run.id for run in every if run.ended_at is not None and run.ended_at < instant]


def prune(conn: Connection, run_id: str) -> int:
    """Delete a run's progress but for the last of each worker of each attempt.

    Returns:
        How many events went. Others keep their numbers; readers go on after any of them.
    """
    log = events.c
    of_run = (log.run_id == run_id, log.type == PROGRESS)
    by_worker = (log.attempt, log.n // PART_SPAN)
    last = list(
        conn.execute(select(func.max(log.seq)).where(*of_run).group_by(*by_worker)).scalars()
    )
    return conn.execute(delete(events).where(*of_run, log.seq.not_in(last))).rowcount
