"""Several runs at once, and what other programs brought."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import scan_cache_dir, snapshot_download

from labpool.hub import ready
from support.hub import HubRepo, LocalHub

from .conftest import BIG, REPO, SIZE, Desk, entry_for, noise, small_files, until

CUT = 500_000


def test_second_run_waits_and_finds_the_file(desk: Desk, hub: LocalHub) -> None:
    fault = hub.faults.add(match="/cdn/", pause_at=CUT)
    first = desk.start(read_s=60)
    desk.reached(CUT)
    second = desk.start(read_s=60)
    until(lambda: any("another run fetches it" in line for line in desk.logs()))
    until(lambda: any("waiting for another run" in said for said in messages(desk)))
    fault.gate.set()
    first.end()
    second.end()
    assert first.result
    assert second.result
    assert first.result["path"] == second.result["path"]
    assert hub.log.ranges("/cdn/") == [None]
    assert second.result["bytes_fetched"] <= desk.entry.size_bytes - SIZE


def messages(desk: Desk) -> list[str]:
    """What the last attempt says that it does."""
    return [e.progress.message for e in desk.last.events if e.type == "progress_reported"]


def test_second_run_goes_on_where_the_first_is_cancelled(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", stall_after=CUT, times=1)
    first = desk.start(read_s=60)
    desk.reached(CUT)
    second = desk.start()
    first.cancel()
    second.end()
    assert second.result
    assert hub.log.ranges("/cdn/") == [None, f"bytes={CUT}-"]


def test_four_at_once(desk: Desk, hub: LocalHub) -> None:
    attempts = [desk.start() for _ in range(4)]
    assert [attempt.end().error for attempt in attempts] == [None] * 4
    assert hub.log.ranges("/cdn/") == [None]
    assert scan_cache_dir(desk.root).warnings == []


def test_other_revision_with_the_same_file(
    desk: Desk, desk_for: Callable[..., Desk], hub: LocalHub
) -> None:
    desk.run()
    hub.log.clear()
    other = desk_for(hub.add(REPO, {**small_files(), "README.md": b"# Other"}))
    other.run()
    assert hub.log.bodies("/cdn/") == []
    assert ready(desk.root, desk.entry) is not None
    assert ready(other.root, other.entry) is not None
    cache = scan_cache_dir(desk.root)
    assert cache.warnings == []
    assert len(next(iter(cache.repos)).revisions) == 2


def test_what_the_library_fetched_is_checked_and_taken(
    desk: Desk, hub: LocalHub, repo: HubRepo
) -> None:
    path = snapshot_download(REPO, revision=repo.commit, cache_dir=desk.root, endpoint=hub.url)
    assert ready(desk.root, desk.entry) is None
    hub.log.clear()
    result = desk.run()
    assert (result["path"], result["bytes_fetched"]) == (path, 0)
    assert hub.log.all("/resolve/") == []
    assert ready(desk.root, desk.entry) is not None


def test_half_of_what_the_library_fetched(desk: Desk, hub: LocalHub, repo: HubRepo) -> None:
    snapshot_download(
        REPO,
        revision=repo.commit,
        cache_dir=desk.root,
        endpoint=hub.url,
        allow_patterns=["config.json", "README.md"],
    )
    result = desk.run()
    assert len([p for p in Path(result["path"]).rglob("*") if p.is_file()]) == 5
    assert scan_cache_dir(desk.root).warnings == []


@pytest.mark.parametrize("size", [SIZE, SIZE - 1])
def test_wrong_bytes_in_the_cache_are_replaced(
    desk: Desk, hub: LocalHub, repo: HubRepo, size: int
) -> None:
    path = snapshot_download(REPO, revision=repo.commit, cache_dir=desk.root, endpoint=hub.url)
    Path(path, BIG).write_bytes(b"?" * size)
    result = desk.run()
    assert result["bytes_fetched"] == SIZE
    assert Path(path, BIG).read_bytes() == noise(SIZE)


def test_deleted_while_it_is_fetched(desk: Desk, hub: LocalHub, repo: HubRepo) -> None:
    fault = hub.faults.add(match="README.md", pause_at=1)
    attempt = desk.start(read_s=60, at_once=1)
    hub.log.wait_for("README.md", 1)
    for path in desk.parts:
        if path.suffix == ".whole":
            path.unlink()
    fault.gate.set()
    attempt.end()
    assert attempt.result, attempt.error
    assert ready(desk.root, desk.entry) is not None
    assert len(hub.log.bodies("/cdn/")) == 2


def test_deleted_afterwards(desk: Desk, hub: LocalHub) -> None:
    result = desk.run()
    shutil.rmtree(result["path"])
    assert ready(desk.root, desk.entry) is None
    hub.log.clear()
    assert desk.run()["bytes_fetched"] == 0
    assert ready(desk.root, entry_for(hub.find("model", REPO) or pytest.fail("gone")))
