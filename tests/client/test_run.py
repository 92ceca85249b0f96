from __future__ import annotations

import builtins
import sys
import threading
import time
from datetime import datetime
from types import ModuleType
from typing import Any

import pytest

from labpool import (
    Conflict,
    NotFound,
    RunCancelledError,
    RunFailedError,
    RunInterruptedError,
    ServerUnavailable,
)
from labpool.client import Labpool
from labpool.wire.assets import Asset
from labpool.wire.events import (
    ArtifactDeleted,
    ArtifactSaved,
    LogWritten,
    MetricsReported,
    RunCancelled,
    RunDeleted,
    RunFailed,
    RunInterrupted,
    RunRequeued,
    RunSucceeded,
)
from labpool.wire.runs import RunError

from .conftest import Job
from .stand_in import StandIn


def later(call: Any, *args: Any, after_s: float = 0.2, **kwargs: Any) -> None:
    threading.Timer(after_s, call, args, kwargs).start()


def test_the_state_is_the_truth_now(server: StandIn, pool: Labpool) -> None:
    run = pool.train(epochs=3, name="قانون")
    assert (run.state, run.kind, run.name, run.params) == (
        "queued",
        "train",
        "قانون",
        {"epochs": 3},
    )
    job = Job(server, run).start()
    job.progress(4)
    time.sleep(0.25)
    assert run.state == "running"
    assert run.progress is not None
    assert run.progress.done == 4
    assert (run.attempt, run.workers) == (1, ["w1"])


def interrupt(server: StandIn, run_id: str, retry_at: datetime | None) -> None:
    error = RunError(code="server_stopped", message="The server stopped.")
    server.emit(RunInterrupted(run_id=run_id, attempt=1, error=error, retry_at=retry_at))


@pytest.mark.parametrize("when", ["before", "meanwhile"])
@pytest.mark.parametrize("how", ["wait", "result"])
def test_a_run_that_only_a_person_can_resume_is_not_waited_for(
    server: StandIn, pool: Labpool, when: str, how: str
) -> None:
    run = pool.train()
    Job(server, run).start()
    later(interrupt, server, run.id, None, after_s=0 if when == "before" else 0.3)
    with pytest.raises(RunInterruptedError, match=r"server_stopped.*run\.resume\(\)") as caught:
        getattr(run, how)(timeout=10)
    assert caught.value.details["run_id"] == run.id
    assert run.state == "interrupted"
    assert "waits for resume()" in repr(run)


def test_an_interrupted_run_that_somebody_resumes_at_once_is_waited_for(
    server: StandIn, pool: Labpool
) -> None:
    run = pool.train()
    job = Job(server, run).start()
    stream = run.follow(server.events[-1].seq)
    interrupt(server, run.id, None)
    server.emit(RunRequeued(run_id=run.id, reason="resumed"))
    later(job.start)
    later(job.say, RunSucceeded, result=3, after_s=0.4)
    assert run.result(timeout=10) == 3
    stream.stop()


async def test_awaiting_a_run_that_only_a_person_can_resume_raises(
    server: StandIn, pool: Labpool
) -> None:
    run = pool.train()
    Job(server, run).start()
    interrupt(server, run.id, None)
    with pytest.raises(RunInterruptedError):
        await run
    with pytest.raises(RunInterruptedError):
        _ = await run.await_ended()


def test_reading_several_facts_at_once_asks_once(server: StandIn, pool: Labpool) -> None:
    run = pool.train()
    time.sleep(0.25)
    before = len(server.requests)
    assert (run.state, run.progress, run.error, run.attempt) == ("queued", None, None, 0)
    assert len(server.requests) == before + 1


def test_what_never_changes_asks_nothing(server: StandIn, pool: Labpool) -> None:
    run = pool.train()
    time.sleep(0.25)
    before = len(server.requests)
    assert run.id
    assert repr(run)
    assert run.created_at is not None
    assert len(server.requests) == before


def test_waiting_ends_with_the_run(server: StandIn, pool: Labpool) -> None:
    run = pool.train()
    job = Job(server, run).start()
    later(job.say, RunSucceeded, result={"accuracy": 0.9})
    assert run.wait(timeout=10) is run
    assert run.result() == {"accuracy": 0.9}


def test_waiting_survives_a_restart_and_an_interruption(server: StandIn, pool: Labpool) -> None:
    run = pool.train()
    job = Job(server, run).start()

    def trouble() -> None:
        server.stop()
        time.sleep(0.8)
        job.say(RunInterrupted, error=RunError(code="server_stopped", message="stopped"))
        server.start()
        server.emit(RunRequeued(run_id=run.id, reason="retry"))
        Job(server, run).start().say(RunSucceeded, result=7)

    later(trouble)
    assert run.result(timeout=20) == 7


def test_waiting_too_long_is_a_timeout_and_the_run_goes_on(server: StandIn, pool: Labpool) -> None:
    run = pool.train()
    began = time.monotonic()
    with pytest.raises(TimeoutError, match=r"0\.2 s; it goes on"):
        run.result(timeout=0.2)
    assert time.monotonic() - began < 2
    assert run.state == "queued"


def test_a_failed_run_raises_with_the_code_and_the_traceback(
    server: StandIn, pool: Labpool
) -> None:
    run = pool.train()
    details = {"traceback": "Traceback (most recent call last): ..."}
    error = RunError(code="out_of_memory", message="Take a smaller batch.", details=details)
    Job(server, run).start().say(RunFailed, error=error)
    with pytest.raises(RunFailedError, match=r"out_of_memory: Take a smaller batch") as raised:
        run.result()
    assert raised.value.details["run_id"] == run.id
    assert raised.value.details["error"]["code"] == "out_of_memory"
    assert "Traceback (most recent" in raised.value.__notes__[0]
    assert run.error == error


def test_a_cancelled_run_has_no_result(server: StandIn, pool: Labpool) -> None:
    run = pool.train()
    assert run.cancel().record.state == "cancelled"
    with pytest.raises(RunCancelledError):
        run.result()
    with pytest.raises(Conflict):
        _ = run.cancel()
    assert run.resume().record.state == "queued"


def test_a_run_that_is_deleted_while_one_waits_is_not_found(server: StandIn, pool: Labpool) -> None:
    run = pool.train()

    def delete() -> None:
        with server.changed:
            server.emit(RunCancelled(run_id=run.id))
            server.emit(RunDeleted(run_id=run.id))

    later(delete)
    with pytest.raises(NotFound):
        run.result(timeout=10)


def test_deleting_wants_an_ended_run(server: StandIn, pool: Labpool) -> None:
    run = pool.train()
    with pytest.raises(Conflict):
        run.delete()
    run.cancel().delete()
    with pytest.raises(NotFound):
        _ = run.refresh()


def test_metrics_logs_events_and_artifacts_come_over_all_pages(
    server: StandIn, pool: Labpool
) -> None:
    run = pool.train()
    job = Job(server, run).start()
    for step in range(5):
        job.say(MetricsReported, step=step, values={"loss": 1 / (step + 1), "accuracy": step / 5})
        job.say(LogWritten, text=f"line {step}")
        saved: dict[str, Any] = {"path": f"c{step}", "size_bytes": 2048, "sha256": "0"}
        job.say(ArtifactSaved, name=f"c{step}", kind="checkpoint", **saved)
    job.say(ArtifactDeleted, name="c0")
    metrics = run.metrics()
    assert metrics["loss"].steps == [0, 1, 2, 3, 4]
    assert list(run.metrics("accuracy")) == ["accuracy"]
    assert "loss" in repr(metrics)
    assert [line.text for line in run.logs()] == [f"line {step}" for step in range(5)]
    assert len(run.logs(limit=2)) == 2
    assert [each.name for each in run.artifacts()] == ["c1", "c2", "c3", "c4"]
    assert "2.0 kB" in repr(run.artifacts())
    assert [e.seq for e in run.events()] == [e.seq for e in server.events]
    assert len(run.events(after=5)) == len(server.events) - 5


def test_metrics_become_a_frame_where_pandas_is(
    pool: Labpool, monkeypatch: pytest.MonkeyPatch
) -> None:
    metrics = pool.train().metrics()
    assert repr(metrics) == "No metrics yet."
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError):
        metrics.to_frame()


def test_the_model_is_the_finished_one_and_the_checkpoint_the_newest_other(
    server: StandIn, pool: Labpool
) -> None:
    run = pool.train()
    with pytest.raises(NotFound, match="no model yet"):
        _ = run.model

    def asset(name: str, source: str, **meta: Any) -> Asset:
        facts: dict[str, Any] = {"size_bytes": 1, "status": "ready", "created_at": run.created_at}
        return Asset(id=name, name=name, kind="checkpoint", source=source, meta=meta, **facts)

    server.assets = [
        asset("other", "somebody"),
        asset("model", run.id, final=True),
        asset("step-20", run.id),
        asset("step-10", run.id),
    ]
    assert run.model.id == "model"
    assert run.checkpoint.id == "step-20"


@pytest.fixture
def no_widgets(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where ipywidgets is not installed."""
    monkeypatch.setitem(sys.modules, "labpool.client.widgets", None)


@pytest.mark.usefixtures("no_widgets")
def test_the_text_is_one_line_and_escapes_the_name(server: StandIn, pool: Labpool) -> None:
    run = pool.train(name="<script>alert(1)</script>\n\u202e")
    Job(server, run).start().progress(4)
    time.sleep(0.25)
    bundle = run._repr_mimebundle_()
    assert bundle["text/plain"].startswith(f"<Run {run.id} train")
    assert "running 40% (4/10 step)" in bundle["text/plain"]
    assert "\n" not in bundle["text/plain"]
    assert "<script>" not in bundle["text/html"]
    assert 'dir="auto"' in bundle["text/html"]


@pytest.mark.usefixtures("no_widgets")
def test_a_run_shows_its_last_picture_while_the_server_is_away(
    server: StandIn, pool: Labpool
) -> None:
    run = pool.train(name="far")
    server.stop()
    time.sleep(0.25)
    assert "does not answer" in run._repr_mimebundle_()["text/html"]
    with pytest.raises(ServerUnavailable):
        _ = run.state


def test_a_run_shows_the_widget_where_there_is_one(
    pool: Labpool, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = pool.train()
    widgets = ModuleType("labpool.client.widgets")
    displayed: list[str] = []
    vars(widgets)["bundle"] = lambda shown: {"application/x": shown.id}
    vars(widgets)["show"] = lambda shown: displayed.append(shown.id)
    monkeypatch.setitem(sys.modules, "labpool.client.widgets", widgets)
    assert run._repr_mimebundle_(include=None, exclude=None)["application/x"] == run.id
    assert "text/plain" in run._repr_mimebundle_()
    run._ipython_display_()
    assert displayed == [run.id]
    monkeypatch.setitem(sys.modules, "labpool.client.widgets", None)
    with pytest.raises(NotImplementedError):
        run._ipython_display_()
    assert set(run._repr_mimebundle_()) == {"text/plain", "text/html"}


def test_runs_are_equal_by_server_and_id(pool: Labpool) -> None:
    run = pool.train()
    assert run == pool.get(run.id)
    assert len({run, pool.get(run.id)}) == 1
    assert run != pool.train()
    assert run != builtins.object()
