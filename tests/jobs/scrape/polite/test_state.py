"""What is known of a host: garbage is nothing, and no clock stalls it for long."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labpool.jobs.scrape.polite import HostLimits
from labpool.jobs.scrape.polite.state import HostState, change

LIMITS = HostLimits(failures=3)
moments = st.floats(0, 1e7)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"next_at": "x"}', "\0" * 512, json.dumps({"next_at": 1.0})]
)
async def test_a_file_that_makes_no_sense_is_a_host_that_is_well(tmp_path: Path, text: str) -> None:
    path = tmp_path / "state"
    path.write_text(text)
    assert await change(path, lambda state: state) == HostState()
    await change(path, lambda state: state.begin(5.0, 2.0))
    assert (await change(path, lambda state: state.not_yet(6.0))) == 1.0
    assert path.stat().st_size == 512


@given(
    steps=st.lists(
        st.tuples(
            moments,
            st.sampled_from(["begin", "well", "failed", "patience"]),
            st.floats(0, 1e6),
            st.booleans(),
        ),
        max_size=20,
    ),
    now=moments,
)
def test_however_the_clock_jumps(steps: list[tuple[float, str, float, bool]], now: float) -> None:
    """Whatever was noted when, nobody waits for more than what was meant."""
    state, longest = HostState(), 0.0
    for at, what, seconds, probe in steps:
        if what == "begin":
            state.begin(at, seconds % 100)
            longest = max(longest, seconds % 100)
        elif what == "well":
            state.was_well(probe=probe)
        elif what == "failed":
            state.has_failed(at, LIMITS, probe=probe)
        else:
            state.asks_for_patience(at, seconds, probe=probe)
    assert 0 <= state.rests(now) <= 3601
    assert 0 <= state.not_yet(now) <= longest + 0.01
    assert len(json.dumps(asdict(state))) < 512


def test_it_opens_after_failures_in_a_row_only() -> None:
    state = HostState()
    for _ in range(5):
        state.has_failed(0, LIMITS, probe=False)
        state.has_failed(0, LIMITS, probe=False)
        state.was_well(probe=False)
    assert state.rests(0) == 0
    for _ in range(3):
        state.has_failed(10, LIMITS, probe=False)
    assert state.rests(10) == 30
    assert state.rests(41) == 0
    assert state.broken, "somebody has to try it first"


def test_it_rests_twice_as_long_each_time() -> None:
    state = HostState()
    for _ in range(3):
        state.has_failed(0, LIMITS, probe=False)
    now, rests = 0.0, []
    for _ in range(7):
        rests.append(state.rests(now))
        now += rests[-1]
        state.has_failed(now, LIMITS, probe=True)
    assert rests == [30, 60, 120, 240, 480, 600, 600]


def test_late_news_of_a_broken_host_change_nothing() -> None:
    state = HostState()
    for _ in range(9):
        state.has_failed(0, LIMITS, probe=False)
    state.was_well(probe=False)
    assert state.rests(0) == 30
    state.was_well(probe=True)
    assert state == HostState()


def test_patience_is_no_failure_and_never_gets_shorter() -> None:
    state = HostState()
    for _ in range(9):
        state.asks_for_patience(0, 20, probe=False)
    state.asks_for_patience(0, 5, probe=False)
    assert (state.rests(0), state.broken) == (20, False)
    state.asks_for_patience(0, 1e9, probe=False)
    assert state.rests(0) == 3600
