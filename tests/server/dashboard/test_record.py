"""From the stored events to who ran what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from labpool.wire import Progress, Run, RunError, RunState
from labpool.wire import events as ev
from labpool_server.dashboard.history import History
from labpool_server.dashboard.record import Recorder
from labpool_server.store.stored import Stored

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NOW = AT.timestamp()
RUN = Run(id="r1", kind="train", name="Mine", state=RunState.QUEUED, params={}, created_at=AT)


def stored(*events: Any) -> list[Stored]:
    return [Stored(i, e.run_id, e.type, e.model_dump_json()) for i, e in enumerate(events, 1)]


def started(n: int = 1) -> ev.AttemptStarted:
    return ev.AttemptStarted(run_id="r1", attempt=1, n=n, worker="w0", at=AT)


def recorder(run: Run | None = RUN) -> tuple[History, Recorder]:
    history = History()
    return history, Recorder(history, lambda _: run, clock=lambda: NOW + 1)


def test_a_run_begins_with_the_job_s_own_word_and_ends_with_the_server_s() -> None:
    history, record = recorder()
    error = RunError(code="job_error", message="no")
    failed = ev.RunFailed(run_id="r1", attempt=1, error=error, at=AT)
    record.record(stored(ev.AttemptAssigned(run_id="r1", attempt=1, workers=["w0"])))
    assert history.stints(NOW) == []
    record.record(stored(started()))
    (seen,) = history.stints(NOW)
    assert (seen.name, seen.kind, seen.worker, seen.state) == ("Mine", "train", "w0", "running")
    record.record(stored(failed))
    assert [s.state for s in history.stints(NOW)] == ["failed"]
    record.record(stored(ev.RunDeleted(run_id="r1")))
    assert history.stints(NOW) == []


def test_only_what_a_worker_said_is_counted() -> None:
    history, record = recorder()
    tricky = ev.LogWritten(run_id="r1", attempt=1, n=2, text='"n":0, in words')
    own = ev.LogWritten(run_id="r1", attempt=1, text="the server's")
    progress = ev.ProgressReported(run_id="r1", attempt=1, n=3, progress=Progress(done=1))
    record.record(stored(started(), tricky, own, progress))
    assert history.rates(NOW + 4, 2)[1]["w0"][-2:] == [0.0, 1.5]


def test_words_before_an_ending_count_for_the_worker_that_said_them() -> None:
    history, record = recorder()
    word = ev.LogWritten(run_id="r1", attempt=1, n=2, text="last")
    record.record(stored(started(), word, ev.RunSucceeded(run_id="r1", attempt=1, at=AT)))
    assert sum(history.rates(NOW + 4, 2)[1]["w0"]) * 2 == 2


def test_a_run_that_nobody_knows_has_its_id_for_a_name() -> None:
    history, record = recorder(None)
    record.record(stored(started()))
    assert [s.name for s in history.stints(NOW)] == ["r1"]
