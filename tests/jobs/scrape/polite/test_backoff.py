"""When to try again, and whether."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labpool.jobs.scrape.polite import parse_retry_after, pause_before, worth_a_retry

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ \d+:\d+:\d+ \S*"))
def test_any_text_is_seconds_or_nothing(text: str) -> None:
    seconds = parse_retry_after(text, NOW)
    assert seconds is None or 0 <= seconds <= 3600


@pytest.mark.parametrize("text", ["", "soon", "-5", "²", "1e3", "١٢", "nan", "Sun, 99 Mar 2026"])
def test_what_says_nothing(text: str) -> None:
    assert parse_retry_after(text, NOW) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("1.5", 1.5),
        ("9" * 400, 3600),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("Mon, 01 Mar 2027 12:00:00 GMT", 3600),
        (
            format_datetime((NOW + timedelta(minutes=2)).astimezone(timezone(timedelta(hours=3)))),
            120,
        ),
    ],
)
def test_seconds_and_dates(text: str, seconds: float) -> None:
    assert parse_retry_after(text, NOW) == seconds


def test_pauses_double_and_end_somewhere() -> None:
    pauses = [pause_before(n, chance=lambda: 1) for n in (0, 1, 2, 3, 4, 9, 10_000)]
    assert pauses == [0, 0, 1, 2, 4, 60, 60]
    assert pause_before(3, chance=lambda: 0) == 1


@given(st.integers(-5, 10_000), st.none() | st.floats(-10, 1e9))
def test_no_pause_is_shorter_than_asked_for(number: int, retry_after: float | None) -> None:
    pause = pause_before(number, retry_after)
    assert 0 <= pause <= 3600
    if number > 1 and retry_after is not None:
        assert pause >= min(retry_after, 3600)


@pytest.mark.parametrize(
    ("facts", "worth"),
    [
        ({"kind": "connection"}, True),
        ({"kind": "crash"}, True),
        ({"kind": "status", "status": 429}, True),
        ({"kind": "status", "status": 500}, True),
        ({"kind": "status", "status": 503}, True),
        ({"kind": "status", "status": 501}, False),
        ({"kind": "status", "status": 404}, False),
        ({"kind": "status"}, False),
        ({"kind": "timeout", "timeouts": 1}, True),
        ({"kind": "timeout", "timeouts": 2}, False),
        ({"kind": "parse"}, False),
    ],
)
def test_what_another_try_may_cure(facts: dict[str, Any], worth: bool) -> None:
    assert worth_a_retry(**facts) is worth
