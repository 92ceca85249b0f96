"""An error that ends a thread of a body is told, and to nobody else's run."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from labpool.runtime import execute as executing
from labpool.runtime.context import Cancelled, JobContext
from labpool.runtime.execute import AttemptSpec, Outcome, execute
from labpool.runtime.reporter import Reporter
from labpool.wire.events import LogWritten, NoticeGiven, events_adapter
from labpool.wire.runs import Notice

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")

Body = Callable[[JobContext], None]


class Told:
    """Runs bodies and keeps what they say."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.bodies: dict[str, Body] = {}
        self.said: dict[str, str] = {}
        monkeypatch.setattr(executing, "call_body", lambda kind, _, ctx: self.bodies[kind](ctx))

    def run(self, name: str, body: Body) -> Outcome:
        """Run a body as the run of that name."""
        self.bodies[name] = body
        lines: list[str] = []
        spec = AttemptSpec(
            run_id=name,
            attempt=1,
            kind=name,
            params={},
            worker="w",
            run_dir=str(self.folder / name),
        )
        reporter = Reporter(lambda json, _last, _awaited: lines.append(json))
        outcome = execute(spec, reporter, threading.Event(), {"token": "s3cr3t-token"})
        self.said[name] = "".join(lines)
        self.events = [event for line in lines for event in events_adapter.validate_json(line)]
        return outcome

    @property
    def notices(self) -> list[Notice]:
        """Of the last run."""
        return [event.notice for event in self.events if isinstance(event, NoticeGiven)]


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Told:
    return Told(tmp_path, monkeypatch)


def ended(target: Callable[[], None], name: str = "reader") -> None:
    thread = threading.Thread(target=target, name=name)
    thread.start()
    thread.join()


def breaks() -> None:
    raise OSError("the socket s3cr3t-token is closed")


def test_an_error_that_ends_a_thread_is_told_without_its_secrets(told: Told) -> None:
    outcome = told.run("a", lambda _: ended(breaks))
    assert outcome.ended == "succeeded"
    (notice,) = told.notices
    assert (notice.code, notice.args["thread"]) == ("thread_failed", "reader")
    assert notice.message.endswith("(reader): OSError: the socket ******** is closed")
    traces = [e.text for e in told.events if isinstance(e, LogWritten) and e.level == "error"]
    assert "in breaks" in traces[0]
    assert "s3cr3t-token" not in told.said["a"]


def test_so_is_one_that_a_thread_of_the_body_started(told: Told) -> None:
    told.run("a", lambda _: ended(lambda: ended(breaks, "inner")))
    assert [notice.args["thread"] for notice in told.notices] == ["inner"]


def test_what_asks_a_thread_to_end_is_no_error(told: Told) -> None:
    def leave() -> None:
        raise SystemExit

    def stop() -> None:
        raise Cancelled

    def body(_: JobContext) -> None:
        ended(leave)
        ended(stop)

    told.run("a", body)
    assert told.notices == []


def test_runs_beside_each_other_and_threads_of_others_are_kept_apart(told: Told) -> None:
    begun, over = threading.Event(), threading.Event()

    def waits(_: JobContext) -> None:
        begun.set()
        assert over.wait(30)

    beside = threading.Thread(target=told.run, args=("beside", waits))
    beside.start()
    assert begun.wait(30)

    def breaks_late() -> None:
        over.wait(30)
        breaks()

    stranger = threading.Thread(target=breaks_late)
    stranger.start()
    told.run("a", lambda _: ended(breaks))
    assert len(told.notices) == 1
    over.set()
    stranger.join()
    beside.join()
    assert "thread_failed" not in told.said["beside"]


def test_the_hooks_of_the_process_are_given_back(told: Told) -> None:
    before = threading.excepthook, threading.Thread.start
    told.run("a", lambda _: None)
    assert (threading.excepthook, threading.Thread.start) == before
