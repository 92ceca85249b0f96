"""Disk: refused before anything is written, held while it runs, and full in the middle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from huggingface_hub import scan_cache_dir

from labpool.hub import parts, ready
from labpool.hub.partfiles import disk_bytes
from labpool.jobs.download import Params, space
from labpool.jobs.download.limits import Limits
from labpool.jobs.download.work import download
from labpool.runtime.context import JobError
from support.disk import fill, remount, small_disk
from support.hub import HubRepo, LocalHub

from .conftest import BIG, SIZE, Desk, entry_for, noise

DISK = 8_000_000


@pytest.fixture
def tight(hub: LocalHub, repo: HubRepo, tmp_path: Path) -> Iterator[Desk]:
    """A desk whose cache lies on a real file system of eight megabytes."""
    with small_disk(tmp_path / "disk", DISK) as folder:
        yield Desk(hub, entry_for(repo), folder)


def disk_full(desk: Desk, **limits: bool) -> JobError:
    with pytest.raises(JobError) as caught:
        desk.run(**limits)
    assert caught.value.code == "disk_full"
    assert caught.value.details.keys() == {"need_bytes", "free_bytes", "reserve"}
    assert ready(desk.root, desk.entry) is None
    assert not list(desk.root.glob("*/snapshots/*"))
    return caught.value


def test_refused_at_once(desk: Desk, hub: LocalHub) -> None:
    error = disk_full_with_reserve(desk)
    assert error.details["need_bytes"] == desk.entry.size_bytes
    assert not error.retry
    assert not desk.root.exists()
    assert hub.log.all("/resolve/") == []


def disk_full_with_reserve(desk: Desk) -> JobError:
    with pytest.raises(JobError) as caught:
        desk.run(reserve_bytes=1 << 60, reserve_share=1)
    assert caught.value.code == "disk_full"
    return caught.value


def test_parts_count_as_there(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", stall_after=1_000_000, times=1)
    attempt = desk.start(read_s=60)
    desk.reached(1_000_000)
    attempt.cancel()
    error = disk_full_with_reserve(desk)
    assert SIZE - 1_100_000 < error.details["need_bytes"] <= SIZE - 1_000_000


def test_what_is_here_needs_no_space(desk: Desk) -> None:
    result = desk.run()
    for path in desk.root.glob("*/labpool/*.json"):
        path.unlink()
    assert desk.run(reserve_bytes=1 << 60, reserve_share=1)["path"] == result["path"]


@pytest.mark.faults
def test_small_disk(tight: Desk) -> None:
    tight.run()
    assert ready(tight.root, tight.entry) is not None


@pytest.mark.faults
def test_no_room_on_a_small_disk(tight: Desk) -> None:
    fill(tight.folder, SIZE - 100_000)
    error = disk_full(tight)
    assert error.details["free_bytes"] == pytest.approx(SIZE - 100_000, abs=50_000)
    assert error.details["reserve"] == pytest.approx(DISK * 0.05, rel=0.01)
    assert not tight.root.exists()


@pytest.mark.faults
def test_space_is_held(tight: Desk, hub: LocalHub) -> None:
    """Another program that fills the disk meanwhile gets nothing of ours."""
    fault = hub.faults.add(match="/cdn/", pause_at=500_000)
    attempt = tight.start(read_s=60)
    tight.reached(500_000)
    left, _ = space.free_and_reserve(tight.folder, Limits())
    assert left < DISK - SIZE
    filler = fill(tight.folder, 200_000)
    fault.gate.set()
    attempt.end()
    assert attempt.result, attempt.error
    filler.unlink()
    assert Path(attempt.result["path"], BIG).read_bytes() == noise(SIZE)


@pytest.mark.faults
def test_full_in_the_middle(tight: Desk, hub: LocalHub) -> None:
    """Where no space can be held, a disk that gets full ends the run, and it resumes."""
    fault = hub.faults.add(match="/cdn/", pause_at=500_000)
    attempt = tight.start(read_s=60, hold_space=False)
    tight.reached(500_000)
    filler = fill(tight.folder, 300_000)
    fault.gate.set()
    attempt.end()
    assert isinstance(attempt.error, JobError)
    assert attempt.error.code == "disk_full"
    assert ready(tight.root, tight.entry) is None
    assert scan_cache_dir(tight.root).warnings == []
    came = [part.size_bytes for part in parts(tight.root) if part.file == BIG]
    assert 500_000 < came[0] < SIZE
    filler.unlink()
    hub.log.clear()
    result = tight.run()
    assert hub.log.ranges("/cdn/") == [f"bytes={came[0]}-"]
    assert Path(result["path"], BIG).read_bytes() == noise(SIZE)


@pytest.mark.faults
def test_full_at_the_end(tight: Desk, hub: LocalHub) -> None:
    """All bytes are there, and not one more fits: the names are missing, nothing is lost."""
    fault = hub.faults.add(match="/cdn/", pause_at=500_000)
    attempt = tight.start(read_s=60)
    tight.reached(500_000)
    filler = fill(tight.folder, 0)
    fault.gate.set()
    attempt.end()
    assert isinstance(attempt.error, JobError), attempt.result
    assert attempt.error.code == "disk_full"
    assert scan_cache_dir(tight.root).warnings == []
    filler.unlink()
    hub.log.clear()
    tight.run()
    assert hub.log.ranges("/cdn/") == []
    assert ready(tight.root, tight.entry) is not None


def test_held_space_is_given_back(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", stall_after=300_000)
    attempt = desk.start(read_s=60)
    desk.reached(300_000)
    [held] = [p.disk_bytes for p in parts(desk.root) if p.file == BIG]
    attempt.cancel()
    [kept] = [p for p in parts(desk.root) if p.file == BIG]
    assert held >= SIZE or held == kept.disk_bytes  # a file system that holds nothing
    assert kept.disk_bytes < SIZE / 2


def test_hold_keeps_the_size(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.write(b"123")
        file.flush()
        if not space.hold(file.fileno(), 1_000_000):
            pytest.skip("this file system holds no space")
        assert path.stat().st_size == 3
        assert disk_bytes(path.stat()) >= 1_000_000
        space.release(file.fileno())
        assert disk_bytes(path.stat()) < 100_000


def test_attempts_leave_no_empty_parts(desk_for: Callable[..., Desk], hub: LocalHub) -> None:
    repo = hub.add("org/two", {"a.bin": noise(50_000), "b.bin": noise(50_000, 2)})
    hub.faults.add(match="/cdn/", status=404)
    desk = desk_for(repo)
    with pytest.raises(JobError):
        desk.run()
    assert desk.parts == []
    assert scan_cache_dir(desk.root).warnings == []


@pytest.mark.faults
def test_read_only_disk(tight: Desk) -> None:
    context = tight.context()
    remount(tight.folder, "ro")
    with pytest.raises(JobError) as caught:
        download(Params(id="tiny"), context, tight.limits)
    assert caught.value.code == "cache_not_writable"
    assert not caught.value.retry
