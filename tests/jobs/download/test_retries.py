"""Pauses that grow, to an end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from labpool.jobs.download.brake import Brake
from labpool.jobs.download.errors import Trouble
from labpool.jobs.download.limits import Limits
from labpool.jobs.download.retries import Retries, retry_after
from labpool.runtime.context import JobError


class Clock(Brake):
    """A brake that notes the pauses and does not wait."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []

    def wait(self, seconds: float) -> None:
        self.pauses.append(seconds)


TROUBLE = Trouble("hub_offline", "gone")


def test_pauses_double_up_to_a_limit() -> None:
    clock, said = Clock(), list[str]()
    retries = Retries(Limits(), clock, said.append)
    for _ in range(Limits().tries - 1):
        retries.failed(TROUBLE)
    with pytest.raises(JobError) as caught:
        retries.failed(TROUBLE)
    assert caught.value.code == "hub_offline"
    assert caught.value.details["tries"] == Limits().tries == len(clock.pauses) + 1
    longest = [min(0.25 * 2**n, 30) for n in range(8)]
    assert all(top / 2 <= pause <= top for pause, top in zip(clock.pauses, longest, strict=True))
    assert len(said) == 8


def test_a_byte_resets_them() -> None:
    clock, said = Clock(), list[str]()
    retries = Retries(Limits(), clock, said.append)
    for _ in range(1000):
        retries.failed(TROUBLE)
        retries.moved()
    assert max(clock.pauses) <= 0.25
    assert len(said) < 20


def test_asked_for() -> None:
    clock = Clock()
    retries = Retries(Limits(), clock, lambda _: None)
    retries.failed(Trouble("rate_limited", "busy", 7))
    retries.failed(Trouble("rate_limited", "busy", 7200))
    assert clock.pauses == [7, 60]


@pytest.mark.parametrize("asked", [0.0, 0.001])
def test_asked_for_less_than_our_own(asked: float) -> None:
    """No pause at all, or a date that our clock has passed, would use up all tries at once."""
    clock = Clock()
    retries = Retries(Limits(), clock, lambda _: None)
    for _ in range(8):
        retries.failed(Trouble("rate_limited", "busy", asked))
    longest = [min(0.25 * 2**n, 30) for n in range(8)]
    assert all(top / 2 <= pause <= top for pause, top in zip(clock.pauses, longest, strict=True))


def test_headers() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert retry_after({"retry-after": "12"}) == 12
    assert 25 < (retry_after({"retry-after": soon}) or 0) <= 30
    assert retry_after({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0
    assert retry_after({"ratelimit": '"api";r=0;t=55'}) == 55
    assert retry_after({"retry-after": "soon"}) is None
    assert retry_after({}) is None
