"""Lists of runs, the queue, and counts."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labpool.wire import InvalidRequest, Run, RunError, RunState
from labpool.wire.events import (
    AttemptAssigned,
    Event,
    RunCancelled,
    RunInterrupted,
    RunQueued,
    RunRequeued,
)
from labpool.wire.pages import RunsQuery
from labpool_server.store import Store

KINDS = ("train", "download")
TAGS = ("night", "small", "Ünïcode")


def queued(run_id: str, priority: int = 0, **more: object) -> RunQueued:
    fields = {"kind": "train", "name": run_id, "params": {}} | more
    return RunQueued.model_validate({"run_id": run_id, "priority": priority} | fields)


def everything(store: Store, query: RunsQuery) -> list[Run]:
    runs: list[Run] = []
    while True:
        page = store.runs(query)
        assert len(page.items) <= query.limit
        runs += page.items
        if page.next is None:
            return runs
        query = query.model_copy(update={"after": page.next})


def test_newest_first(store: Store) -> None:
    store.append([queued("a"), queued("b"), queued("c")])
    assert [run.id for run in store.runs(RunsQuery()).items] == ["c", "b", "a"]


@given(
    rows=st.lists(
        st.tuples(st.sampled_from(KINDS), st.sets(st.sampled_from(TAGS)), st.booleans()),
        max_size=15,
    ),
    limit=st.integers(1, 6),
    kind=st.sampled_from([None, *KINDS]),
    tag=st.sampled_from([None, *TAGS]),
    state=st.sampled_from([None, RunState.QUEUED, RunState.CANCELLED]),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_together_are_the_list(
    store: Store,
    rows: list[tuple[str, set[str], bool]],
    limit: int,
    kind: str | None,
    tag: str | None,
    state: RunState | None,
) -> None:
    prefix = f"p{store.last_seq()}-"  # each example looks at its own runs, through ``search``
    events: list[Event] = []
    for i, (of_kind, tags, cancelled) in enumerate(rows):
        events.append(queued(f"{prefix}{i}", kind=of_kind, tags=sorted(tags)))
        if cancelled:
            events.append(RunCancelled(run_id=f"{prefix}{i}"))
    store.append(events)
    query = RunsQuery(kind=kind, tag=tag, state=state, search=prefix, limit=limit)
    wanted = [
        f"{prefix}{i}"
        for i, (of_kind, tags, cancelled) in enumerate(rows)
        if kind in (None, of_kind)
        and (tag is None or tag in tags)
        and state in (None, RunState.CANCELLED if cancelled else RunState.QUEUED)
    ]
    assert [run.id for run in everything(store, query)] == wanted[::-1]


def test_a_run_that_arrives_between_two_pages_shifts_nothing(store: Store) -> None:
    store.append([queued("a"), queued("b"), queued("c")])
    first = store.runs(RunsQuery(limit=1))
    store.append([queued("d")])
    store.append([RunCancelled(run_id="c")])
    store.delete("c")
    rest = store.runs(RunsQuery(limit=5, after=first.next))
    assert [run.id for run in rest.items] == ["b", "a"]


@pytest.mark.parametrize(
    ("search", "found"),
    [("NIGHT", ["b"]), ("ÉTÉ", ["c"]), ("b", ["b"]), ("%", []), ("_", []), ("", ["c", "b", "a"])],
)
def test_search_looks_at_names_and_ids(store: Store, search: str, found: list[str]) -> None:
    store.append([queued("a", name="One"), queued("b", name="Nightly"), queued("c", name="été")])
    assert [run.id for run in store.runs(RunsQuery(search=search)).items] == found


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "", "٣", "9" * 30])
def test_a_cursor_of_nobody_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(InvalidRequest, match="cursor"):
        store.runs(RunsQuery(after=cursor))


def test_the_queue_goes_by_priority_then_by_age(store: Store) -> None:
    store.append([queued(f"low{i}") for i in range(12)])
    store.append([queued("high1", 5), queued("high0", 5), queued("under", -1)])
    order = ["high1", "high0", *(f"low{i}" for i in range(12)), "under"]
    assert [run.id for run in store.next_queued(100)] == order
    assert [run.id for run in store.next_queued(3)] == order[:3]


def test_a_run_that_waits_again_keeps_its_place(store: Store) -> None:
    store.append([queued("a"), queued("b")])
    store.append([AttemptAssigned(run_id="a", attempt=1, workers=["w"])])
    stop = RunError(code="worker_lost", message="Gone.")
    store.append([RunInterrupted(run_id="a", attempt=1, error=stop), queued("c")])
    assert [run.id for run in store.next_queued(9)] == ["b", "c"]
    store.append([RunRequeued(run_id="a", reason="retry")])
    assert [run.id for run in store.next_queued(9)] == ["a", "b", "c"]


def test_active_and_counts(store: Store) -> None:
    store.append([queued("a"), queued("b"), queued("c"), RunCancelled(run_id="b")])
    assert [run.id for run in store.active()] == ["a", "c"]
    counts = store.counts()
    assert set(counts) == set(RunState)
    assert (counts[RunState.QUEUED], counts[RunState.CANCELLED]) == (2, 1)
    assert counts[RunState.FAILED] == 0
