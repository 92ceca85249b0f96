"""The rolling record: what happened in the window, and no more."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from labpool_server.dashboard.history import History, Stint

NOW = 1_000_000.0


def stint(run_id: str = "r1", worker: str = "w0", began: float = NOW, **more: object) -> Stint:
    fields = {"name": run_id, "kind": "train", "attempt": 1, **more}
    return Stint(run_id=run_id, worker=worker, began=began, **fields)  # type: ignore[arg-type]  # of a test


def test_a_run_is_seen_while_it_runs_and_for_the_window_after() -> None:
    history = History(window_s=60)
    history.begin(stint())
    assert [s.state for s in history.stints(NOW + 10_000)] == ["running"]
    history.end("r1", "failed", NOW + 100)
    (seen,) = history.stints(NOW + 159)
    assert (seen.state, seen.ended) == ("failed", NOW + 100)
    assert history.stints(NOW + 160) == []


def test_what_ends_without_having_begun_is_nothing() -> None:
    history = History()
    history.end("r1", "failed", NOW)
    history.say("r1", "w0", 5, NOW)
    assert history.stints(NOW) == []
    assert history.rates(NOW, 2)[1] == {}


def test_a_worker_does_one_thing_at_a_time() -> None:
    history = History()
    history.begin(stint("r1", "w0", NOW))
    history.begin(stint("r2", "w0", NOW + 5))
    assert [(s.run_id, s.state) for s in history.stints(NOW + 6)] == [
        ("r1", "interrupted"),
        ("r2", "running"),
    ]


def test_an_attempt_may_have_several_workers_and_lose_one() -> None:
    history = History()
    history.begin(stint("r1", "w0", NOW))
    history.begin(stint("r1", "w1", NOW + 1))
    history.end("r1", "interrupted", NOW + 2, "w1")
    assert [(s.worker, s.state, s.number) for s in history.stints(NOW + 3)] == [
        ("w0", "running", 0),
        ("w1", "interrupted", 0),
    ]
    history.end("r1", "succeeded", NOW + 4)
    assert {s.state for s in history.stints(NOW + 5)} == {"interrupted", "succeeded"}


def test_all_attempts_of_a_run_have_its_number() -> None:
    history = History()
    history.begin(stint("r1", "w0", NOW))
    history.begin(stint("r2", "w1", NOW))
    history.end("r1", "interrupted", NOW + 1)
    history.begin(stint("r1", "w0", NOW + 2, attempt=2))
    numbers = {(s.run_id, s.attempt): s.number for s in history.stints(NOW + 3)}
    assert numbers == {("r1", 1): 0, ("r2", 1): 1, ("r1", 2): 0}


def test_a_deleted_run_is_forgotten() -> None:
    history = History()
    history.begin(stint("r1"))
    history.end("r1", "succeeded", NOW)
    history.forget("r1")
    assert history.stints(NOW) == []


def test_the_rate_is_of_whole_bins_only() -> None:
    history = History(window_s=10)
    history.begin(stint(began=NOW - 10))
    for second in range(-10, 2):
        history.say("r1", "w0", 30, NOW + second)
    times, rates = history.rates(NOW + 1, 2)
    assert times == [NOW - 9 + 2 * i for i in range(5)]
    assert rates == {"w0": [30.0] * 5}


turns = st.lists(
    st.tuples(
        st.sampled_from(["begin", "end", "say"]),
        st.sampled_from(["r1", "r2", "r3"]),
        st.sampled_from(["w0", "w1"]),
        st.floats(0, 30),
        st.integers(1, 1000),
    ),
    max_size=80,
)


@given(turns)
def test_whatever_happens_it_stays_small_and_counts_right(turns: list[tuple[str, ...]]) -> None:
    history = History(window_s=60, most=5)
    now, said = NOW, []
    for what, run_id, worker, pause, count in turns:
        now += float(pause)
        if what == "begin":
            history.begin(stint(run_id, worker, now))
        elif what == "end":
            history.end(run_id, "succeeded", now)
        else:
            there = [s for s in history.stints(now) if s.run_id == run_id and s.ended is None]
            heard = any(s.worker == worker for s in there)
            said += [(worker, int(now), int(count))] if heard else []
            history.say(run_id, worker, int(count), now)
        seen = history.stints(now)
        running = [s for s in seen if s.ended is None]
        assert len(seen) - len(running) <= 5
        assert len({s.worker for s in running}) == len(running)
        assert all(s.ended is None or now - 60 < s.ended <= now for s in seen)
        assert sum(map(len, history._said.values())) <= 2 * 122
    times, rates = history.rates(now, 2)
    for worker in ("w0", "w1"):
        begin, end = times[0] - 1, times[-1] + 1
        right = sum(count for by, at, count in said if by == worker and begin <= at < end)
        assert sum(rates.get(worker, [])) * 2 == right
