"""Ends at once in any state, keeps what came, and leaves nothing that runs."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from labpool.hub import partfiles
from labpool.jobs.download import Params
from labpool.jobs.download.work import download
from labpool.runtime.context import Cancelled, JobError
from support.hub import LocalHub

from .conftest import SIZE, Desk, entry_for, noise, until

CUT = 1_000_000
AT_MOST_S = 1.0


def left() -> tuple[set[str], int]:
    """What this process holds: the threads of downloads, and open files and sockets."""
    threads = {t.name for t in threading.enumerate() if t.name.startswith("labpool")}
    return threads, len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture(autouse=True)
def nothing_left(hub: LocalHub) -> Iterator[None]:
    """Compare what is held before and after; the Hub is closed in between, with its sockets."""
    yield
    assert left()[0] == set()


def cancelled(desk: Desk, reached: Callable[[], Any], **limits: Any) -> None:
    """Start, wait for a state, cancel."""
    attempt = desk.start(read_s=60, connect_s=60, **limits)
    reached()
    began = time.monotonic()
    attempt.cancel()
    assert time.monotonic() - began < AT_MOST_S
    assert isinstance(attempt.error, Cancelled), attempt.error


@pytest.mark.parametrize("where", ["/api/", "/resolve/", "/cdn/"])
def test_before_the_first_byte(desk: Desk, hub: LocalHub, where: str) -> None:
    hub.faults.add(match=where, silent=True)
    attempt = desk.start(read_s=60)
    until(lambda: bool(hub.log.all(where)))
    began = time.monotonic()
    attempt.cancel()
    assert time.monotonic() - began < AT_MOST_S
    assert isinstance(attempt.error, Cancelled)


def test_in_a_stall(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", stall_after=CUT, times=1)
    cancelled(desk, lambda: desk.reached(CUT))
    assert desk.sizes() == [CUT]
    desk.run()
    assert hub.log.ranges("/cdn/") == [None, f"bytes={CUT}-"]


def test_while_bytes_come(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", rate=SIZE / 20)
    cancelled(desk, lambda: hub.log.wait_for("/cdn/", 50_000))


def test_in_a_pause(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", status=503, headers={"Retry-After": "60"})
    cancelled(desk, lambda: until(lambda: any("in 60.0 s" in line for line in desk.logs())))


def test_while_connecting(desk: Desk) -> None:
    """A server that is too busy to take the connection: its queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as busy:
        address = busy.getsockname()
        queue = [socket.socket() for _ in range(4)]
        for one in queue:
            one.setblocking(False)
            one.connect_ex(address)
        desk.hub.url = f"http://127.0.0.1:{address[1]}"
        cancelled(desk, lambda: time.sleep(0.2))
        for one in queue:
            one.close()


def test_in_a_tls_handshake(desk: Desk) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        desk.hub.url = f"https://127.0.0.1:{silent.getsockname()[1]}"

        def reached() -> None:
            connection, _ = silent.accept()
            assert connection.recv(1)
            connections.append(connection)

        connections: list[socket.socket] = []
        cancelled(desk, reached)
        connections[0].close()


def test_waiting_for_another_run(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", stall_after=CUT, times=1)
    first = desk.start(read_s=60)
    hub.log.wait_for("/cdn/", CUT)
    cancelled(desk, lambda: until(lambda: any("another run" in line for line in desk.logs())))
    assert len(hub.log.bodies("/cdn/")) == 1
    first.cancel()


def test_while_hashing_what_is_there(desk: Desk, hub: LocalHub) -> None:
    """The smallest step of a hash is a MiB: asked to end before it, it ends at the first."""
    hub.faults.add(match="/cdn/", stall_after=CUT)
    cancelled(desk, lambda: desk.reached(CUT))
    ctx = desk.context()
    ctx.stop.set()
    with pytest.raises(Cancelled):
        download(Params(id="tiny"), ctx, desk.limits)
    assert desk.sizes() == [CUT]


def test_parts_are_free_afterwards(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", stall_after=CUT)
    cancelled(desk, lambda: desk.reached(CUT))
    assert [part.busy for part in partfiles.parts(desk.root)] == [False] * len(desk.parts)


@pytest.mark.parametrize("how", ["success", "failure", "cancel"])
def test_nothing_stays_open(tmp_path: Path, how: str) -> None:
    desk = _open_and_close(tmp_path / "warm", "success")  # what is opened once and kept, is now
    before = left()
    desk = _open_and_close(tmp_path / "run", how)
    assert desk.contexts
    assert left() == before


def _open_and_close(folder: Path, how: str) -> Desk:
    """Run against a Hub of its own, which takes its sockets with it."""
    with LocalHub() as hub:
        repo = hub.add("org/many", {f"{n}.bin": noise(30_000, n) for n in range(9)})
        desk = Desk(hub, entry_for(repo), folder)
        if how == "failure":
            hub.faults.add(match="/0.bin", status=404)
        if how != "success":
            hub.faults.add(match="/cdn/", stall_after=10)
        if how == "success":
            desk.run()
        elif how == "failure":
            with pytest.raises(JobError):
                desk.run(read_s=60)
        else:
            cancelled(desk, lambda: hub.log.wait_for("/cdn/", 10, count=4))
    return desk
