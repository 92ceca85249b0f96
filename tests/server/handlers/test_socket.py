"""The WebSocket of a page: what it says first, what it leaves out, what it can be told."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labpool.wire import events as ev
from labpool.wire.route import POOL
from labpool_server.handlers.brief import DETAIL, PROGRESS, brief
from labpool_server.handlers.socket import REPLAY_LIMIT
from labpool_server.store.stored import Stored
from server.handlers.in_process import Server
from server.handlers.listening import opened_socket, progress, queued, socket_of, told
from server.handlers.memory import OnlyRead


def log(run_id: str, text: str) -> ev.LogWritten:
    return ev.LogWritten(run_id=run_id, text=text)


async def test_the_first_message_says_what_is(server: Server) -> None:
    server.service.record(queued("r1"), queued("r2"), ev.RunCancelled(run_id="r2"))
    async with opened_socket(server, "?brief=true&pool=true") as (socket, opened):
        assert opened["seq"] == 3
        assert opened["replayed"]
        assert [run["id"] for run in opened["active"]] == ["r1"]
        assert opened["kinds"] == {"sleep": {"en": "Sleep"}}
        seen = json.loads(await socket.read_message())
        assert seen["type"] == "pool"
        assert seen["pool"]["maximum"] == 2
        assert seen["alerts"] == []


async def test_a_page_hears_little_of_what_it_does_not_watch(server: Server) -> None:
    server.service.record(queued("r1"), queued("r2"))
    async with socket_of(server, "?brief=true&watch=r2") as socket:
        server.service.record(*progress("r1", 3), log("r1", "left out"), log("r2", "told"))
        assert [event["seq"] for event in await told(socket)] == [5, 7]


async def test_a_page_says_what_it_watches(server: Server) -> None:
    server.service.record(queued("r1"), queued("r2"))
    async with socket_of(server, "?brief=true") as socket:
        await socket.write_message('{"watch": ["r1"]}')
        answer = json.loads(await socket.read_message())
        assert answer == {"type": "watching", "run_ids": ["r1"]}
        server.service.record(log("r1", "told"), log("r2", "left out"))
        assert [event["run_id"] for event in await told(socket)] == ["r1"]


@pytest.mark.parametrize("said", ["", "[]", '{"watch": 1}', '{"else": []}', "\x00", "{"])
async def test_words_that_make_no_sense_end_the_socket(server: Server, said: str) -> None:
    async with socket_of(server) as socket:
        await socket.write_message(said)
        assert await socket.read_message() is None
        assert socket.close_code == 1007


async def test_a_page_that_was_away_too_long_starts_anew(server: Server) -> None:
    server.service.record(queued(), *progress(count=REPLAY_LIMIT + 5))
    async with opened_socket(server, "?brief=true&after=1") as (_, opened):
        assert not opened["replayed"]
        assert opened["seq"] == REPLAY_LIMIT + 6
    async with opened_socket(server, "?after=1") as (_, opened):
        assert opened["replayed"]
        assert opened["seq"] == 1


async def test_a_page_ahead_of_the_log_starts_anew(server: Server) -> None:
    server.service.record(queued())
    async with opened_socket(server, "?after=99") as (_, opened):
        assert opened["seq"] == 1
        assert not opened["replayed"]


class NoPool(OnlyRead):
    """Shows runs, and not the pool."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        return action == "read" and resource != POOL


async def test_who_may_not_see_the_pool_hears_nothing_of_it(
    start: Callable[..., AbstractAsyncContextManager[Server]],
) -> None:
    async with (
        start(authorizer=NoPool) as server,
        opened_socket(server, "?pool=true") as (socket, opened),
    ):
        assert not opened["pool"]
        server.service.record(queued())
        assert json.loads(await socket.read_message())["type"] == "events"


kinds_of_events = st.sampled_from([*DETAIL, PROGRESS, "run_queued", "run_failed"])


@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), kinds_of_events)), st.sets(st.just("a")))
def test_brief_keeps_order_states_and_the_last_progress(
    happened: list[tuple[str, str]], watched: set[str]
) -> None:
    batch = [Stored(seq, run, kind, "{}") for seq, (run, kind) in enumerate(happened, 1)]
    kept = brief(batch, watched)
    assert kept == [item for item in batch if item in kept]
    for run in ("a", "b"):
        mine = [item for item in batch if item.run_id == run]
        if run in watched:
            assert [item for item in kept if item.run_id == run] == mine
            continue
        states = [item for item in mine if item.type not in (*DETAIL, PROGRESS)]
        latest = [item for item in mine if item.type == PROGRESS][-1:]
        assert [item for item in kept if item.run_id == run] == sorted(
            states + latest, key=lambda item: item.seq
        )
