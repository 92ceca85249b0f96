from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import labpool
from labpool.client import Labpool, Run
from labpool.client.address import Address
from labpool.client.connection import Connection
from labpool.client.timing import Timing
from labpool.wire.events import AttemptAssigned, AttemptStarted, Event, ProgressReported
from labpool.wire.runs import Progress

from .stand_in import StandIn

FAST = Timing(
    answer_s=2,
    accept_s=2,
    retry_s=0.5,
    silence_s=2,
    reconnect_s=5,
    first_pause_s=0.02,
    longest_pause_s=0.1,
)

WriteServer = Callable[..., Path]
Connect = Callable[..., Labpool]
PoolWith = Callable[..., Labpool]


@pytest.fixture(autouse=True)
def runtime_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment in which no server can be found."""
    for name in list(os.environ):
        if name.startswith(("LABPOOL_", "JUPYTER", "JPY_")) and name != "JUPYTER_PLATFORM_DIRS":
            monkeypatch.delenv(name)
    folder = tmp_path / "runtime"
    folder.mkdir()
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(folder))
    return folder


@pytest.fixture
def write_server(runtime_dir: Path) -> WriteServer:
    """Write what a Jupyter server writes about itself."""

    def write(
        url: str, *, pid: int = 1, token: str = "secret", age_s: float = 0, **more: Any
    ) -> Path:
        path = runtime_dir / f"jpserver-{pid}-{len(list(runtime_dir.iterdir()))}.json"
        base_url = "/" + url.split("/", 3)[3]
        facts = {"url": url, "pid": pid, "token": token, "base_url": base_url, "secure": False}
        path.write_text(json.dumps(facts | more))
        os.utime(path, (time.time() - age_s,) * 2)
        return path

    return write


@pytest.fixture
def server() -> Iterator[StandIn]:
    with running(StandIn()) as stand_in:
        yield stand_in


class running:  # noqa: N801  reads like a function
    """Stop a stand-in at the end of a block."""

    def __init__(self, stand_in: StandIn) -> None:
        self.stand_in = stand_in

    def __enter__(self) -> StandIn:
        return self.stand_in

    def __exit__(self, *_: object) -> None:
        if self.stand_in.up:
            self.stand_in.stop()


@pytest.fixture
def connect() -> Iterator[Connect]:
    """``labpool.connect``, with what it opens closed at the end."""
    with ExitStack() as stack:
        yield lambda *args, **kwargs: stack.enter_context(labpool.connect(*args, **kwargs))


@pytest.fixture
def pool_with(server: StandIn) -> Iterator[PoolWith]:
    """Make a pool of the stand-in with a patience of one's own."""
    with ExitStack() as stack:

        def make(**patience: float) -> Labpool:
            address = Address.of(server.url, server.token)
            return stack.enter_context(Labpool(Connection(address, replace(FAST, **patience))))

        yield make


@pytest.fixture
def pool(pool_with: PoolWith) -> Labpool:
    return pool_with()


class Job:
    """Plays the worker of one run."""

    def __init__(self, server: StandIn, run: Run) -> None:
        self.server = server
        self.run_id = run.id
        self.attempt = server.runs[run.id].attempt
        self.n = 0

    def start(self) -> Job:
        self.attempt += 1
        self.say(AttemptAssigned, workers=["w1"])
        self.say(AttemptStarted, worker="w1")
        return self

    def say(self, kind: type[Any], /, **values: Any) -> Event:
        self.n += 1
        return self.server.emit(kind(run_id=self.run_id, attempt=self.attempt, n=self.n, **values))

    def progress(self, done: float, total: float = 10) -> None:
        self.say(ProgressReported, progress=Progress(done=done, total=total, unit="step"))
