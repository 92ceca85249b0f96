"""Disks without links or locks, as they are seen through the server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support.hub import LocalHub
from support.hub_world import HubWorld
from support.poor_disk import poor_disk
from support.server import LabServer

pytestmark = [pytest.mark.cluster, pytest.mark.faults]


@pytest.mark.parametrize("lacks", [{"links": False}, {"locks": False}], ids=["links", "locks"])
def test_a_cache_on_a_poor_disk(
    new_server: Callable[..., LabServer],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lacks: dict[str, bool],
) -> None:
    cache = tmp_path / "hub"
    for name, value in poor_disk(cache, **lacks).items():
        monkeypatch.setenv(name, value)
    (tmp_path / "catalog").mkdir()
    with LocalHub() as hub:
        world = HubWorld(hub, tmp_path / "catalog")
        server = new_server(**world.options(tmp_path))
        run = server.wait(server.submit("download", {"id": "tiny"}))
        assert run["state"] == "succeeded", run["error"]
        (listed,) = [i for i in server.get("catalog/models")["items"] if i["id"] == "tiny"]
        assert listed["status"] == "ready"
        hub.log.clear()
        again = server.wait(server.submit("download", {"id": "tiny"}))
        assert (again["state"], again["result"]["bytes_fetched"]) == ("succeeded", 0)
        assert hub.log.all() == []
        freed = server.http.delete(f"assets/{listed['asset_id']}").json()["freed_bytes"]
        assert freed == world.bytes_of("tiny")


def test_a_data_folder_without_locks_is_refused_before_anything_runs(
    new_server: Callable[..., LabServer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in poor_disk(tmp_path / "server-0" / "data", locks=False).items():
        monkeypatch.setenv(name, value)
    server = new_server()
    refused = server.http.get("runs")
    assert (refused.status_code, refused.json()["code"]) == (503, "server_unavailable")
    assert "no file locks" in refused.json()["message"]
    assert "--Labpool.data_dir" in refused.json()["message"]
