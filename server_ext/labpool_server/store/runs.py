"""Runs, one at a time, in lists and in the queue."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, update

from labpool.wire.events import RunQueued
from labpool.wire.pages import RunPage, RunsQuery
from labpool.wire.runs import Run, RunState

from .sql import cursor, indexed, insert
from .tables import run_tags, runs

_OPEN = (RunState.QUEUED, RunState.RUNNING, RunState.INTERRUPTED)
_RUN = select(runs.c.json)


def write(conn: Connection, folded: Collection[Run], born: Mapping[str, RunQueued]) -> None:
    """Write runs as they stand; ``born`` has the first event of those that are new."""
    new = [_first(run, born[run.id].seq) for run in folded if run.id in born]
    old = [_later(run) for run in folded if run.id not in born]
    insert(conn, runs, new)
    if old:
        conn.execute(_UPDATE, old)
    tags = {(indexed(tag), id_) for id_, queued in born.items() for tag in queued.tags}
    insert(conn, run_tags, [{"tag": t, "run_id": id_} for t, id_ in tags], ("tag", "run_id"))


_UPDATE = (
    update(runs)
    .where(runs.c.id == bindparam("key"))
    .values(state=bindparam("now"), search=bindparam("words"), json=bindparam("snapshot"))
)


def _first(run: Run, born: int) -> dict[str, Any]:
    return {
        "id": run.id,
        "born": born,
        "kind": indexed(run.kind),
        "state": run.state.value,
        "rank": -run.priority,
        "search": _search(run),
        "json": run.model_dump_json(),
    }


def _later(run: Run) -> dict[str, Any]:
    """Return what may change after a run's first event; the rest is as it was asked for."""
    return {
        "key": run.id,
        "now": run.state.value,
        "words": _search(run),
        "snapshot": run.model_dump_json(),
    }


def _search(run: Run) -> str:
    """Return what a run is found by."""
    return indexed(f"{run.name}\n{run.id}".casefold())


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
        wanted = wanted.where(runs.c.kind == indexed(query.kind))
    if query.state is not None:
        wanted = wanted.where(runs.c.state == query.state.value)
    if query.tag is not None:
        tagged = select(run_tags.c.run_id).where(run_tags.c.tag == indexed(query.tag))
        wanted = wanted.where(runs.c.id.in_(tagged))
    if query.search:
        text = indexed(query.search.casefold())
        wanted = wanted.where(runs.c.search.contains(text, autoescape=True))
    if query.after is not None:
        wanted = wanted.where(runs.c.born < cursor(query.after))
    return wanted


def active(conn: Connection, limit: int | None = None) -> list[Run]:
    """Return the runs that have not ended, oldest first, all where there is no limit."""
    states = [state.value for state in _OPEN]
    found = _RUN.where(runs.c.state.in_(states)).order_by(runs.c.born)
    return _parsed(conn, found.limit(limit))


def next_queued(conn: Connection, limit: int) -> list[Run]:
    """Return queued runs in the order they start: highest priority first, then oldest.

    A run that waits again keeps the place that its creation gave it.
    """
    queued = _RUN.where(runs.c.state == RunState.QUEUED.value)
    return _parsed(conn, queued.order_by(runs.c.rank, runs.c.born).limit(limit))


def counts(conn: Connection) -> dict[RunState, int]:
    """Return how many runs are in each state, 0 included."""
    rows = conn.execute(select(runs.c.state, func.count()).group_by(runs.c.state))
    return dict.fromkeys(RunState, 0) | {RunState(state): count for state, count in rows}


def _parsed(conn: Connection, query: Select[str]) -> list[Run]:
    return [Run.model_validate_json(json) for json in conn.execute(query).scalars()]
