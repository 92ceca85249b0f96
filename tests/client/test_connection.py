from __future__ import annotations

import threading
import time

import pytest

from labpool import (
    Conflict,
    Forbidden,
    InvalidParams,
    LabpoolError,
    NoExtension,
    NotFound,
    ServerUnavailable,
    TooManyRequests,
)
from labpool.client import Labpool

from .conftest import PoolWith
from .stand_in import StandIn

AWAY = (503, b'{"code": "server_unavailable", "message": "starting", "details": {}}')


def test_a_read_is_tried_again_while_the_server_starts(
    server: StandIn, pool_with: PoolWith
) -> None:
    pool = pool_with(retry_s=20)
    server.faults.answers.extend([AWAY, AWAY, (502, b"<html>")])
    assert pool.pool().state == "ready"
    assert server.count("GET", "/pool") == 4


def test_a_read_is_tried_again_after_a_broken_connection(
    server: StandIn, pool_with: PoolWith
) -> None:
    pool = pool_with(retry_s=20)
    server.faults.drops.extend([False, True])
    assert pool.pool().state == "ready"


def test_a_read_survives_a_restart(server: StandIn, pool_with: PoolWith) -> None:
    pool = pool_with(retry_s=20)
    server.stop()
    threading.Timer(0.2, server.start).start()
    assert pool.pool().state == "ready"


def test_only_a_server_that_has_answered_before_is_waited_for(
    server: StandIn, pool_with: PoolWith
) -> None:
    met, stranger = pool_with(retry_s=20, refused_s=0.1), pool_with(retry_s=20, refused_s=0.1)
    assert met.pool().state == "ready"
    server.stop()
    with pytest.raises(ServerUnavailable, match="nothing listens"):
        stranger.pool()
    threading.Timer(0.4, server.start).start()
    assert met.pool().state == "ready"


def test_a_read_gives_up_and_says_what_the_server_said(server: StandIn, pool: Labpool) -> None:
    server.faults.answers.extend([AWAY] * 100)
    began = time.monotonic()
    with pytest.raises(ServerUnavailable, match="starting"):
        pool.pool()
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("carried_out", [True, False])
def test_a_run_is_never_created_twice(server: StandIn, pool: Labpool, *, carried_out: bool) -> None:
    server.faults.drops.append(carried_out)
    with pytest.raises(ServerUnavailable, match=r"look at pool.runs\(\)") as raised:
        _ = pool.submit("train")
    assert raised.value.details == {"maybe_done": True}
    assert server.count("POST", "/runs") == 1
    assert len(pool.runs()) == carried_out


def test_a_refused_creation_is_not_sent_again(server: StandIn, pool: Labpool) -> None:
    server.faults.answers.append(AWAY)
    with pytest.raises(ServerUnavailable, match="starting"):
        _ = pool.submit("train")
    assert server.count("POST", "/runs") == 1


def test_a_slow_creation_is_not_sent_again(server: StandIn, pool: Labpool) -> None:
    server.faults.delay_s = 2.5
    with pytest.raises(ServerUnavailable, match="after the request was sent"):
        _ = pool.submit("train")
    server.faults.delay_s = 0
    assert server.count("POST", "/runs") == 1


def test_a_creation_waits_for_a_server_that_is_not_there_yet(
    server: StandIn, pool: Labpool
) -> None:
    server.stop()
    threading.Timer(0.2, server.start).start()
    assert pool.submit("train").state == "queued"
    assert server.count("POST", "/runs") == 1


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (422, b'{"code":"invalid_params","message":"m","details":{"fields":[]}}', InvalidParams),
        (409, b'{"code":"conflict","message":"m","details":{}}', Conflict),
        (404, b'{"code":"not_found","message":"m","details":{}}', NotFound),
        (404, b"<html>nothing here</html>", NoExtension),
        (403, b'{"code":"forbidden","message":"m","details":{}}', Forbidden),
        (403, b'{"message": "Forbidden", "reason": null}', Forbidden),
        (302, b"", Forbidden),
        (429, b"slow down", TooManyRequests),
        (500, b"Internal Server Error", LabpoolError),
        (418, b"{}", LabpoolError),
    ],
)
def test_an_answer_becomes_the_error_that_it_stands_for(
    server: StandIn, pool: Labpool, status: int, body: bytes, error: type[LabpoolError]
) -> None:
    server.faults.answers.append((status, body))
    with pytest.raises(error) as raised:
        _ = pool.get("x")
    assert raised.value.message


@pytest.mark.parametrize("body", [b"", b"{", b'{"id": 1}', b"\xff", b'{"surprise": true}'])
def test_an_answer_of_another_version_is_an_error_of_ours(
    server: StandIn, pool: Labpool, body: bytes
) -> None:
    server.faults.answers.append((200, body))
    with pytest.raises(LabpoolError, match="same version"):
        pool.pool()


def test_ids_are_quoted(server: StandIn, pool: Labpool) -> None:
    with pytest.raises(NotFound):
        _ = pool.get("../pool?x=1#y")
    assert server.requests[-1][1].endswith("/runs/..%2Fpool%3Fx%3D1%23y")


def test_a_server_without_a_token_gets_what_its_check_of_other_pages_wants(
    server: StandIn, pool_with: PoolWith
) -> None:
    server.token = ""
    _ = pool_with().submit("train")
    headers = server.requests[-1][2]
    assert headers["Cookie"] == f"_xsrf={headers['X-XSRFToken']}"
    assert "Authorization" not in headers
