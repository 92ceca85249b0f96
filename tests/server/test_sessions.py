"""Sessions at web sites: kept for their owner, used by scrapes, seen by nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from labpool.wire import NotFound
from labpool.wire.sessions import SessionRequest
from labpool_server.service.secrets import SecretService
from labpool_server.service.sessions import SessionService
from labpool_server.vault import Vault
from support.scrape_world import CHROMIUM, ScrapeWorld, lines

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(not CHROMIUM, reason="LABPOOL_CHROMIUM is not set"),
]

VALUE = "a-very-secret-value-of-a-cookie"
COOKIE = {"name": "sid", "value": VALUE, "domain": ".example.org"}


def save(world: ScrapeWorld, state: Any, name: str = "other") -> Any:
    return world.server.http.post(f"sessions/{name}", json={"storage_state": state})


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"cookies": [], "origins": []},
        {"cookies": [{**COOKIE, "value": [VALUE]}]},
        {"cookies": [{**COOKIE, "sameSite": VALUE}]},
        {"cookies": [{"name": "sid", "value": VALUE}]},
        {"cookies": [VALUE]},
        {"origins": [{"origin": VALUE}]},
        {"origins": [{"origin": "https://a", "localStorage": [{"name": 1, "value": VALUE}]}]},
        VALUE,
        [VALUE],
    ],
)
def test_what_is_no_session_is_refused_and_not_repeated(world: ScrapeWorld, state: Any) -> None:
    answer = save(world, state)
    assert answer.status_code == 422
    assert VALUE not in answer.text
    assert VALUE not in world.server.log


def test_a_name_and_a_size_have_their_limits(world: ScrapeWorld) -> None:
    for name in (".hidden", "a b", "x" * 65, "ü"):
        assert save(world, {"cookies": [COOKIE]}, name).status_code == 400
    large = {"cookies": [{**COOKIE, "value": "x" * 600_000}]}
    answer = save(world, large)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert "524288" in answer.json()["message"]
    late = save(world, {"cookies": [{**COOKIE, "expires": 1e300}]})
    assert late.json()["expires_at"].startswith("9999-")
    assert world.server.http.delete("sessions/other").status_code == 204


def test_a_session_is_listed_without_what_is_in_it(world: ScrapeWorld) -> None:
    kept = save(world, {"cookies": [{**COOKIE, "expires": 2e9}]}).json()
    assert (kept["name"], kept["hosts"], kept["cookies"]) == ("other", ["example.org"], 1)
    assert kept["expires_at"].startswith("2033-")
    listed = world.server.get("sessions")["items"]
    assert [session["name"] for session in listed] == ["other", "tickets"]
    assert listed[0] == kept
    assert "session" not in json.dumps(world.server.get("secrets"))
    assert world.server.http.post("secrets/session:other", json={"value": VALUE}).status_code == 404
    assert world.server.http.delete("secrets/session:other").status_code == 404
    assert world.server.http.delete("sessions/other").status_code == 204
    assert world.server.http.delete("sessions/other").status_code == 404
    world.secrets.append(VALUE)
    world.assert_hidden(json.dumps(listed))


def test_a_session_that_is_not_kept_is_refused(world: ScrapeWorld) -> None:
    body = {"kind": "scrape", "params": world.params([1], session="nobody")}
    answer = world.server.http.post("runs", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_params")
    (field,) = answer.json()["details"]["fields"]
    assert field["field"] == "params.session"
    assert "There is no session 'nobody' of yours" in field["message"]


def test_an_expired_session_is_renewed_and_the_run_goes_on(world: ScrapeWorld) -> None:
    site, server = world.site, world.server
    site.expire_after = 40
    world.save_session()
    site.expire_after = None
    tickets = range(20, 36)
    run = world.scrape(tickets, name="expiring", workers=1)
    assert (run["state"], run["error"]["code"]) == ("failed", "session_expired")
    counts = server.get(f"runs/{run['id']}/totals/items")
    assert 0 < counts["ok"] < len(tickets)
    assert counts["failed"] == 0
    done = {item["id"] for item in world.pages(f"runs/{run['id']}/items", state="ok")}
    assert server.http.delete("sessions/tickets").status_code == 204
    assert server.http.post(f"runs/{run['id']}/resume").status_code == 422
    world.save_session()
    site.log.clear()
    server.post(f"runs/{run['id']}/resume")
    ended = server.wait(run["id"])
    assert (ended["state"], ended["result"]["ok"]) == ("succeeded", len(tickets))
    asked = {
        seen.path.split("/")[2] for seen in site.log.all("/tickets/") if "api" not in seen.path
    }
    assert asked.isdisjoint(done)
    assert lines(world.records(run["id"])) == world.expected(*tickets)


async def test_a_session_is_for_its_owner_alone(tmp_path: Path) -> None:
    service = SessionService(Vault(tmp_path))
    request = SessionRequest.model_validate({"storage_state": {"cookies": [COOKIE]}})
    await service.save_session("mine", request, "alice")
    assert VALUE in (service.find("alice", "mine") or "")
    assert service.find("bob", "mine") is None
    assert (await service.list_sessions("bob")).items == []
    with pytest.raises(NotFound):
        await service.delete_session("mine", "bob")
    secrets = SecretService(Vault(tmp_path), {})
    assert (await secrets.list_secrets("alice")).items == []
    assert VALUE.encode() not in (tmp_path / "secrets").read_bytes()


def test_nobody_sees_a_session(world: ScrapeWorld) -> None:
    run = world.scrape([5, 6], name="hidden")
    told = [
        world.server.http.get(path).text
        for path in (
            "runs",
            f"runs/{run['id']}",
            f"runs/{run['id']}/events?limit=1000",
            f"runs/{run['id']}/logs",
            f"runs/{run['id']}/items",
            f"runs/{run['id']}/records",
            f"runs/{run['id']}/records/file?format=csv",
            "sessions",
            "secrets",
            "assets",
            "pool",
            "monitoring",
        )
    ]
    dashboard = f"{world.server.url}labpool/dashboard/"
    workers = [worker["address"] for worker in world.server.get("pool")["workers"]]
    logs = [f"info/logs/{quote(address, safe='')}.html" for address in workers]
    assert len(logs) == 2
    for path in ("info/main/logs.html", *logs):
        answer = world.server.http.get(dashboard + path)
        assert answer.status_code == 200
        told.append(answer.text)
    assert len(world.secrets) >= 3
    world.assert_hidden(*told)
