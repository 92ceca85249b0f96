"""An attempt ends in the record, whatever the store does meanwhile."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from labpool.runtime.execute import AttemptSpec, Outcome
from labpool.wire import Event, Run, RunState, ServerUnavailable
from labpool_server.dispatch.attempt import Attempt, AttemptSettings


class Pool:
    """A pool whose one job has succeeded."""

    async def run(self, *_: object) -> Outcome:
        """Return how it ended."""
        return Outcome(ended="succeeded", result=1)


class Store:
    """A store that fails once when it is read, or when it is written.

    Attributes:
        sync: Stands for the store's own methods.
        stored: What it took.
    """

    def __init__(self, run: Run, reading: Exception | None, writing: Exception | None) -> None:
        self.sync = self
        self.stored: list[Event] = []
        self._run = run
        self._failures = {"read": reading, "append": writing}

    def run(self, run_id: str) -> None:
        """Stand for the method that is asked for."""

    async def read(self, *_: object) -> Run:
        """Return the run."""
        self._fail("read")
        return self._run

    async def append(self, *events: Event) -> None:
        """Take events."""
        self._fail("append")
        self.stored += events

    def _fail(self, doing: str) -> None:
        error, self._failures[doing] = self._failures[doing], None
        if error is not None:
            raise error


@pytest.mark.parametrize(
    ("reading", "writing", "end"),
    [
        (ServerUnavailable("It is locked."), None, "run_succeeded"),
        (None, ServerUnavailable("It is locked."), "run_succeeded"),
        (None, ValueError("It is too odd."), "run_failed"),
    ],
)
async def test_how_an_attempt_ended_is_stored_in_the_end(
    tmp_path: Path, reading: Exception | None, writing: Exception | None, end: str
) -> None:
    run = Run(
        id="r", kind="k", name="n", state=RunState.RUNNING, params={}, attempt=1,
        created_at=datetime.now(UTC),
    )  # fmt: skip
    store: Any = Store(run, reading, writing)
    pool: Any = Pool()
    spec = AttemptSpec(
        run_id="r", attempt=1, kind="k", params={}, worker="w0", run_dir=str(tmp_path)
    )
    attempt = Attempt(run, spec, {}, pool, store, AttemptSettings(), lambda: None)
    await asyncio.wait_for(attempt.guide(), 20)
    assert [event.type for event in store.stored] == [end]
