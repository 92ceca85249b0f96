"""Every byte is read again when somebody asks for it, and what is wrong is fetched again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from labpool.hub import ready
from labpool.jobs.download import Params
from labpool.jobs.download.work import download
from labpool.runtime.context import Cancelled, JobError
from support.hub import HubRepo, LocalHub

from .conftest import BIG, SIZE, Desk, entry_for, noise


def verify(desk: Desk) -> dict[str, Any]:
    return download(Params(id=desk.entry.id, verify=True), desk.context(), desk.limits)


def rot(path: Path) -> None:
    """Change one bit, and nothing that a look at the file's size shows."""
    with path.open("r+b") as file:
        byte = file.read(1)
        file.seek(0)
        file.write(bytes([byte[0] ^ 1]))


def test_all_is_right(desk: Desk, hub: LocalHub) -> None:
    desk.run()
    hub.log.clear()
    result = verify(desk)
    assert (result["repaired"], result["bytes_fetched"]) == ([], 0)
    assert hub.log.all() == []
    assert any("every byte is right" in line for line in desk.logs())


@pytest.mark.parametrize("name", [BIG, "1_Pooling/config.json"])
def test_a_rotten_file_is_repaired(desk: Desk, hub: LocalHub, repo: HubRepo, name: str) -> None:
    snapshot = Path(desk.run()["path"])
    rot(snapshot / name)
    assert ready(desk.root, desk.entry) is not None
    assert desk.run()["bytes_fetched"] == 0
    result = verify(desk)
    assert result["repaired"] == [name]
    assert result["bytes_fetched"] == len(repo.files[name].content)
    assert (snapshot / name).read_bytes() == bytes(repo.files[name].content)
    assert ready(desk.root, desk.entry) is not None
    assert verify(desk)["repaired"] == []


def test_a_rotten_file_is_not_ready_while_the_hub_is_away(desk: Desk, hub: LocalHub) -> None:
    snapshot = Path(desk.run()["path"])
    rot(snapshot / BIG)
    hub.faults.add(status=503)
    with pytest.raises(JobError) as caught:
        verify(desk)
    assert caught.value.code == "hub_error"
    assert ready(desk.root, desk.entry) is None
    hub.faults.clear()
    desk.run()
    assert (snapshot / BIG).read_bytes() == noise(SIZE)


def test_what_two_snapshots_share(desk: Desk, hub: LocalHub, repo: HubRepo) -> None:
    desk.run()
    some = Desk(hub, entry_for(repo, allow_patterns=["*.safetensors"]), desk.folder)
    snapshot = Path(some.run()["path"])
    rot(snapshot / BIG)
    assert verify(some)["repaired"] == [BIG]
    assert verify(desk)["repaired"] == []


def test_what_is_not_here_is_fetched(desk: Desk, repo: HubRepo) -> None:
    result = verify(desk)
    assert (result["repaired"], result["bytes_fetched"]) == ([], repo.size())


def test_a_cancel_ends_it(desk: Desk) -> None:
    desk.run()
    ctx = desk.context()
    ctx.stop.set()
    with pytest.raises(Cancelled):
        download(Params(id=desk.entry.id, verify=True), ctx, desk.limits)
    assert ready(desk.root, desk.entry) is not None
