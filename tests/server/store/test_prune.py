"""Old progress goes; the run, its figures, its words and the order of its events stay."""

from __future__ import annotations

from datetime import timedelta

from labpool.wire import Progress
from labpool.wire._base import utc_now
from labpool.wire.events import (
    PART_SPAN,
    AttemptAssigned,
    Event,
    LogWritten,
    MetricsReported,
    ProgressReported,
    RunQueued,
    RunSucceeded,
)
from labpool_server.store import Store


def said(n: int) -> list[Event]:
    """Three kinds of words of a worker, with the numbers from ``n`` on."""
    about = {"run_id": "r", "attempt": 1}
    return [
        ProgressReported(**about, n=n, progress=Progress(done=n % PART_SPAN)),
        LogWritten(**about, n=n + 1, text="word"),
        MetricsReported(**about, n=n + 2, step=n % PART_SPAN, values={"loss": 1.0}),
    ]


def test_only_progress_that_was_overtaken_goes(store: Store) -> None:
    store.append([RunQueued(run_id="r", kind="k", name="r", params={})])
    store.append([AttemptAssigned(run_id="r", attempt=1, workers=["a", "b"])])
    for n in (1, 4, PART_SPAN + 1, 7, PART_SPAN + 4):
        store.append(said(n))
    now = utc_now() + timedelta(seconds=1)
    assert store.ended_before(now) == []
    store.append([RunSucceeded(run_id="r", attempt=1, result=1)])
    before, last, run = store.events(0, 100), store.last_seq(), store.run("r")
    assert store.ended_before(utc_now() - timedelta(days=1)) == []
    assert store.ended_before(now) == ["r"]
    assert store.prune("r") == 3
    assert store.prune("r") == 0
    left = store.events(0, 100)
    gone = [event for event in before if event not in left]
    assert {event.type for event in gone} == {"progress_reported"}
    kept = [event for event in left if event.type == "progress_reported"]
    assert ['"done":7.0' in kept[0].json, '"done":4.0' in kept[1].json] == [True, True]
    assert (store.last_seq(), store.run("r")) == (last, run)
    assert store.events(gone[0].seq, 100) == [e for e in left if e.seq > gone[0].seq]
