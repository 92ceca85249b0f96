"""What cannot be read or cannot work is told apart, in JSON, and never as the server's fault."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from labpool.wire import ErrorAnswer, ServerUnavailable, TooManyRequests
from server.handlers.in_process import Server
from server.handlers.listening import queued
from server.handlers.memory import MemoryService

LAUNCH = {"kind": "sleep"}
JSON = {"Content-Type": "application/json"}


def error_of(answer: Any, status: int, code: str) -> ErrorAnswer:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    error = ErrorAnswer.model_validate_json(answer.content)
    assert error.code == code
    return error


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"null",
        b"\xff",
        b'{"kind": NaN}',
        b'{"kind": "sleep", "params": {"x": Infinity}}',
        b'{"kind": "\\ud800"}',
        b'{"kind": "sleep", "params": {"deep": ["a\\u0000b"]}}',
        b"[" * 100_000,
        b'{"kind": "sleep", "params": {"x": "' + b"x" * 2_000_000 + b'"}}',
    ],
)
async def test_a_body_that_is_no_json_object_is_a_bad_request(server: Server, body: bytes) -> None:
    error_of(await server.api.post("runs", content=body, headers=JSON), 400, "invalid_request")
    assert server.service.log == []


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "x"],
)
async def test_a_body_of_another_kind_is_a_bad_request(server: Server, kind: str) -> None:
    answer = await server.api.post(
        "runs", content=json.dumps(LAUNCH), headers={"Content-Type": kind}
    )
    error_of(answer, 400, "invalid_request")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"kind"}),
        ({"kind": 1}, {"kind"}),
        ({"kind": "sleep", "typo": 1}, {"typo"}),
        ({"kind": "sleep", "priority": 1e9, "tags": [1]}, {"priority", "tags.0"}),
        ({"kind": "sleep", "priority": 10**400}, {"priority"}),
    ],
)
async def test_wrong_fields_are_named(
    server: Server, body: dict[str, Any], fields: set[str]
) -> None:
    answer = await server.api.post("runs", content=json.dumps(body), headers=JSON)
    error = error_of(answer, 422, "invalid_params")
    assert {field["field"] for field in error.details["fields"]} == fields
    assert all(field["message"] for field in error.details["fields"])


async def test_a_pool_of_no_size_is_told_why(server: Server) -> None:
    error = error_of(await server.api.patch("pool", json={}), 422, "invalid_params")
    assert "either n_workers" in error.message


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=x",
        "limit=",
        "limit=1&limit=2",
        "typo=1",
        "state=flying",
        "search=%00",
        "search=%ff",
        "limit=" + "9" * 5000,
        "1=1",
    ],
)
async def test_a_wrong_query_is_a_bad_request(server: Server, query: str) -> None:
    error_of(await server.api.get(f"runs?{query}"), 400, "invalid_request")


@pytest.mark.parametrize("path", ["events/ws", "events", "runs/r1/events", "pool", "openapi.json"])
async def test_every_route_reads_its_query_strictly(server: Server, path: str) -> None:
    server.service.record(queued())
    error_of(await server.api.get(f"{path}?after=x&typo"), 400, "invalid_request")


async def test_what_jupyter_adds_to_addresses_is_no_mistake(server: Server) -> None:
    for query in ("1700000000000", "token=x", "_xsrf=x", "no_track_activity=1", "limit=3&17"):
        assert (await server.api.get(f"runs?{query}")).status_code == 200


@pytest.mark.parametrize("run_id", ["x", "a%2Fb", "%00", "x" * 5000, "%D8%B3", "..%2f..", "%20"])
async def test_an_id_that_nothing_has_is_not_found(server: Server, run_id: str) -> None:
    error_of(await server.api.get(f"runs/{run_id}"), 404, "not_found")


async def test_an_id_that_is_no_text_is_a_bad_request(server: Server) -> None:
    error_of(await server.api.get("runs/%ff"), 400, "invalid_request")


@pytest.mark.parametrize("path", ["", "nothing", "runs/", "runs/r1/x", "events/ws/x", "//"])
async def test_an_unknown_address_is_not_found(server: Server, path: str) -> None:
    url = f"{server.url}/{path}"
    error_of(await server.api.get(url), 404, "not_found")
    error_of(await server.api.post(url), 404, "not_found")


@pytest.mark.parametrize(("path", "allow"), [("runs", "GET, POST, OPTIONS"), ("events/ws", "GET")])
async def test_an_unknown_verb_is_told_which_there_are(
    server: Server, path: str, allow: str
) -> None:
    for verb in ("PUT", "TRACE", "NONSENSE"):
        answer = await server.api.request(verb, path)
        error_of(answer, 405, "method_not_allowed")
        assert answer.headers["Allow"] == allow


async def test_a_socket_address_without_an_upgrade_is_a_bad_request(server: Server) -> None:
    error_of(await server.api.get("events/ws"), 400, "invalid_request")
    half = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "7"}
    error_of(await server.api.get("events/ws", headers=half), 400, "invalid_request")


class Breaking(MemoryService):
    """A service in trouble."""

    error: Exception = RuntimeError("the secret of the cellar")

    async def get_pool(self) -> Any:
        raise self.error


async def test_a_fault_of_ours_tells_nothing_but_an_id_that_the_log_has(
    start: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    async with start(service=Breaking()) as server:
        server.app.log.propagate = True
        with caplog.at_level(logging.ERROR):
            answer = await server.api.get("pool")
    error = error_of(answer, 500, "internal_error")
    assert "cellar" not in answer.text
    told = [
        record
        for record in caplog.records
        if error.details["correlation_id"] in record.msg % record.args
    ]
    assert len(told) == 1
    assert told[0].exc_info is not None
    assert "cellar" in str(told[0].exc_info[1])


@pytest.mark.parametrize(
    ("error", "status", "wait"),
    [
        (TooManyRequests("Wait.", retry_after_s=2.4), 429, "3"),
        (TooManyRequests("Wait."), 429, "5"),
        (ServerUnavailable("The disk is full."), 503, "5"),
    ],
)
async def test_who_has_to_wait_is_told_how_long(
    start: Callable[..., Any], error: Any, status: int, wait: str
) -> None:
    service = Breaking()
    service.error = error
    async with start(service=service) as server:
        answer = await server.api.get("pool")
        assert error_of(answer, status, error.code).message == error.message
        assert answer.headers["Retry-After"] == wait


async def test_a_service_that_is_not_there_is_unavailable(server: Server) -> None:
    del server.app.web_app.settings["labpool_service"]
    for path in ("runs", "events", "runs/r1/events", "events/ws"):
        upgrade = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "eA==",
        }
        headers = upgrade if path == "events/ws" else {}
        error_of(await server.api.get(path, headers=headers), 503, "server_unavailable")
    assert (await server.api.get("openapi.json")).status_code == 200
