"""Downloads through the real server: allowed, limited, secret, resumed, listed, deleted."""

from __future__ import annotations

import io
import os
import signal
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from labpool.wire import TERMINAL_EVENTS
from support.hub import LocalHub
from support.hub_world import TOKEN, WRONG_TOKEN, HubWorld
from support.server import LabServer, until

pytestmark = pytest.mark.cluster


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
def clean(world: HubWorld) -> None:
    world.hub.faults.clear()
    world.hub.log.clear()


def item(server: LabServer, name: str) -> dict[str, Any]:
    listed = [
        each for kind in ("models", "datasets") for each in server.get(f"catalog/{kind}")["items"]
    ]
    return next(each for each in listed if each["id"] == name)


def download(server: LabServer, name: str) -> dict[str, Any]:
    return server.wait(server.submit("download", {"id": name}))


def delete(server: LabServer, asset_id: str, **query: str) -> Any:
    return server.http.delete(f"assets/{asset_id}", params=query)


def test_a_download_ends_once_and_is_an_asset(server: LabServer, world: HubWorld) -> None:
    assert item(server, "tiny")["status"] == "absent"
    run = download(server, "tiny")
    assert run["state"] == "succeeded", run["error"]
    assert run["name"] == "tiny"
    assert run["result"]["bytes_total"] == run["progress"]["done"] == world.bytes_of("tiny")
    types = [event.type for event in server.events(run["id"])]
    assert sum(kind in TERMINAL_EVENTS for kind in types) == 1
    listed = item(server, "tiny")
    assert listed["status"] == "ready"
    asset = server.get(f"assets/{listed['asset_id']}")
    assert (asset["kind"], asset["status"], asset["source"]) == ("model", "ready", "tiny")
    assert asset["size_bytes"] == world.bytes_of("tiny")
    archive = zipfile.ZipFile(io.BytesIO(server.http.get(f"assets/{asset['id']}/file").content))
    assert archive.testzip() is None
    sizes = {Path(info.filename).name: info.file_size for info in archive.infolist()}
    assert sizes == {"config.json": 22, "model.safetensors": 300_000}
    totals = server.get("totals/assets")
    assert totals["downloads_this_month"] >= 1
    assert totals["ready"] >= 1
    removed = delete(server, asset["id"])
    assert removed.json()["freed_bytes"] == world.bytes_of("tiny")
    assert item(server, "tiny")["status"] == "absent"
    assert delete(server, asset["id"]).status_code == 404


@pytest.mark.parametrize("name", ["bert-base-uncased", "sara/tiny", "../tiny", "", "TINY"])
def test_what_the_catalog_does_not_list_is_refused(
    server: LabServer, world: HubWorld, name: str
) -> None:
    answer = server.http.post("runs", json={"kind": "download", "params": {"id": name}})
    error = answer.json()
    if name:
        assert (answer.status_code, error["code"]) == (400, "model_not_allowed")
    assert error["details"]["fields"][0]["field"] == "params.id"
    for params in ({"repo_id": "sara/tiny"}, {"id": "tiny", "token": TOKEN}):
        answer = server.http.post("runs", json={"kind": "download", "params": params})
        assert answer.status_code == 422
    assert world.hub.log.all() == []


def test_a_gated_one_asks_for_the_token_once_and_nobody_sees_it(
    server: LabServer, world: HubWorld
) -> None:
    body = {"kind": "download", "params": {"id": "gated"}}
    refused = server.http.post("runs", json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "token_needed")
    assert world.hub.log.all() == []
    assert server.http.post("secrets/nothing", json={"value": TOKEN}).status_code == 404
    for value in ("", "brief", "with a space inside", "دل‌خواه" * 3):
        wrong = server.http.post("secrets/hub_token", json={"value": value})
        assert wrong.status_code == 422
        assert not value or value not in wrong.text
    assert server.http.post("secrets/hub_token", json={"value": WRONG_TOKEN}).status_code == 204
    run = download(server, "gated")
    assert (run["state"], run["error"]["code"]) == ("failed", "access_denied")
    assert item(server, "gated")["error"]["code"] == "access_denied"
    assert server.http.post("secrets/hub_token", json={"value": TOKEN}).status_code == 204
    assert download(server, "gated")["state"] == "succeeded"
    (kept,) = server.get("secrets")["items"]
    assert (kept["name"], kept["source"]) == ("hub_token", "own")
    assert_nowhere(server, (TOKEN, WRONG_TOKEN))
    assert server.http.delete("secrets/hub_token").status_code == 204
    assert server.http.delete("secrets/hub_token").status_code == 404


def assert_nowhere(server: LabServer, secrets: tuple[str, ...]) -> None:
    """Look for secrets in everything that the server keeps, says and shows."""
    with closing(sqlite3.connect(server.data_dir / "labpool.db")) as database:
        dump = "\n".join(database.iterdump())
    told = [server.http.get(path).text for path in ("runs", "secrets", "assets", "pool")]
    files = [path.read_bytes() for path in server.home.rglob("*") if path.is_file()]
    for secret in secrets:
        assert secret not in dump
        assert all(secret not in text for text in told)
        assert all(secret.encode() not in content for content in files)


def test_one_at_a_time_for_each_user(server: LabServer, world: HubWorld) -> None:
    world.hub.faults.add(match="cdn", method="GET", rate=100_000)
    first = server.submit("download", {"id": "large"})
    server.wait(first, "running")
    second = server.http.post("runs", json={"kind": "download", "params": {"id": "twin"}})
    assert (second.status_code, second.json()["code"]) == (429, "too_many_requests")
    assert int(second.headers["Retry-After"]) >= 1
    assert second.json()["details"]["run_ids"] == [first]
    until(lambda: (item(server, "large")["progress"] or {}).get("done"), 30, server)
    listed = item(server, "large")
    assert (listed["status"], listed["run_id"]) == ("downloading", first)
    assert listed["progress"]["total"] == world.bytes_of("large")
    (asset,) = [a for a in server.get("assets")["items"] if a["source"] == "large"]
    assert asset["status"] == "downloading"
    assert delete(server, asset["id"]).status_code == 409
    server.post(f"runs/{first}/cancel")
    assert server.wait(first)["state"] == "cancelled"
    assert item(server, "large")["status"] == "absent"
    assert server.get("totals/assets")["parts_bytes"] > 0
    world.hub.faults.clear()
    assert server.wait(server.post(f"runs/{first}/resume")["id"])["state"] == "succeeded"
    assert server.get("totals/assets")["parts"] == 0
    asked = world.hub.log.ranges("cdn")
    assert any(wanted and wanted != "bytes=0-" for wanted in asked)


def test_a_revision_that_is_not_there_is_told(server: LabServer) -> None:
    run = download(server, "lost")
    assert (run["state"], run["error"]["code"]) == ("failed", "revision_not_found")


def test_what_was_there_before_is_shown_and_kept(server: LabServer) -> None:
    repo = server.home / "hub" / "models--navid--own"
    commit = "1" * 40
    (repo / "blobs").mkdir(parents=True)
    (repo / "snapshots" / commit).mkdir(parents=True)
    (repo / "refs").mkdir()
    (repo / "refs" / "main").write_text(commit)
    blob = repo / "blobs" / "abc"
    blob.write_bytes(b"x" * 1000)
    (repo / "snapshots" / commit / "config.json").symlink_to("../../blobs/abc")
    (asset,) = [a for a in server.get("assets")["items"] if a["name"] == "navid/own"]
    assert (asset["ours"], asset["size_bytes"], asset["source"]) == (False, 1000, "")
    for query in ({}, {"name": "own"}):
        refused = delete(server, asset["id"], **query)
        assert (refused.status_code, refused.json()["code"]) == (409, "not_ours")
    assert blob.exists()
    assert delete(server, asset["id"], name="navid/own").json()["freed_bytes"] == 1000
    assert not repo.exists()


@pytest.fixture(scope="module")
def trained(server: LabServer) -> dict[str, Any]:
    """A training on a data set that had to be downloaded first, and that names its own columns."""
    pytest.importorskip("torch")
    params = {
        "dataset": "fruit",
        "epochs": 3,
        "save_steps": 2,
        "keep_checkpoints": 9,
        "model_config": {"hidden_size": 16, "heads": 2},
    }
    refused = server.http.post("runs", json={"kind": "train", "params": params})
    assert (refused.status_code, refused.json()["code"]) == (409, "download_needed")
    assert refused.json()["details"]["ids"] == ["fruit"]
    assert download(server, "fruit")["state"] == "succeeded"
    run = server.wait(server.submit("train", params))
    assert run["state"] == "succeeded", run["error"]
    return run


def checkpoints(server: LabServer, run: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = server.get("assets", kind="checkpoint", source=run["id"])["items"]
    return {asset["name"]: asset for asset in found}


@pytest.mark.slow
def test_old_checkpoints_make_room_and_the_best_stays(
    server: LabServer, trained: dict[str, Any]
) -> None:
    before = checkpoints(server, trained)
    assert len(before) >= 4
    losses = {n: a["meta"]["val_loss"] for n, a in before.items() if "val_loss" in a["meta"]}
    asked = {"keep": 1, "run_id": trained["id"]}
    foreseen = server.post("checkpoints/prune", {**asked, "dry_run": True}, status=200)
    removed = server.post("checkpoints/prune", asked, status=200)
    assert foreseen == removed
    left = checkpoints(server, trained)
    assert {"model", min(losses, key=lambda name: losses[name])} == set(left)
    gone = [asset for name, asset in before.items() if name not in left]
    assert sorted(removed["ids"]) == sorted(asset["id"] for asset in gone)
    assert removed["freed_bytes"] == sum(asset["size_bytes"] for asset in gone)
    assert not any(Path(asset["path"]).exists() for asset in gone)
    assert server.post("checkpoints/prune", {"keep": 1}, status=200)["ids"] == []
    assert server.http.post("checkpoints/prune", json={"keep": 0}).status_code == 422


@pytest.mark.slow
def test_a_checkpoint_is_saved_trained_from_and_deleted(
    server: LabServer, trained: dict[str, Any]
) -> None:
    model = checkpoints(server, trained)["model"]
    answer = server.http.get(f"assets/{model['id']}/file")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    assert f"{model['id']}/model.safetensors" in archive.namelist()
    params = {"dataset": "fruit", "model": model["id"], "epochs": 200}
    again = server.submit("train", params)
    refused = delete(server, model["id"])
    assert (refused.status_code, refused.json()["details"]["run_id"]) == (409, again)
    server.wait(again, "running")
    server.post(f"runs/{again}/cancel")
    server.wait(again)
    assert delete(server, model["id"]).json()["freed_bytes"] > 0
    assert not Path(model["path"]).exists()
    assert server.http.get(f"assets/{model['id']}").status_code == 404
    types = [event.type for event in server.events(trained["id"])]
    assert types[-1] == "artifact_deleted"


@pytest.mark.faults
@pytest.mark.parametrize("what", ["worker", "server"])
def test_after_a_kill_it_goes_on_at_the_byte(
    new_server: Callable[..., LabServer], tmp_path: Path, world: HubWorld, what: str
) -> None:
    server = new_server(**world.options(tmp_path))
    fault = world.hub.faults.add(match="cdn", method="GET", rate=2_000_000)
    run_id = server.submit("download", {"id": "large"})
    until(lambda: (server.run(run_id)["progress"] or {}).get("done", 0) > 1_000_000, 60, server)
    if what == "worker":
        (pid,) = [w["pid"] for w in server.get("pool")["workers"] if w["run_id"] == run_id]
        os.kill(pid, signal.SIGKILL)
    else:
        server.kill()
    fault.rate = None
    if what == "server":
        server.start()
    run = server.wait(run_id)
    assert run["state"] == "succeeded", run["error"]
    assert run["attempt"] == 2
    first, *later = world.hub.log.ranges("cdn")
    assert first in (None, "bytes=0-")
    assert all(int(str(wanted).removeprefix("bytes=").rstrip("-")) >= 1_000_000 for wanted in later)
    types = [event.type for event in server.events(run_id)]
    assert sum(kind in TERMINAL_EVENTS for kind in types) == 1
    assert item(server, "large")["status"] == "ready"
