"""Disks that can less: no symbolic links, no file locks. What a cache needs is seen before."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import scan_cache_dir, snapshot_download

from labpool.hub import delete, ready, scan
from support.hub import HubRepo, LocalHub
from support.poor_disk import poor_disk

from .conftest import BIG, REPO, SIZE, Desk, noise, small_files
from .test_resume import child

pytestmark = pytest.mark.faults
CUT = 1_700_000


def fetched(desk: Desk, **lacks: bool) -> str:
    """Run the download in a process for which the cache's disk can less; return what it says."""
    desk.root.mkdir(exist_ok=True)
    with child(desk, **poor_disk(desk.root, **lacks)) as process:
        said = process.communicate(timeout=60)[0]
        assert (process.returncode, said) == (0, "complete\n")
    return said


def plain(desk: Desk) -> Path:
    """Return the snapshot, of which no file is a link, and all is right."""
    [snapshot] = desk.root.glob("*/snapshots/*")
    found = {p.relative_to(snapshot).as_posix(): p for p in snapshot.rglob("*") if not p.is_dir()}
    assert not any(path.is_symlink() for path in found.values())
    assert {name: path.read_bytes() for name, path in found.items()} == small_files()
    return snapshot


def test_no_links(desk: Desk, hub: LocalHub, repo: HubRepo) -> None:
    fetched(desk, links=False)
    assert snapshot_download(REPO, cache_dir=desk.root, local_files_only=True) == str(plain(desk))
    assert ready(desk.root, desk.entry) is not None
    assert desk.parts == []
    assert not list(desk.root.glob("*/blobs/*"))
    [found] = scan(desk.root)
    assert (found.whole, found.size_bytes) == (True, repo.size())
    hub.log.clear()
    fetched(desk, links=False)
    assert hub.log.all() == []
    freed = delete(desk.root, "model", REPO, repo.commit)
    assert freed == repo.size()
    assert scan_cache_dir(desk.root).warnings == []


def test_no_links_and_the_manifest_is_gone(desk: Desk, hub: LocalHub) -> None:
    """As another program leaves it: what is here is checked, and not fetched again."""
    fetched(desk, links=False)
    shutil.rmtree(next(desk.root.glob("*/labpool")))
    hub.log.clear()
    fetched(desk, links=False)
    assert hub.log.bodies("/resolve/") + hub.log.bodies("/cdn/") == []
    assert ready(desk.root, desk.entry) is not None
    plain(desk)


def test_wrong_bytes_without_links_are_replaced(desk: Desk, hub: LocalHub) -> None:
    fetched(desk, links=False)
    snapshot = plain(desk)
    shutil.rmtree(next(desk.root.glob("*/labpool")))
    (snapshot / BIG).write_bytes(noise(SIZE, 5))
    hub.log.clear()
    fetched(desk, links=False)
    assert len(hub.log.bodies("/cdn/")) == 1
    plain(desk)


def test_a_cache_of_copies_on_a_disk_with_links(desk: Desk, hub: LocalHub) -> None:
    """It was copied from a stick, with or without what Labpool noted."""
    fetched(desk, links=False)
    hub.log.clear()
    desk.run()
    assert hub.log.all() == []
    shutil.rmtree(next(desk.root.glob("*/labpool")))
    result = desk.run()
    assert hub.log.bodies("/resolve/") + hub.log.bodies("/cdn/") == []
    assert (result["bytes_fetched"], ready(desk.root, desk.entry) is not None) == (0, True)
    plain(desk)


def test_two_names_for_the_same_bytes(desk_for: Callable[..., Desk], hub: LocalHub) -> None:
    data = noise(50_000)
    desk = desk_for(hub.add("org/twice", {"a.bin": data, "b/b.bin": data}))
    fetched(desk, links=False)
    assert len(hub.log.bodies("/cdn/")) == 1
    [snapshot] = desk.root.glob("*/snapshots/*")
    assert (snapshot / "a.bin").read_bytes() == (snapshot / "b/b.bin").read_bytes() == data


def test_another_revision_takes_what_is_here(
    desk: Desk, desk_for: Callable[..., Desk], hub: LocalHub
) -> None:
    fetched(desk, links=False)
    newer = desk_for(hub.add(REPO, {**small_files(), "new.txt": b"new"}))
    hub.log.clear()
    fetched(newer, links=False)
    assert hub.log.bodies("/cdn/") == []
    assert ready(newer.root, newer.entry) is not None
    assert ready(desk.root, desk.entry) is not None


@pytest.mark.parametrize("lacks", [{"links": False}, {"locks": False}])
def test_killed_on_a_poor_disk(desk: Desk, hub: LocalHub, lacks: dict[str, bool]) -> None:
    desk.root.mkdir()
    hub.faults.add(match="/cdn/", stall_after=CUT, times=1)
    with child(desk, **poor_disk(desk.root, **lacks)) as process:
        hub.log.wait_for("/cdn/", CUT)
        desk.reached(CUT)
        process.send_signal(signal.SIGKILL)
        process.wait()
    fetched(desk, **lacks)
    assert hub.log.ranges("/cdn/") == [None, f"bytes={CUT}-"]
    assert ready(desk.root, desk.entry) is not None


def test_no_locks(desk: Desk, hub: LocalHub) -> None:
    fetched(desk, locks=False)
    assert ready(desk.root, desk.entry) is not None
    assert desk.parts == []


def test_two_without_locks_wait_for_one_another(desk: Desk, hub: LocalHub) -> None:
    desk.root.mkdir()
    fault = hub.faults.add(match="/cdn/", pause_at=CUT, times=1)
    variables = poor_disk(desk.root, locks=False)
    with child(desk, **variables) as first:
        hub.log.wait_for("/cdn/", CUT)
        desk.reached(CUT)
        with child(desk, **variables) as second:
            hub.log.wait_for("/api/", count=2)
            fault.gate.set()
            for process in (first, second):
                assert process.communicate(timeout=60)[0] == "complete\n"
    assert len(hub.log.bodies("/cdn/")) == 1
    assert Path(next(desk.root.glob("*/snapshots/*")), BIG).read_bytes() == noise(SIZE)
