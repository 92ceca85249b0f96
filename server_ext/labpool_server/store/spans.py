"""Summaries of neighbouring steps, so that a chart of a million points reads a few thousand rows.

A span of 32 steps is made from its points, one of 1,024 steps from its 32 spans of 32, and so
on. Whatever a batch brought, also old steps anew, the spans it touched are made again from
the (at most 32) rows below them; the work does not grow with the series.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Connection, Select, literal, select

from .sql import insert_rows
from .tables import points, spans

FACTOR = 32
WIDTHS = (32, 1_024, 32_768)
"""Steps in a span, finest first; each is ``FACTOR`` times the one before."""


class Span(NamedTuple):
    """What there is to know about some neighbouring points of one series.

    Attributes:
        points: How many they are.
        first: Lowest step; ``last`` the highest.
        low: Step of the least value, the earliest of them; ``high`` of the greatest.
    """

    points: int
    first: int
    last: int
    low: int
    low_value: float
    high: int
    high_value: float


_COLUMNS = ("series_id", "width", "span", *Span._fields)


def merge(rows: Iterable[Span], width: int, start: int = 0) -> dict[int, Span]:
    """Put spans together, by the number of the span of ``width`` steps that they begin in.

    Args:
        rows: Spans by rising step; a single point is a span too.
        width: Steps in a span of the answer.
        start: Step at which span 0 of the answer begins.
    """
    merged: dict[int, Span] = {}
    for row in rows:
        key = (row.first - start) // width
        have = merged.get(key)
        merged[key] = row if have is None else _joined(have, row)
    return merged


def _joined(a: Span, b: Span) -> Span:
    low = a if a.low_value <= b.low_value else b
    high = a if a.high_value >= b.high_value else b
    return Span(
        a.points + b.points, a.first, b.last, low.low, low.low_value, high.high, high.high_value
    )


def as_spans(series_id: int, width: int = 1) -> Select[int, int, int, int, float, int, float]:
    """Return the query for a series' points (width 1) or summaries, each a ``Span``, by step."""
    if width == 1:
        step, value = points.c.step, points.c.value
        columns = (literal(1), step, step, step, value, step, value)
        return select(*columns).where(points.c.series_id == series_id).order_by(step)
    return (
        select(*(spans.c[name] for name in Span._fields))
        .where(spans.c.series_id == series_id, spans.c.width == width)
        .order_by(spans.c.span)
    )


def refresh(
    conn: Connection,
    touched: Mapping[int, Mapping[int, tuple[float, float]]],
    tops: Mapping[int, int],
) -> None:
    """Make the summaries again that hold new points.

    Args:
        conn: A connection inside a transaction that may write.
        touched: By series id, the new points: step to value and time.
        tops: By series id, its highest step before these points; a new series has none. Spans
            beyond that hold new points only, so that nothing has to be read for them.
    """
    for width in WIDTHS:
        rows = []
        for id_, new in touched.items():
            numbers = {step // width for step in new}
            made: dict[int, Span] = {}
            if width == FACTOR:
                made = _of_new(new, tops.get(id_, -1) // width)
                numbers -= made.keys()
            for start, stop in _stretches(numbers):
                made |= _summed(conn, id_, width, start, stop)
            rows += [(id_, width, number, *span) for number, span in made.items()]
        insert_rows(conn, spans, _COLUMNS, rows, _COLUMNS[:3])


def _of_new(new: Mapping[int, tuple[float, float]], beyond: int) -> dict[int, Span]:
    """Return the finest spans with numbers greater than ``beyond``, from new points alone."""
    steps = sorted(step for step in new if step // FACTOR > beyond)
    found = {}
    for number, group in groupby(steps, lambda step: step // FACTOR):
        inside = list(group)
        values = [new[step][0] for step in inside]
        low, high = min(values), max(values)
        at_low, at_high = inside[values.index(low)], inside[values.index(high)]
        found[number] = Span(len(inside), inside[0], inside[-1], at_low, low, at_high, high)
    return found


def _summed(conn: Connection, id_: int, width: int, start: int, stop: int) -> dict[int, Span]:
    """Return spans ``start`` up to, not with, ``stop`` of a series, from the rows below them."""
    below = width // FACTOR
    place = points.c.step if below == 1 else spans.c.span
    inside = place.between(start * FACTOR, stop * FACTOR - 1)
    return merge(map(Span._make, conn.execute(as_spans(id_, below).where(inside))), width)


def _stretches(numbers: Collection[int]) -> Iterator[tuple[int, int]]:
    """Yield runs of neighbouring numbers as (first, one after the last)."""
    ordered = sorted(numbers)
    start = 0
    for i, number in enumerate(ordered, 1):
        if i == len(ordered) or ordered[i] != number + 1:
            yield ordered[start], number + 1
            start = i
