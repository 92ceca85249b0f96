"""Metric series as they are read: whole, or thinned so that a chart keeps its shape."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from labpool.wire.errors import InvalidRequest
from labpool.wire.metrics import Series

from .spans import WIDTHS, Span, as_spans, merge
from .sql import chunks, indexed
from .tables import points, series, spans

PER_BUCKET = 4
"""A bucket shows its first, its lowest, its highest and its last point."""


def read(
    conn: Connection, run_id: str, names: Sequence[str] | None, max_points: int | None,
) -> list[Series]:  # fmt: skip
    """Return a run's series by name.

    Args:
        conn: A connection.
        run_id: The run.
        names: Which ones; None for all. A name that the run does not have is left out.
        max_points: Most points of each, 4 or more, or None for every point.

    Raises:
        InvalidRequest: ``max_points`` is less than 4.
    """
    if max_points is not None and max_points < PER_BUCKET:
        raise InvalidRequest(f"max_points is {max_points}; ask for {PER_BUCKET} or more.")
    query = select(series.c.id, series.c.name).where(series.c.run_id == run_id)
    if names is not None:
        query = query.where(series.c.name.in_([indexed(name) for name in names]))
    found = conn.execute(query.order_by(series.c.name)).all()
    return [_one(conn, id_, name, max_points) for id_, name in found]


def _one(conn: Connection, id_: int, name: str, max_points: int | None) -> Series:
    whole = (spans.c.series_id == id_) & (spans.c.width == WIDTHS[-1])
    ask = select(func.sum(spans.c.points), func.min(spans.c.first), func.max(spans.c.last))
    count, first, last = conn.execute(ask.where(whole)).one()
    of_series = select(points.c.step, points.c.value, points.c.at).where(points.c.series_id == id_)
    if max_points is None or count <= max_points:
        rows = list(conn.execute(of_series.order_by(points.c.step)))
    else:
        rows = []
        for part in chunks(_chosen(conn, id_, (first, last), max_points // PER_BUCKET)):
            some = of_series.where(points.c.step.in_(part))
            rows += conn.execute(some.order_by(points.c.step)).all()
    steps, values, times = map(list, zip(*rows, strict=True))
    return Series(name=name, steps=steps, values=values, times=times, points=count)


def _chosen(conn: Connection, id_: int, steps: tuple[int, int], most: int) -> list[int]:
    """Return the steps to show, rising: up to four in each of up to ``most`` buckets.

    Args:
        conn: A connection.
        id_: The series.
        steps: First and last step of the series.
        most: Most buckets, 1 or more.
    """
    first, last = steps
    unit = max((w for w in WIDTHS if last // w - first // w + 1 >= most), default=1)
    # Buckets begin where spans do, so that no span is cut in two.
    start = first - first % unit
    width = unit * -(-((last - start) // unit + 1) // most)
    rows = map(Span._make, conn.execute(as_spans(id_, unit)))
    buckets = merge(rows, width, start).values()
    return sorted({s for b in buckets for s in (b.first, b.low, b.high, b.last)})
