"""Metric points on their way in: the latest value of a step wins."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from labpool.wire.events import MetricsReported

from . import spans
from .sql import chunks, indexed, insert
from .tables import points, series

Fresh = dict[tuple[str, str], dict[int, tuple[float, float]]]
"""By run id and metric name: step to value and time, in seconds since the epoch."""


def collect(fresh: Fresh, event: MetricsReported) -> None:
    """Add an event's values."""
    at = event.at.timestamp()
    for name, value in event.values.items():
        fresh.setdefault((event.run_id, indexed(name)), {})[event.step] = (value, at)


def write(conn: Connection, fresh: Fresh) -> None:
    """Write new points, and bring the summaries that they fall into up to date."""
    if not fresh:
        return
    ids = _series_ids(conn, fresh)
    rows = [
        {"series_id": ids[key], "step": step, "value": value, "at": at}
        for key, steps in fresh.items()
        for step, (value, at) in steps.items()
    ]
    insert(conn, points, rows, ("series_id", "step"))
    spans.refresh(conn, {ids[key]: steps.keys() for key, steps in fresh.items()})


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
