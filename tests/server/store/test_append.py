"""Appending: numbers, folding, what is dropped, and what a job's odd values do."""

from __future__ import annotations

import pytest

from labpool.wire import Conflict, Progress, RunState, event_adapter
from labpool.wire.events import (
    AttemptAssigned,
    AttemptStarted,
    Event,
    LogWritten,
    MetricsReported,
    ProgressReported,
    RunCancelled,
    RunDeleted,
    RunQueued,
    RunSucceeded,
)
from labpool.wire.pages import LogsQuery, RunsQuery
from labpool_server.store import Store


def queued(run_id: str) -> RunQueued:
    return RunQueued(run_id=run_id, kind="train", name=f"Run {run_id}", params={"epochs": 2})


def started(run_id: str) -> list[Event]:
    return [
        queued(run_id),
        AttemptAssigned(run_id=run_id, attempt=1, workers=["w"]),
        AttemptStarted(run_id=run_id, attempt=1, n=1, worker="w"),
    ]


def log(n: int, text: str = "x", run_id: str = "a") -> LogWritten:
    return LogWritten(run_id=run_id, attempt=1, n=n, text=text)


def test_numbers_rise_from_one_and_stand_in_the_json(store: Store) -> None:
    stored = store.append([*started("a"), queued("b")])
    assert [s.seq for s in stored] == [1, 2, 3, 4]
    assert [event_adapter.validate_json(s.json).seq for s in stored] == [1, 2, 3, 4]
    assert stored == store.events(0, 10)
    assert store.last_seq() == 4


def test_the_run_is_the_fold(store: Store) -> None:
    store.append(started("a"))
    store.append([ProgressReported(run_id="a", attempt=1, n=2, progress=Progress(done=1))])
    store.append([log(3)])
    run = store.run("a")
    assert run is not None
    assert (run.state, run.attempt, run.seq) == (RunState.RUNNING, 1, 5)
    assert run.progress == Progress(done=1)


def test_a_message_is_stored_once_however_often_it_comes(store: Store) -> None:
    store.append(started("a"))
    batch: list[Event] = [log(2), log(3), log(3), log(2), log(4)]
    assert len(store.append(batch)) == 3
    assert store.append(batch) == []
    assert [s.seq for s in store.append([log(4), log(6), log(5)])] == [7, 8]
    assert store.last_seq() == 8


def test_what_may_not_follow_is_dropped(store: Store) -> None:
    late = MetricsReported(run_id="a", attempt=0, n=1, step=1, values={"loss": 1.0})
    assert store.append([late]) == []
    store.append([*started("a"), RunSucceeded(run_id="a", attempt=1)])
    assert store.append([RunCancelled(run_id="a", attempt=1)]) == []
    run = store.run("a")
    assert run is not None
    assert run.state is RunState.SUCCEEDED


def test_nothing_new_writes_nothing(store: Store) -> None:
    assert store.append([]) == []
    assert store.last_seq() == 0


def test_numbers_are_not_given_again_after_a_delete(store: Store) -> None:
    store.append([queued("a"), RunCancelled(run_id="a")])
    deleted = store.delete("a")
    assert deleted is not None
    assert (deleted.seq, deleted.type) == (3, "run_deleted")
    assert store.append([queued("b")])[0].seq == 4


def test_delete_leaves_only_the_event_that_says_so(store: Store) -> None:
    store.append([
        *started("a"),
        log(2),
        MetricsReported(run_id="a", attempt=1, n=3, step=1, values={"loss": 1.0}),
        RunSucceeded(run_id="a", attempt=1),
    ])  # fmt: skip
    store.delete("a")
    assert store.run("a") is None
    assert [s.type for s in store.events(0, 10)] == ["run_deleted"]
    assert [s.type for s in store.events(0, 10, "a")] == ["run_deleted"]
    assert store.metrics("a", None, None) == []
    assert store.logs("a", LogsQuery()).items == []
    assert store.append([log(5)]) == []


def test_delete_refuses_what_runs_and_does_not_know_what_is_not_there(store: Store) -> None:
    store.append(started("a"))
    with pytest.raises(Conflict, match="running"):
        store.delete("a")
    assert store.delete("b") is None
    assert store.run("a") is not None


def test_a_run_deleted_and_queued_anew_in_one_batch_is_the_new_one(store: Store) -> None:
    ended: list[Event] = [*started("a"), log(2), RunSucceeded(run_id="a", attempt=1)]
    again: list[Event] = [RunDeleted(run_id="a"), queued("a"), queued("b")]
    assert len(store.append([*ended, *again])) == 8
    assert [s.type for s in store.events(0, 10, "a")] == ["run_deleted", "run_queued"]
    run = store.run("a")
    assert run is not None
    assert run.attempt == 0


def test_a_text_that_is_no_unicode_harms_nothing(store: Store) -> None:
    stored = store.append([
        *started("a"),
        MetricsReported(run_id="a", attempt=1, n=2, step=1, values={"acc": 0.5}),
        log(5, "half \ud800 a character"),
        log(6, "no \0 end"),
    ])  # fmt: skip
    assert [event_adapter.validate_json(s.json).n for s in stored] == [0, 0, 1, 2, 5, 6]
    [series] = store.metrics("a", None, None)
    assert (series.name, series.steps, series.values) == ("acc", [1], [0.5])
    texts = [line.text for line in store.logs("a", LogsQuery()).items]
    assert texts == ["half ? a character", "no \0 end"]
    assert store.run("a") is not None


def test_events_of_one_run_and_of_all(store: Store) -> None:
    store.append([*started("a"), *started("b")])
    assert [s.seq for s in store.events(2, 3)] == [3, 4, 5]
    assert [s.seq for s in store.events(3, 10, "b")] == [4, 5, 6]
    assert store.events(6, 10) == []


def test_long_names_and_odd_ones_are_kept(store: Store) -> None:
    long = "n" * 5_000
    store.append([
        queued("a").model_copy(update={"name": long, "tags": [long, "nul\0"]}),
        AttemptAssigned(run_id="a", attempt=1, workers=["w"]),
        MetricsReported(run_id="a", attempt=1, n=1, step=1, values={long: 1.0, "nul\0": 2.0}),
    ])  # fmt: skip
    run = store.run("a")
    assert run is not None
    assert (run.name, run.tags) == (long, [long, "nul\0"])
    for tag in run.tags:
        assert [found.id for found in store.runs(RunsQuery(tag=tag)).items] == ["a"]
    assert [s.values for s in store.metrics("a", [long], None)] == [[1.0]]
    assert [s.values for s in store.metrics("a", ["nul\0"], None)] == [[2.0]]
