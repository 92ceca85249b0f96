from __future__ import annotations

import logging
import os
import socket
import threading
from pathlib import Path

import psutil
import pytest

from labpool import Forbidden, NoExtension, NoServer, ServerUnavailable

from .conftest import Connect, WriteServer, running
from .stand_in import StandIn

LIVE = os.getpid()
"""A process that lives and is no ancestor of this one."""


def dead_pid() -> int:
    return max(psutil.pids()) + 100_000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def test_without_any_server_it_says_what_to_do(connect: Connect) -> None:
    with pytest.raises(NoServer) as raised:
        connect()
    for advice in ("jupyter lab", "pip install labpool", "LABPOOL_URL", "connect(url"):
        assert advice in str(raised.value)


def test_a_file_of_a_dead_process_is_passed_over(
    server: StandIn, write_server: WriteServer, connect: Connect
) -> None:
    write_server("http://127.0.0.1:9/", pid=dead_pid())
    write_server(server.url, pid=LIVE, age_s=60)
    assert connect().url == server.url


def test_a_file_whose_process_number_was_reused_is_passed_over(
    server: StandIn, write_server: WriteServer, connect: Connect
) -> None:
    write_server(f"http://127.0.0.1:{free_port()}/", pid=os.getppid())
    write_server(server.url, pid=LIVE)
    assert connect().url == server.url


def test_a_half_written_file_is_passed_over(
    server: StandIn, write_server: WriteServer, runtime_dir: Path, connect: Connect
) -> None:
    (runtime_dir / "jpserver-7.json").write_text('{"pid": 7, "ur')
    (runtime_dir / "jpserver-8.json").write_text('["no object"]')
    write_server(server.url, pid=LIVE)
    assert connect().url == server.url


def test_the_server_of_this_process_goes_before_newer_ones(
    server: StandIn, write_server: WriteServer, connect: Connect
) -> None:
    with running(StandIn()) as newer:
        write_server(newer.url, pid=LIVE)
        write_server(server.url, pid=os.getppid(), age_s=3600)
        assert connect().url == server.url


def test_of_two_servers_the_newest_is_taken_and_named(
    server: StandIn, write_server: WriteServer, caplog: pytest.LogCaptureFixture, connect: Connect
) -> None:
    with running(StandIn()) as newer:
        write_server(server.url, pid=LIVE, age_s=60)
        write_server(newer.url, pid=LIVE)
        with caplog.at_level(logging.WARNING):
            assert connect().url == newer.url
    assert newer.url in caplog.text
    assert server.url in caplog.text


def test_a_newer_server_without_labpool_is_passed_over(
    server: StandIn, write_server: WriteServer, caplog: pytest.LogCaptureFixture, connect: Connect
) -> None:
    with running(StandIn(extension=False)) as bare:
        write_server(server.url, pid=LIVE, age_s=60)
        write_server(bare.url, pid=LIVE)
        assert connect().url == server.url
    assert not caplog.records


def test_a_server_without_labpool_gives_the_command_that_installs_it(
    write_server: WriteServer, connect: Connect
) -> None:
    with running(StandIn(extension=False)) as bare:
        for pid in (LIVE, os.getppid()):
            write_server(bare.url, pid=pid)
            with pytest.raises(NoExtension, match="pip install labpool"):
                connect()
        with pytest.raises(NoExtension, match="pip install labpool"):
            connect(bare.url, "secret")


def test_a_wrong_token_is_forbidden_and_says_where_the_right_one_is(
    server: StandIn, write_server: WriteServer, connect: Connect
) -> None:
    with pytest.raises(Forbidden, match="jupyter server list"):
        connect(server.url, "wrong")
    write_server(server.url, pid=LIVE, token="old")
    with pytest.raises(Forbidden, match="LABPOOL_TOKEN"):
        connect()


def test_a_given_token_is_not_replaced_by_the_right_one(
    server: StandIn, write_server: WriteServer, connect: Connect
) -> None:
    write_server(server.url, pid=os.getppid())
    with pytest.raises(Forbidden):
        connect(server.url, "wrong")


def test_a_server_that_does_not_answer_is_named(
    monkeypatch: pytest.MonkeyPatch, connect: Connect
) -> None:
    url = f"http://127.0.0.1:{free_port()}/"
    with pytest.raises(ServerUnavailable, match=url):
        connect(url)


def test_an_address_where_nothing_listens_is_not_asked_for_long(connect: Connect) -> None:
    url = f"http://127.0.0.1:{free_port()}/"
    with pytest.raises(ServerUnavailable, match=r"nothing listens.*jupyter lab.*server list"):
        connect(url, token="t")


def test_a_server_that_is_just_starting_is_waited_for(connect: Connect) -> None:
    with running(StandIn()) as server:
        server.stop()
        threading.Timer(0.3, server.start).start()
        assert connect(server.url, "secret").pool().state == "ready"


def test_a_slow_server_ends_in_an_error_after_the_timeout(
    server: StandIn, connect: Connect
) -> None:
    server.faults.delay_s = 2
    with pytest.raises(ServerUnavailable, match="timed out"):
        connect(server.url, "secret", timeout=0.2)


def test_the_environment_goes_before_the_server_of_this_process(
    server: StandIn, write_server: WriteServer, monkeypatch: pytest.MonkeyPatch, connect: Connect
) -> None:
    with running(StandIn(token="theirs")) as named:
        write_server(server.url, pid=os.getppid())
        monkeypatch.setenv("JUPYTER_SERVER_URL", named.url)
        monkeypatch.setenv("JUPYTER_TOKEN", "theirs")
        assert connect().url == named.url
        monkeypatch.setenv("LABPOOL_URL", server.url)
        monkeypatch.setenv("LABPOOL_TOKEN", "secret")
        assert connect().url == server.url


def test_a_prefix_is_kept(write_server: WriteServer, connect: Connect) -> None:
    with running(StandIn(prefix="/user/me/")) as prefixed:
        write_server(prefixed.url, pid=LIVE)
        assert connect().url == prefixed.url
        assert connect(f"{prefixed.url}lab/tree/a.ipynb?token=secret").runs() == []


def test_under_jupyterhub_its_token_opens_the_server(
    write_server: WriteServer, monkeypatch: pytest.MonkeyPatch, connect: Connect
) -> None:
    with running(StandIn(token="hub", prefix="/user/me/")) as hub:
        monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "hub")
        monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/me/")
        monkeypatch.setenv("JUPYTERHUB_SERVICE_URL", f"http://0.0.0.0:{hub.port}/user/me/")
        assert connect().url == hub.url
        monkeypatch.delenv("JUPYTERHUB_SERVICE_URL")
        write_server(hub.url, pid=os.getppid(), token="")
        assert connect().url == hub.url


def test_a_restarted_server_with_a_new_token_is_found_again(
    server: StandIn, write_server: WriteServer, connect: Connect
) -> None:
    path = write_server(server.url, pid=os.getppid())
    found = connect()
    server.token = "new"
    path.unlink()
    write_server(server.url, pid=LIVE, token="new")
    assert found.runs() == []


def test_the_proxy_of_the_environment_is_not_asked_for_a_local_server(
    server: StandIn, monkeypatch: pytest.MonkeyPatch, connect: Connect
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert connect(server.url, "secret").runs() == []
