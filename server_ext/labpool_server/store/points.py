"""Metric points on their way in: the latest value of a step wins."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import Connection, func, select

from labpool.wire.events import MetricsReported

from . import spans
from .sql import chunks, indexed, insert, insert_rows
from .tables import points, series

Fresh = dict[tuple[str, str], dict[int, tuple[float, float]]]
"""By run id and metric name: step to value and time, in seconds since the epoch."""


_name = lru_cache(1024)(indexed)
_COLUMNS = ("series_id", "step", "value", "at")


def collect(fresh: Fresh, event: MetricsReported) -> None:
    """Add an event's values."""
    at, step, run_id = event.at.timestamp(), event.step, event.run_id
    for name, value in event.values.items():
        key = (run_id, _name(name))
        steps = fresh.get(key)
        if steps is None:
            steps = fresh[key] = {}
        steps[step] = (value, at)


def write(conn: Connection, fresh: Fresh) -> None:
    """Write new points, and bring the summaries that they fall into up to date."""
    if not fresh:
        return
    ids = _series_ids(conn, fresh)
    new = {ids[key]: steps for key, steps in fresh.items()}
    rows = [
        (id_, step, value, at) for id_, steps in new.items() for step, (value, at) in steps.items()
    ]
    tops = _tops(conn, new)
    insert_rows(conn, points, _COLUMNS, rows, ("series_id", "step"))
    spans.refresh(conn, new, tops)


def _tops(conn: Connection, ids: Iterable[int]) -> dict[int, int]:
    """Return the highest step of each series that has one."""
    # One look at the end of each series: a GROUP BY would read all their points.
    of_series = points.c.series_id == series.c.id
    top = select(func.max(points.c.step)).where(of_series).scalar_subquery()
    found = {}
    for part in chunks(list(ids)):
        rows = conn.execute(select(series.c.id, top).where(series.c.id.in_(part)))
        found.update({id_: step for id_, step in rows if step is not None})
    return found


def _series_ids(conn: Connection, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return the ids of series, making those that are new."""
    wanted = set(keys)
    found = _find(conn, wanted)
    new = [{"run_id": run_id, "name": name} for run_id, name in sorted(wanted - found.keys())]
    if not new:
        return found
    insert(conn, series, new, ("run_id", "name"))
    return found | _find(conn, wanted - found.keys())


def _find(conn: Connection, keys: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    query = select(series.c.run_id, series.c.name, series.c.id)
    found = {}
    for part in chunks({run_id for run_id, _ in keys}):
        rows = conn.execute(query.where(series.c.run_id.in_(part)))
        found.update({(run_id, name): id_ for run_id, name, id_ in rows})
    return found
