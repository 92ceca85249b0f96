"""Names, addresses, and the brake that nothing escapes."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import httpcore
import pytest

from labpool.jobs.download import sockets
from labpool.jobs.download.brake import Brake, Stopped
from labpool.jobs.download.sockets import Sockets, resolve


@pytest.fixture
def slow_names(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A resolver that does not answer until it is told to."""
    go_on = threading.Event()

    def ask(*_: Any, **__: Any) -> list[Any]:
        go_on.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", ask)
    yield
    go_on.set()


def test_brake_while_a_name_is_asked_for(slow_names: None) -> None:
    brake = Brake()
    pull = threading.Timer(0.05, brake.pull)
    pull.start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        resolve("host.invalid", 80, 60, brake)
    assert time.monotonic() - began < 1
    pull.join()


def test_no_answer_in_time(slow_names: None) -> None:
    with pytest.raises(httpcore.ConnectError, match="name servers"):
        Sockets(Brake()).connect_tcp("host.invalid", 80, 0.05)


def test_next_address(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        two = [(socket.AF_INET6, ("::1", port, 0, 0)), (socket.AF_INET, ("127.0.0.1", port))]
        monkeypatch.setattr(sockets, "resolve", lambda *_: two)
        line = Sockets(Brake()).connect_tcp("two.invalid", port, 5)
        assert line.get_extra_info("socket").getpeername() == ("127.0.0.1", port)
        line.close()


def test_nothing_begins_after_the_brake() -> None:
    brake = Brake()
    brake.pull()
    with pytest.raises(Stopped):
        Sockets(brake).connect_tcp("127.0.0.1", 9, 1)
    with pytest.raises(Stopped):
        brake.wait(60)


def test_call_that_was_taken_back() -> None:
    brake, calls = Brake(), []
    with brake.waking(lambda: calls.append("inside")):
        pass
    brake.add("kept", lambda: calls.append("kept"))
    brake.pull()
    assert calls == ["kept"]
