from __future__ import annotations

import gc
import threading
import time

import pytest

from labpool import EventsReset, Forbidden, NoExtension, NotFound, ServerUnavailable
from labpool.client import Labpool
from labpool.wire.events import (
    LogWritten,
    RunCancelled,
    RunDeleted,
    RunFailed,
    RunRequeued,
    RunSucceeded,
)
from labpool.wire.runs import RunError, RunRequest

from .conftest import Job, PoolWith
from .stand_in import StandIn


def numbers(server: StandIn, run_id: str) -> list[int]:
    return [event.seq for event in server.events if event.run_id == run_id]


def live(job: Job, steps: int, pause_s: float = 0.0) -> None:
    job.start()
    for step in range(steps):
        job.progress(step, steps)
        time.sleep(pause_s)
    job.say(RunSucceeded, result=steps)


def test_an_ended_run_is_told_from_the_start(server: StandIn, pool: Labpool) -> None:
    run = pool.train()
    live(Job(server, run), 30)
    assert [event.seq for event in run.follow()] == numbers(server, run.id)
    assert [event.seq for event in run.follow(after=10)] == numbers(server, run.id)[10:]


def test_a_stream_of_an_ended_run_that_is_cut_goes_on_to_its_end(
    server: StandIn, pool: Labpool
) -> None:
    run = pool.train()
    live(Job(server, run), 3)
    server.faults.cut.extend([0, 2, 0, 0])
    assert [event.seq for event in run.follow()] == numbers(server, run.id)


def test_after_the_last_event_of_an_ended_run_nothing_comes(server: StandIn, pool: Labpool) -> None:
    run = pool.train()
    live(Job(server, run), 3)
    assert list(run.follow(after=server.events[-1].seq)) == []


def test_events_of_other_runs_are_not_told(server: StandIn, pool: Labpool) -> None:
    one, other = pool.train(), pool.train()
    live(Job(server, other), 3)
    live(Job(server, one), 3)
    assert {event.run_id for event in one.follow()} == {one.id}


def test_a_stream_that_is_cut_within_events_goes_on_without_gap_or_repeat(
    server: StandIn, pool: Labpool
) -> None:
    run = pool.train()
    server.faults.cut.extend([0, 1, 5, 0, 0, 7])
    threading.Thread(target=live, args=(Job(server, run), 20, 0.01)).start()
    assert [event.seq for event in run.follow()] == numbers(server, run.id)
    assert not server.faults.cut


def test_a_restart_of_the_server_in_the_middle_is_not_seen(server: StandIn, pool: Labpool) -> None:
    run = pool.train()
    job = Job(server, run).start()

    def restart() -> None:
        time.sleep(0.3)
        job.progress(1)
        server.stop()
        time.sleep(0.8)  # longer than a read is tried again
        job.progress(2)
        server.start()
        time.sleep(0.2)
        job.say(RunSucceeded)

    threading.Thread(target=restart).start()
    assert [event.seq for event in run.follow()] == numbers(server, run.id)


def test_a_server_that_answers_503_while_it_starts_is_waited_for(
    server: StandIn, pool: Labpool
) -> None:
    run = pool.train()
    server.faults.answers.extend([(503, b"starting")] * 3)
    live(Job(server, run), 2)
    assert len(list(run.follow())) == 6


def test_a_damaged_event_is_asked_for_again(server: StandIn, pool: Labpool) -> None:
    run = pool.train()
    live(Job(server, run), 5)
    server.faults.damage[4] = 1
    stream = run.follow()
    assert [event.seq for event in stream] == numbers(server, run.id)
    assert stream.skipped == 0


def test_an_event_that_stays_damaged_is_left_out_and_counted(
    server: StandIn, pool: Labpool, caplog: pytest.LogCaptureFixture
) -> None:
    run = pool.train()
    live(Job(server, run), 5)
    server.faults.damage[4] = 99
    stream = run.follow()
    assert [event.seq for event in stream] == [n for n in numbers(server, run.id) if n != 4]
    assert stream.skipped == 1
    assert "Event 4 cannot be read" in caplog.text


def test_line_breaks_of_other_scripts_do_not_cut_an_event(server: StandIn, pool: Labpool) -> None:
    run = pool.train()
    job = Job(server, run).start()
    text = "قانون\u200cها\u2028next\u0085line\x0bdata: {}\n\nid: 5"
    job.say(LogWritten, text=text)
    job.say(RunSucceeded)
    assert [e.text for e in run.follow() if isinstance(e, LogWritten)] == [text]


def test_a_resumed_run_has_several_ends_and_only_the_last_one_counts(
    server: StandIn, pool: Labpool
) -> None:
    run = pool.train()
    job = Job(server, run).start()
    job.say(RunFailed, error=RunError(code="job_error", message="no"))
    server.emit(RunRequeued(run_id=run.id, reason="resumed"))
    live(job, 2)
    assert [event.type for event in run.follow()].count("run_succeeded") == 1


def test_a_run_that_is_resumed_while_one_looks_on_is_followed_further(
    server: StandIn, pool: Labpool
) -> None:
    run = pool.train()
    server.emit(RunCancelled(run_id=run.id))
    server.emit(RunRequeued(run_id=run.id, reason="resumed"))
    stream = run.follow()
    assert [next(stream).type for _ in range(3)][-1] == "run_requeued"
    live(Job(server, run), 1)
    assert list(stream)[-1].type == "run_succeeded"


def test_the_deletion_of_a_run_ends_its_stream(server: StandIn, pool: Labpool) -> None:
    run = pool.train()
    server.emit(RunCancelled(run_id=run.id))
    stream = pool.events(after=0)
    server.emit(RunDeleted(run_id=run.id))
    assert [next(stream).type for _ in range(3)] == ["run_queued", "run_cancelled", "run_deleted"]


def test_a_run_that_does_not_exist_is_not_found(server: StandIn, pool: Labpool) -> None:
    run = pool.train()
    server.runs.clear()
    with pytest.raises(NotFound):
        next(run.follow())


def test_a_refused_login_and_a_missing_extension_are_not_tried_again(
    server: StandIn, pool: Labpool
) -> None:
    run = pool.train()
    server.token = "new"
    with pytest.raises(Forbidden):
        next(run.follow())
    server.extension = False
    with pytest.raises(NoExtension):
        next(run.follow())


def test_a_server_that_never_comes_back_ends_in_an_error(
    server: StandIn, pool_with: PoolWith
) -> None:
    run = pool_with(reconnect_s=0.5).train()
    stream = run.follow()
    next(stream)
    server.stop()
    began = time.monotonic()
    with pytest.raises(ServerUnavailable, match=r"0\.5 s.*runs go on"):
        next(stream)
    assert time.monotonic() - began < 3


def test_a_stream_that_falls_silent_is_opened_again(server: StandIn, pool_with: PoolWith) -> None:
    run = pool_with(silence_s=0.2).train()
    stream = run.follow()
    next(stream)
    job = Job(server, run)
    threading.Timer(0.6, live, (job, 1)).start()
    assert list(stream)[-1].type == "run_succeeded"
    assert server.count("GET", "/events") > 1


@pytest.mark.parametrize("stopped", ["waiting", "reconnecting"])
def test_stop_ends_a_blocked_stream_at_once(
    server: StandIn, pool_with: PoolWith, stopped: str
) -> None:
    stream = pool_with(longest_pause_s=60.0, first_pause_s=60.0).train().follow()
    next(stream)
    if stopped == "reconnecting":
        server.stop()
    threading.Timer(0.3, stream.stop).start()
    began = time.monotonic()
    assert list(stream) == []
    assert time.monotonic() - began < 1
    stream.stop()
    assert list(stream) == []


def test_a_stream_of_all_runs_begins_now_and_goes_on_after_a_restart(
    server: StandIn, pool: Labpool
) -> None:
    run = pool.train()
    stream = pool.events(after=0)
    assert next(stream).seq == 1
    server.hang_up()
    live(Job(server, run), 1)
    assert [next(stream).seq for _ in range(4)] == [2, 3, 4, 5]
    _ = pool.train()
    assert next(stream).type == "run_queued"
    stream.stop()


def test_nothing_is_missed_while_a_first_connection_that_brought_no_event_is_renewed(
    server: StandIn, pool: Labpool
) -> None:
    _ = pool.train()
    with pool.events() as stream:
        got: list[int] = []
        reader = threading.Thread(target=lambda: got.append(next(stream).seq), daemon=True)
        reader.start()
        while stream.last is None:
            time.sleep(0.01)
        assert stream.last == 1
        server.stop()
        server.create(RunRequest(kind="train"))
        server.start()
        reader.join(10)
    assert got == [2]


def test_another_event_log_than_the_known_one_ends_in_an_error(
    server: StandIn, pool: Labpool
) -> None:
    run = pool.train()
    live(Job(server, run), 5)
    stream = pool.events(after=0)
    for _ in server.events:
        next(stream)
    server.stop()
    del server.events[3:]
    server.start()
    with pytest.raises(EventsReset, match="database was replaced") as caught:
        next(stream)
    assert caught.value.details["last_seq"] == 3


def test_leaving_the_block_closes_the_connection(server: StandIn, pool: Labpool) -> None:
    with pool.train().follow() as stream:
        next(stream)
        assert len(server._open) == 1
    end = time.monotonic() + 5
    while server._open and time.monotonic() < end:
        time.sleep(0.05)  # the stand-in sees it at its next comment
    assert not server._open


def test_a_loop_that_is_left_closes_its_connection_without_the_garbage_collector(
    server: StandIn, pool: Labpool
) -> None:
    """The collector would close it wherever it runs: within the pool's lock, it waits for ever."""
    run = pool.train()
    job = Job(server, run).start()
    gc.disable()
    try:
        for _ in run.follow():
            break
        job.progress(1, 2)  # the server writes, and finds nobody there
        assert pool.connection._http._transport._pool.connections == []  # type: ignore[attr-defined]
    finally:
        gc.enable()
