"""Metric series: latest wins, and a thinned series keeps the shape of the whole."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from labpool.wire import InvalidRequest, Series
from labpool.wire.events import AttemptAssigned, MetricsReported, RunQueued
from labpool_server.store import Store
from labpool_server.store.spans import WIDTHS, Span, as_spans, merge
from labpool_server.store.tables import series

_ids = itertools.count()


def run(store: Store) -> str:
    run_id = f"r{next(_ids)}"
    store.append([
        RunQueued(run_id=run_id, kind="train", name="x", params={}),
        AttemptAssigned(run_id=run_id, attempt=1, workers=["w"]),
    ])  # fmt: skip
    return run_id


def report(store: Store, run_id: str, points: list[tuple[int, float]], first: int = 1) -> None:
    store.append([
        MetricsReported(run_id=run_id, attempt=1, n=n, step=step, values={"loss": value})
        for n, (step, value) in enumerate(points, first)
    ])  # fmt: skip


def keeps_its_shape(thin: Series, points: dict[int, float], max_points: int) -> None:
    assert len(thin.steps) <= max_points
    assert thin.points == len(points)
    assert thin.steps == sorted(set(thin.steps))
    assert thin.values == [points[step] for step in thin.steps]
    assert len(thin.times) == len(thin.steps)
    assert (thin.steps[0], thin.steps[-1]) == (min(points), max(points))
    assert min(thin.values) == min(points.values())
    assert max(thin.values) == max(points.values())


sparse = st.lists(st.tuples(st.integers(0, 200_000), st.floats(-1e6, 1e6)), min_size=1)
far = st.lists(
    st.tuples(st.integers(0, 2**53 - 1), st.floats(allow_nan=False, allow_infinity=False)),
    min_size=1,
)
dense = st.builds(
    lambda start, values: [(start + i, value) for i, value in enumerate(values)],
    st.integers(0, 5_000),
    st.lists(st.floats(-10, 10), min_size=1, max_size=400),
)


@given(points=st.one_of(sparse, dense, far), max_points=st.integers(4, 60), cut=st.integers(1, 50))
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_first_last_least_and_greatest_stay(
    store: Store, points: list[tuple[int, float]], max_points: int, cut: int
) -> None:
    run_id = run(store)
    for start in range(0, len(points), cut):
        report(store, run_id, points[start : start + cut], start + 1)
    whole = dict(points)
    [series] = store.metrics(run_id, None, None)
    assert dict(zip(series.steps, series.values, strict=True)) == whole
    [thin] = store.metrics(run_id, None, max_points)
    keeps_its_shape(thin, whole, max_points)


def test_every_bucket_keeps_its_peaks(store: Store) -> None:
    run_id = run(store)
    values = [float((i * 7919) % 1009) for i in range(20_000)]
    report(store, run_id, list(enumerate(values)))
    [thin] = store.metrics(run_id, None, 400)
    assert len(thin.steps) > 150
    shown = dict(zip(thin.steps, thin.values, strict=True))
    for left, right in itertools.pairwise(range(0, 20_001, 2_000)):
        inside = [value for step, value in shown.items() if left <= step < right]
        assert max(inside) == max(values[left:right])
        assert min(inside) == min(values[left:right])


def test_a_step_told_again_takes_the_latest_value_also_in_summaries(store: Store) -> None:
    run_id = run(store)
    report(store, run_id, [(step, 1.0) for step in range(2_000)] + [(700, 99.0)])
    [thin] = store.metrics(run_id, None, 8)
    assert 99.0 in thin.values
    report(store, run_id, [(700, 1.0), (701, -5.0)], first=3_000)
    [thin] = store.metrics(run_id, None, 8)
    assert max(thin.values) == 1.0
    assert min(thin.values) == -5.0
    assert thin.points == 2_000


def test_series_are_chosen_by_name(store: Store) -> None:
    run_id = run(store)
    both = {"loss": 1.0, "acc": 0.5}
    store.append([MetricsReported(run_id=run_id, attempt=1, n=1, step=3, values=both)])
    assert [s.name for s in store.metrics(run_id, None, None)] == ["acc", "loss"]
    assert [s.name for s in store.metrics(run_id, ["loss", "none"], None)] == ["loss"]
    assert store.metrics(run_id, [], None) == []
    assert store.metrics("nobody", None, 10) == []


def test_fewer_than_four_points_are_refused(store: Store) -> None:
    with pytest.raises(InvalidRequest, match="max_points"):
        store.metrics("a", None, 3)


@given(
    batches=st.lists(
        st.lists(st.tuples(st.integers(0, 3000), st.sampled_from([-0.0, 0.0, 1.5, -2.0, 7.0])),
                 min_size=1, max_size=90),
        min_size=1, max_size=5,
    ),
    ordered=st.booleans(),
)  # fmt: skip
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_summaries_are_what_the_points_sum_up_to(
    store: Store, batches: list[list[tuple[int, float]]], *, ordered: bool
) -> None:
    run_id, n = run(store), 1
    for batch in [sorted(batch) for batch in sorted(batches)] if ordered else batches:
        report(store, run_id, batch, n)
        n += len(batch)
    assert store._engine is not None
    with store._engine.connect() as conn:
        found = select(series.c.id).where(series.c.run_id == run_id)
        [id_] = conn.execute(found).scalars()
        points = [Span(*row) for row in conn.execute(as_spans(id_))]
        for width in WIDTHS:
            kept = [Span(*row) for row in conn.execute(as_spans(id_, width))]
            assert kept == list(merge(points, width).values())
