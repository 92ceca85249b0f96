"""Who may come in: nobody without a login, and nobody beyond their role."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from tornado.routing import RuleRouter
from tornado.web import RequestHandler

from labpool.wire import API_PREFIX, ROUTES
from labpool.wire import events as ev
from labpool.wire.route import DASHBOARD_PREFIX, POOL
from labpool_server.handlers.door import DashboardDoor
from server.handlers.in_process import TOKEN, Server
from server.handlers.listening import queued
from server.handlers.memory import Nobody, OnlyRead
from support.websocket import HANDSHAKE

VERBS = ("GET", "POST", "PATCH", "DELETE", "PUT", "HEAD")
BODIES = {"create_run": {"kind": "sleep"}, "change_pool": {"n_workers": 1}}


def sample(path: str) -> str:
    values = {"{run_id}": "r1", "{worker_id}": "w", "{asset_id}": "a", "{name}": "hub_token"}
    for name, value in values.items():
        path = path.replace(name, value)
    return path


def refused(answer: httpx.Response) -> bool:
    if answer.request.method == "HEAD":
        return answer.status_code == 403
    error = answer.json()
    return answer.status_code == 403 and set(error) == {"code", "message", "details"}


def rules(router: RuleRouter) -> Iterator[tuple[str, type[RequestHandler]]]:
    """Yield the pattern and the class of every handler of an app."""
    for rule in router.rules:
        if isinstance(rule.target, RuleRouter):
            yield from rules(rule.target)
        elif isinstance(rule.target, type) and issubclass(rule.target, RequestHandler):
            yield getattr(rule.matcher, "regex").pattern, rule.target  # noqa: B009


async def log_in(browser: httpx.AsyncClient, server: Server) -> None:
    """Log in as people do: look at the page, then send what it asks for."""
    page = f"http://127.0.0.1:{server.port}{server.base_url}login"
    await browser.get(page)
    await browser.get(page, params={"token": TOKEN})


@pytest.mark.parametrize("verb", VERBS)
async def test_a_stranger_is_refused_everywhere(server: Server, verb: str) -> None:
    contract = (await server.api.get("openapi.json")).json()
    server.service.record(queued())
    for path in [*contract["paths"], "/no/such/route", ""]:
        for accept in ("application/json", "text/event-stream"):
            answer = await server.stranger.request(
                verb, sample(path).lstrip("/"), headers={"Accept": accept}
            )
            assert refused(answer), (verb, path, answer.status_code, answer.text)
    assert len(server.service.log) == 1


async def test_a_stranger_opens_no_socket(server: Server) -> None:
    for query in ("", "?token=wrong"):
        answer = await server.stranger.get(f"events/ws{query}", headers=HANDSHAKE)
        assert answer.status_code == 403


async def test_who_may_only_read_changes_nothing(start: Callable[..., Any]) -> None:
    async with start(authorizer=OnlyRead) as server:
        server.service.record(queued())
        for route in ROUTES:
            if route.stream in ("sse", "ws"):
                continue
            body = BODIES.get(route.id)
            query = "?name=a.png" if route.id == "run_file" else ""
            answer = await server.api.request(route.verb, sample(route.path) + query, json=body)
            if route.action == "read":
                assert answer.status_code in (200, 404), route.id
            else:
                assert refused(answer), route.id
        assert len(server.service.log) == 1


async def test_every_verb_asks_for_the_role_of_its_route(start: Callable[..., Any]) -> None:
    async with start(authorizer=Nobody) as server:
        asked = server.app.web_app.settings["authorizer"].asked
        for route in ROUTES:
            asked.clear()
            if route.stream == "ws":
                path = f"{sample(route.path).lstrip('/')}?token={TOKEN}"
                answer = await server.stranger.get(path, headers=HANDSHAKE)
                assert answer.status_code == 403
            else:
                assert refused(await server.api.request(route.verb, sample(route.path)))
            assert asked == [(route.action, route.resource)], route.id


async def test_every_handler_of_the_loaded_app_comes_from_the_table(
    start: Callable[..., Any],
) -> None:
    async with start(authorizer=Nobody) as server:
        ours = [
            (pattern, handler)
            for pattern, handler in rules(server.app.web_app.default_router)
            if handler.__module__.startswith("labpool_server") or API_PREFIX in pattern
        ]
        doors = [handler for pattern, handler in ours if DASHBOARD_PREFIX in pattern]
        assert doors == [DashboardDoor]
        ours = [(pattern, handler) for pattern, handler in ours if handler not in doors]
        assert len(ours) == len({route.path for route in ROUTES}) + 1
        asked = server.app.web_app.settings["authorizer"].asked
        for pattern, handler in ours:
            path = pattern.removesuffix("$").replace(r"\.", ".").replace("(?:/.*)?", "/x")
            for name in ("run_id", "worker_id", "asset_id", "name"):
                path = path.replace(f"(?P<{name}>[^/]+)", "r1")
            for verb in VERBS:
                asked.clear()
                answer = await server.api.request(verb, f"http://127.0.0.1:{server.port}{path}")
                own = verb.lower() in vars(handler)
                assert answer.status_code == (403 if own else 404 if "/x" in path else 405), path
                assert bool(asked) == own
                assert refused(
                    await server.stranger.request(verb, f"http://127.0.0.1:{server.port}{path}")
                )


@pytest.mark.parametrize("path", ["", "/", "/status", "/labpool", "/static/js/bokeh.min.js"])
async def test_the_dashboard_s_door_asks_for_login_and_role(
    start: Callable[..., Any], path: str
) -> None:
    async with start(authorizer=Nobody) as server:
        asked = server.app.web_app.settings["authorizer"].asked
        url = f"http://127.0.0.1:{server.port}/{DASHBOARD_PREFIX}{path}"
        for verb in (*VERBS, "OPTIONS"):
            asked.clear()
            answer = await server.api.request(verb, url)
            own = verb in ("GET", "HEAD")
            assert answer.status_code == (403 if own else 405), verb
            assert asked == ([("read", POOL)] if own else [])
            assert (await server.stranger.request(verb, url)).status_code in (302, 403)
            assert asked == ([("read", POOL)] if own else [])
        asked.clear()
        for query in ("", f"?token={TOKEN}"):
            answer = await server.stranger.get(url + query, headers=HANDSHAKE)
            assert answer.status_code == 403
        assert asked == [("read", POOL)]


async def test_a_login_by_cookie_needs_the_xsrf_header_to_change_things(
    start: Callable[..., Any],
) -> None:
    async with (
        start(base_url="/user/alice/") as server,
        httpx.AsyncClient(base_url=server.url + "/", trust_env=False) as browser,
    ):
        await log_in(browser, server)
        assert (await browser.get("runs")).status_code == 200
        launch = {"kind": "sleep"}
        without = await browser.post("runs", json=launch)
        assert refused(without)
        assert "XSRF" in without.json()["message"]
        assert server.service.log == []
        token = {"X-XSRFToken": browser.cookies["_xsrf"]}
        made = await browser.post("runs", json=launch, headers=token)
        assert made.status_code == 201
        assert made.headers["Location"] == "/user/alice/labpool/api/runs/r1"
        assert made.json()["owner"] == json.loads(server.service.log[0].json)["owner"] != ""


async def test_a_page_of_another_origin_gets_nothing(start: Callable[..., Any]) -> None:
    async with (
        start() as server,
        httpx.AsyncClient(base_url=server.url + "/", trust_env=False) as browser,
    ):
        await log_in(browser, server)
        evil = {"Origin": "http://evil.example"}
        token = {"X-XSRFToken": browser.cookies["_xsrf"]}
        assert (await browser.get("runs", headers=evil)).json()["code"] == "not_found"
        answer = await browser.post("runs", json={"kind": "sleep"}, headers=evil | token)
        assert answer.status_code == 404
        answer = await browser.get("events/ws", headers=evil | HANDSHAKE)
        assert answer.status_code == 403


async def test_who_launched_and_who_cancelled_is_written_down(server: Server) -> None:
    made = (await server.api.post("runs", json={"kind": "sleep"})).json()
    await server.api.post(f"runs/{made['id']}/cancel")
    by = [json.loads(item.json).get("by") for item in server.service.log]
    assert by[1] == by[2] == made["owner"] != ""
    assert server.service.log[-1].type == ev.RunCancelled.model_fields["type"].default
