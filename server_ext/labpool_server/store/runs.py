"""Runs, one at a time, in lists and in the queue."""

from __future__ import annotations

from sqlalchemy import Connection, Select, func, select

from labpool.wire.pages import RunPage, RunsQuery
from labpool.wire.runs import Run, RunState

from .sql import cursor, plain
from .tables import run_tags, runs

_OPEN = (RunState.QUEUED, RunState.RUNNING, RunState.INTERRUPTED)
_RUN = select(runs.c.json)


def one(conn: Connection, run_id: str) -> Run | None:
    """Return a run, or None where there is no such."""
    found = _parsed(conn, _RUN.where(runs.c.id == run_id))
    return found[0] if found else None


def page(conn: Connection, query: RunsQuery) -> RunPage:
    """Return runs that match, newest first."""
    wanted = _matching(query).order_by(runs.c.born.desc()).limit(query.limit + 1)
    rows = conn.execute(wanted).all()
    more = len(rows) > query.limit
    return RunPage(
        items=[Run.model_validate_json(json) for _, json in rows[: query.limit]],
        next=str(rows[query.limit - 1][0]) if more else None,
    )


def _matching(query: RunsQuery) -> Select[int, str]:
    wanted = select(runs.c.born, runs.c.json)
    if query.kind is not None:
        wanted = wanted.where(runs.c.kind == plain(query.kind))
    if query.state is not None:
        wanted = wanted.where(runs.c.state == query.state.value)
    if query.tag is not None:
        tagged = select(run_tags.c.run_id).where(run_tags.c.tag == plain(query.tag))
        wanted = wanted.where(runs.c.id.in_(tagged))
    if query.search:
        text = plain(query.search.casefold())
        wanted = wanted.where(runs.c.search.contains(text, autoescape=True))
    if query.after is not None:
        wanted = wanted.where(runs.c.born < cursor(query.after))
    return wanted


def active(conn: Connection) -> list[Run]:
    """Return the runs that have not ended, oldest first."""
    states = [state.value for state in _OPEN]
    return _parsed(conn, _RUN.where(runs.c.state.in_(states)).order_by(runs.c.born))


def next_queued(conn: Connection, limit: int) -> list[Run]:
    """Return queued runs in the order they start: highest priority first, then oldest.

    A run that waits again keeps the place that its creation gave it.
    """
    queued = _RUN.where(runs.c.state == RunState.QUEUED.value)
    return _parsed(conn, queued.order_by(runs.c.priority.desc(), runs.c.born).limit(limit))


def counts(conn: Connection) -> dict[RunState, int]:
    """Return how many runs are in each state, 0 included."""
    rows = conn.execute(select(runs.c.state, func.count()).group_by(runs.c.state))
    return dict.fromkeys(RunState, 0) | {RunState(state): count for state, count in rows}


def _parsed(conn: Connection, query: Select[str]) -> list[Run]:
    return [Run.model_validate_json(json) for json in conn.execute(query).scalars()]
