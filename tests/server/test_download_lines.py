"""What lines, hosts and disks do to a download, as it is seen through the server."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from support.hub import LocalHub
from support.hub_world import HubWorld
from support.server import LabServer

pytestmark = [pytest.mark.cluster, pytest.mark.faults]

HTML = {"Content-Type": "text/html"}
PAGE = b"<html>Log in</html>"
CUT = 150_000
SIZE = 300_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubWorld]:
    with LocalHub() as hub:
        yield HubWorld(hub, tmp_path_factory.mktemp("catalog"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, world: HubWorld) -> Iterator[LabServer]:
    home = tmp_path_factory.mktemp("server")
    with LabServer(home, **world.options(home)) as server:
        yield server


@pytest.fixture(autouse=True)
def clean(world: HubWorld, server: LabServer) -> Iterator[None]:
    world.hub.faults.clear()
    world.hub.log.clear()
    yield
    listed = server.get("catalog/models")["items"]
    for item in listed:
        if item["asset_id"]:
            server.http.delete(f"assets/{item['asset_id']}")


def download(server: LabServer, name: str = "tiny", attempts: int = 1) -> dict[str, Any]:
    run_id = server.submit("download", {"id": name}, max_attempts=attempts)
    return server.wait(run_id)


def listing(world: HubWorld) -> bytes:
    repo = world.repos["tiny"]
    said = {"sha": repo.commit, "gated": False, "siblings": repo.siblings(blobs=True)}
    return gzip.compress(json.dumps(said).encode())


@pytest.mark.parametrize(
    "fault",
    [
        {"match": "/cdn/", "status": 200, "headers": HTML, "body": PAGE},
        {"match": "/cdn/", "shift_range": 50},
        {"match": "/cdn/", "status": 403},
        {"match": "/cdn/", "status": 401},
        {"match": "/cdn/", "status": 503, "headers": {"Retry-After": "0"}},
    ],
    ids=["a page", "another range", "403", "401", "no pause"],
)
def test_trouble_that_passes(server: LabServer, world: HubWorld, fault: dict[str, Any]) -> None:
    """It costs no byte, and no attempt."""
    world.hub.faults.add(match="/cdn/", cut_after=CUT, times=1)
    world.hub.faults.add(times=1, **fault)
    run = download(server)
    assert run["state"] == "succeeded", run["error"]
    assert run["attempt"] == 1
    sent = sum(r.sent for r in world.hub.log.bodies("/cdn/"))
    assert sent == (SIZE if "shift_range" not in fault else 2 * SIZE - CUT - 50)
    assert run["result"]["bytes_total"] == world.bytes_of("tiny")


def test_a_packed_list_of_files(server: LabServer, world: HubWorld) -> None:
    about = {"Content-Encoding": "gzip"}
    world.hub.faults.add(match="/api/", status=200, body=listing(world), headers=about)
    assert download(server)["state"] == "succeeded"
    assert len(world.hub.log.all("/api/")) == 1


def test_addresses_with_names_of_files(server: LabServer, world: HubWorld) -> None:
    name = world.repos["tiny"].files["model.safetensors"].sha256
    there = f"{world.hub.cdn}/cdn/{name}/پوشه/the model.bin"
    world.hub.faults.add(match="/model.safetensors", redirect=there)
    run = download(server)
    assert run["state"] == "succeeded", run["error"]


@pytest.mark.parametrize(
    ("fault", "code", "word"),
    [
        ({"redirect": "https://[nonsense"}, "bad_redirect", "127.0.0.1 sends on"),
        ({"status": 404, "headers": {"X-Error-Code": "RepoNotFound"}}, "repo_not_found", "has no"),
    ],
)
def test_what_no_attempt_cures(
    server: LabServer, world: HubWorld, fault: dict[str, Any], code: str, word: str
) -> None:
    world.hub.faults.add(match="/api/", **fault)
    run = download(server, attempts=3)
    assert (run["state"], run["attempt"]) == ("failed", 1)
    assert run["error"]["code"] == code
    assert word in run["error"]["message"]


def test_a_gated_one_behind_a_mirror(server: LabServer, world: HubWorld) -> None:
    """The token stays here, and the words say which endpoint to set."""
    token = "hf_the-token-that-nobody-may-see"
    assert server.http.post("secrets/hub_token", json={"value": token}).status_code == 204
    world.hub.faults.add(
        match="/resolve/", redirect=f"{world.hub.cdn}{{path}}", status=308, times=1
    )
    run = download(server, "gated")
    server.http.delete("secrets/hub_token")
    assert (run["state"], run["error"]["code"]) == ("failed", "endpoint_redirects")
    assert run["error"]["details"]["endpoint"] == world.hub.cdn
    elsewhere = [r for r in world.hub.log.all() if r.host.startswith("localhost")]
    assert {r.authorization for r in elsewhere} == {None}
