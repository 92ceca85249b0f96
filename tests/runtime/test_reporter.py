"""The reporter: order, batches, bounds, and what may be dropped."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labpool.runtime.reporter import Reporter
from labpool.wire import Event, Progress, events_adapter
from labpool.wire.events import (
    AttemptStarted,
    LogWritten,
    MessagesDropped,
    MetricsReported,
    ProgressReported,
)


class Line:
    """Receives batches; acknowledges them or not."""

    def __init__(self) -> None:
        self.batches: list[list[Event]] = []
        self.awaited = False
        self.got = threading.Condition()

    def send(self, batch: str, last: int, awaited: bool) -> None:
        events = events_adapter.validate_json(batch)
        assert not events or events[-1].n == last
        with self.got:
            self.batches.append(events)
            self.awaited = self.awaited or awaited
            self.got.notify_all()

    @property
    def events(self) -> list[Event]:
        return [event for batch in self.batches for event in batch]

    def wait_for(self, count: int) -> None:
        with self.got:
            assert self.got.wait_for(lambda: len(self.events) >= count, timeout=10)


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def reporter(line: Line) -> Iterator[Reporter]:
    reporter = Reporter(line.send)
    yield reporter
    reporter.close()


def log(text: str) -> LogWritten:
    return LogWritten(run_id="r", attempt=1, text=text)


def progress(done: float) -> ProgressReported:
    return ProgressReported(run_id="r", attempt=1, progress=Progress(done=done))


def metric(step: int) -> MetricsReported:
    return MetricsReported(run_id="r", attempt=1, step=step, values={"loss": 1.0})


def test_messages_are_numbered_from_one_in_the_order_they_were_said(
    line: Line, reporter: Reporter
) -> None:
    for i in range(5000):
        reporter.put(log(str(i)))
        if i % 1000 == 0:
            reporter.ack(i)
    assert reporter.close() == 5000
    assert [event.n for event in line.events] == list(range(1, 5001))
    assert [event.text for event in line.events] == [str(i) for i in range(5000)]  # type: ignore[union-attr]  # all are logs
    assert max(len(batch) for batch in line.batches) <= 1000


def test_a_quiet_message_goes_without_company(line: Line, reporter: Reporter) -> None:
    reporter.put(log("alone"))
    line.wait_for(1)


def test_a_change_of_state_does_not_wait_for_the_interval(line: Line) -> None:
    reporter = Reporter(line.send, interval_s=3600)
    reporter.put(AttemptStarted(run_id="r", attempt=1, worker="w0"))
    line.wait_for(1)
    reporter.close()


def test_a_full_line_holds_the_job_back_until_the_server_has_stored(line: Line) -> None:
    reporter = Reporter(line.send, capacity=10)
    for i in range(10):
        reporter.put(metric(i))
    said = threading.Event()

    def speak() -> None:
        reporter.put(metric(10))
        said.set()

    speaker = threading.Thread(target=speak)
    speaker.start()
    assert not said.wait(0.3)
    reporter.ack(1)
    assert said.wait(10)
    speaker.join()
    assert reporter.waiting == 10
    assert reporter.close() == 11
    assert [event.step for event in line.events] == list(range(11))  # type: ignore[union-attr]  # all are metrics


def test_only_progress_is_dropped_and_the_drop_is_counted(line: Line) -> None:
    reporter = Reporter(line.send, capacity=4)
    for i in range(4):
        reporter.put(log(str(i)))
    for i in range(3):
        reporter.put(progress(i))
    reporter.ack(4)
    reporter.put(log("after"))
    assert reporter.close() == 6
    kinds = Counter(type(event) for event in line.events)
    assert kinds == {LogWritten: 5, MessagesDropped: 1}
    (drop,) = [event for event in line.events if isinstance(event, MessagesDropped)]
    assert drop.count == 3


def test_closing_lets_a_held_job_go_and_loses_nothing(line: Line) -> None:
    reporter = Reporter(line.send, capacity=1)
    reporter.put(log("first"))
    speaker = threading.Thread(target=reporter.put, args=(log("held"),))
    speaker.start()
    while not speaker.is_alive():
        pass
    reporter.ack(1)
    speaker.join(10)
    reporter.close()
    assert [event.n for event in line.events] == [1, 2]


@given(
    st.lists(st.sampled_from(["log", "metric", "progress", "ack"]), max_size=60),
    st.integers(min_value=3, max_value=20),
)
@settings(max_examples=40, deadline=None)
def test_only_progress_that_was_overtaken_is_missing(said: list[str], batch: int) -> None:
    line = Line()
    reporter = Reporter(line.send, batch=batch, capacity=1000, interval_s=0.001)
    put: list[Event] = []
    for i, word in enumerate(said):
        match word:
            case "log":
                put.append(log(str(i)))
            case "metric":
                put.append(metric(i))
            case "progress":
                put.append(progress(i))
            case _:
                reporter.ack(i)
                continue
        reporter.put(put[-1])
    last = reporter.close()
    numbers = [event.n for event in line.events]
    assert numbers == list(range(1, last + 1))
    came, all_said = [_word(event) for event in line.events], [_word(event) for event in put]
    rest = iter(all_said)
    assert all(word in rest for word in came)  # in order
    for counts in (False, True):
        some, every = (
            [w for w in words if w.startswith("progress") is counts] for words in (came, all_said)
        )
        assert some[-1:] == every[-1:]
        assert counts or some == every


def _word(event: Event) -> str:
    """What an event says, without its number and time."""
    said = event.model_dump(mode="json", exclude={"n", "at", "seq"})
    return f"{event.type} {said}"


def test_of_a_million_words_of_progress_few_are_sent_and_the_last_is_among_them(
    line: Line,
) -> None:
    reporter = Reporter(line.send, interval_s=3600)
    for i in range(10_000):
        reporter.put(progress(i))
    assert reporter.close() == 1
    [event] = line.events
    assert isinstance(event, ProgressReported)
    assert event.progress.done == 9_999


def test_a_flush_waits_until_what_was_said_is_stored(line: Line) -> None:
    reporter = Reporter(line.send, interval_s=3600)
    reporter.put(log("before the checkpoint"))
    stored: list[bool] = []
    waiter = threading.Thread(target=lambda: stored.append(reporter.flush(60)))
    waiter.start()
    with line.got:
        assert line.got.wait_for(lambda: line.awaited, timeout=10)
    assert [event.n for event in line.events] == [1]
    assert stored == []
    reporter.ack(1)
    waiter.join(10)
    assert stored == [True]
    assert reporter.flush(0)  # there is nothing to wait for
    reporter.put(log("nobody stores this"))
    assert not reporter.flush(0)
    reporter.close()


def test_a_line_that_breaks_lets_nobody_wait_and_says_so() -> None:
    def send(*_: object) -> None:
        raise OSError("no way out")

    reporter = Reporter(send, capacity=1)
    reporter.put(log("first"))
    # The line is full, so the next waits until it is broken; then nothing is taken any more.
    with pytest.raises(RuntimeError, match="OSError: no way out"):
        reporter.put(log("held back"))
    assert not reporter.flush(60)
    reporter.close()
    assert "no way out" in str(reporter.broken)


class Panic(BaseException):
    """As a serializer in Rust raises it when it panics."""


def test_a_sender_that_panics_holds_no_job_for_ever() -> None:
    def send(_batch: str, _last: int, _awaited: bool) -> None:
        raise Panic("no more")

    reporter = Reporter(send, capacity=1)
    reporter.put(metric(1))
    with pytest.raises(RuntimeError, match="Panic: no more"):
        reporter.put(metric(2))
    reporter.close()
    assert reporter.broken is not None
