"""A run that the tests tell what happens to it, and a server that has it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from client.stand_in import StandIn
from labpool.wire import Progress, Run, RunRequest, RunState
from labpool.wire.events import (
    AttemptAssigned,
    AttemptStarted,
    Event,
    LogWritten,
    MetricsReported,
    ProgressReported,
)

BEGAN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

Say = Callable[..., Event]


@pytest.fixture
def queued() -> Run:
    """A run that waits."""
    return Run(
        id="r1",
        kind="train",
        name="A & <b>",
        state=RunState.QUEUED,
        params={},
        created_at=BEGAN,
        seq=1,
    )


@pytest.fixture
def say() -> Say:
    """Makes events of the run r1, each with the next number and one second later."""
    numbers = itertools.count(2)

    def make(kind: type[Any], **fields: Any) -> Event:
        seq = next(numbers)
        defaults = {"run_id": "r1", "attempt": 1, "at": BEGAN + timedelta(seconds=seq), "seq": seq}
        event: Event = kind(**defaults | fields)
        return event

    return make


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """A server on this machine that has one run, r1, on its way."""
    server = StandIn()
    server.create(RunRequest(kind="train", name="Légal & <b>مدل</b>"), "r1")
    server.emit(AttemptAssigned(run_id="r1", attempt=1, workers=["w1"]))
    server.emit(AttemptStarted(run_id="r1", attempt=1, n=1, worker="w1", host="node", pid=7))
    for step in range(5):
        tell(server, step)
    yield server
    server.stop()


def tell(server: StandIn, step: int, total: int = 10) -> None:
    """Let the run r1 report one step."""
    n = 10 * step + 2
    now = Progress(done=step, total=total, unit="step", message=f"does step {step}")
    values = {"loss": 2.0 / (step + 1), "accuracy": 0.5 + step / 100}
    for event in (
        ProgressReported(run_id="r1", attempt=1, n=n, worker="w1", progress=now),
        MetricsReported(run_id="r1", attempt=1, n=n + 1, worker="w1", step=step, values=values),
        LogWritten(run_id="r1", attempt=1, n=n + 2, worker="w1", text=f"line <{step}>"),
    ):
        server.emit(event)
