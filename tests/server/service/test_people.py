"""Two people on one server: each has their own limit and their own secrets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from labpool.wire import TERMINAL_EVENTS, RunRequest, SecretRequest, TokenNeeded, TooManyRequests
from labpool_server.dashboard.history import History
from labpool_server.dispatch import AttemptSettings
from labpool_server.folder import DataFolder
from labpool_server.pool.backend import PoolSettings
from labpool_server.pool.threads import ThreadBackend
from labpool_server.service import HubSettings, Readable, Service, Thresholds
from support.hub import LocalHub
from support.hub_world import TOKEN, HubWorld


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    """A service whose jobs run in threads, beside a Hub that never sends a byte."""
    with LocalHub() as hub:
        world = HubWorld(hub, tmp_path / "catalog")
        hub.faults.add(silent=True)
        service = Service(
            folder=DataFolder(tmp_path / "data"),
            database_url="",
            pool=PoolSettings(minimum=4, maximum=4),
            make_backend=ThreadBackend,
            attempts=AttemptSettings(cancel_grace_s=5.0),
            limits={"download": 1},
            hub=HubSettings(
                endpoint=hub.url, cache_dir=tmp_path / "hub", catalog_dirs=(world.catalog_dir,)
            ),
            job_settings={},
            thresholds=Thresholds(),
            shutdown_grace_s=5.0,
            on_activity=lambda: None,
            history=History(),
            readable=Readable(),
        )
        await service.start("http://localhost/")
        yield service
        await service.stop()


def request(entry: str) -> RunRequest:
    return RunRequest(kind="download", params={"id": entry})


async def test_of_many_at_once_one_is_taken_for_each_person(service: Service) -> None:
    create = service.operation("create_run")
    people = ["sara"] * 4 + ["navid"] * 4
    answers: list[Any] = await asyncio.gather(
        *(create(request("large"), owner) for owner in people), return_exceptions=True
    )
    for owner in ("sara", "navid"):
        theirs = [each for who, each in zip(people, answers, strict=True) if who == owner]
        taken = [each for each in theirs if not isinstance(each, TooManyRequests)]
        assert [run.owner for run in taken] == [owner]
        refused = [each for each in theirs if isinstance(each, TooManyRequests)]
        assert {each.details["run_ids"][0] for each in refused} == {taken[0].id}
    (first,) = {run.id for run in answers if getattr(run, "owner", "") == "sara"}
    await service.operation("cancel_run")(first, by="sara")
    async for batch in service.stream(0, first):
        if any(stored.type in TERMINAL_EVENTS for stored in batch):
            break
    assert (await create(request("tiny"), "sara")).owner == "sara"


async def test_a_secret_opens_nothing_for_others(service: Service) -> None:
    save, create = service.operation("save_secret"), service.operation("create_run")
    await save("hub_token", SecretRequest.model_validate({"value": TOKEN}), owner="sara")
    with pytest.raises(TokenNeeded, match="gated"):
        await create(request("gated"), "navid")
    assert (await create(request("gated"), "sara")).owner == "sara"
    assert (await service.operation("list_secrets")(owner="navid")).items == []
