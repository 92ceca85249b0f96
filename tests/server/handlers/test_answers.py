"""What the routes answer when all is well."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from labpool.wire import Run, RunPage
from labpool.wire import events as ev
from server.handlers.in_process import Server
from server.handlers.listening import progress, queued


@pytest.mark.parametrize("base_url", ["/", "/user/alice/"])
async def test_a_launched_run_is_found_where_the_answer_says(
    start: Callable[..., Any], base_url: str
) -> None:
    async with start(base_url=base_url) as server:
        made = await server.api.post("runs", json={"kind": "sleep", "params": {"s": 1}})
        assert made.status_code == 201, made.text
        assert made.headers["Cache-Control"] == "no-store"
        place = made.headers["Location"]
        assert place == f"{base_url}labpool/api/runs/r1"
        found = await server.api.get(f"http://127.0.0.1:{server.port}{place}")
        assert found.json() == made.json()
        assert Run.model_validate(found.json()).params == {"s": 1}


async def test_a_run_is_cancelled_and_deleted(server: Server) -> None:
    server.service.record(queued())
    assert (await server.api.delete("runs/r1")).status_code == 409
    cancelled = await server.api.post("runs/r1/cancel")
    assert (cancelled.status_code, cancelled.json()["state"]) == (202, "cancelled")
    deleted = await server.api.delete("runs/r1")
    assert (deleted.status_code, deleted.json()["freed_bytes"]) == (200, 5)
    assert (await server.api.get("runs/r1")).status_code == 404


async def test_a_large_body_and_a_large_answer_go_through(server: Server) -> None:
    params = {"texts": ["سلام"] * 20_000}
    made = await server.api.post("runs", json={"kind": "sleep", "params": params})
    assert made.json()["params"] == params
    for number in range(400):
        server.service.record(queued(f"q{number}"))
    page = RunPage.model_validate_json((await server.api.get("runs?limit=1000")).content)
    assert len(page.items) == 401


async def test_events_come_as_a_page_unless_a_stream_is_asked_for(server: Server) -> None:
    server.service.record(queued(), *progress(count=5))
    page = (await server.api.get("runs/r1/events?after=1&limit=2")).json()
    assert [event["seq"] for event in page["items"]] == [2, 3]
    ended = ev.RunSucceeded(run_id="r1")
    server.service.record(ended)
    streamed = await server.api.get("runs/r1/events", headers={"Accept": "text/event-stream"})
    assert streamed.headers["Content-Type"].startswith("text/event-stream")


async def test_looking_does_not_keep_the_server_awake_but_launching_does(server: Server) -> None:
    settings = server.app.web_app.settings
    settings.pop("api_last_activity", None)
    server.service.record(queued())
    for path in ("runs", "pool", "monitoring", "openapi.json", "nothing"):
        await server.api.get(path)
    assert "api_last_activity" not in settings
    await server.api.post("runs", json={"kind": "sleep"})
    assert "api_last_activity" in settings


async def test_the_time_of_answers_is_told_but_not_that_of_streams(server: Server) -> None:
    server.service.record(queued(), ev.RunSucceeded(run_id="r1"))
    for _ in range(3):
        await server.api.get("runs")
    await server.api.get("runs/r1/events", headers={"Accept": "text/event-stream"})
    await asyncio.sleep(0)
    assert len(server.service.times) == 3
    assert all(0 < seconds < 5 for seconds in server.service.times)
