"""Parts are told with size and age, and go when they are old; never one that is being fetched."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from huggingface_hub import scan_cache_dir

from labpool.hub import Repo, parts, remove_old_parts
from labpool.hub.partfiles import part_path, try_lock, whole_path

from .conftest import COMMIT, blob_name, put, seal

FILES = {"weights.bin": b"12345"}
BLOB = blob_name(b"12345")
DAY = 24 * 3600.0


@pytest.fixture
def part(repo: Repo) -> Path:
    path = part_path(repo, BLOB)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"123")
    repo.snapshots.mkdir()
    return path


def age(path: Path, seconds: float) -> None:
    at = time.time() - seconds
    os.utime(path, (at, at))


def test_told(root: Path, repo: Repo, part: Path) -> None:
    seal(repo, COMMIT, FILES, completed_at=None)
    [found] = parts(root)
    assert (found.path, found.repo_id, found.file, found.blob) == (
        part,
        "org/tiny",
        "weights.bin",
        BLOB,
    )
    assert (found.size_bytes, found.total_bytes, found.busy) == (3, 5, False)
    assert found.modified.tzinfo is not None


def test_of_which_nothing_is_known(root: Path, part: Path) -> None:
    [found] = parts(root)
    assert (found.file, found.total_bytes) == (None, None)


def test_other_files_are_none(root: Path, repo: Repo, part: Path) -> None:
    (repo.parts / "notes.txt").write_text("")
    (repo.parts / "x.part").write_text("")
    assert len(parts(root)) == 1
    assert parts(root / "nowhere") == []


def test_old_ones_go(root: Path, repo: Repo, part: Path) -> None:
    part.rename(whole_path(repo, BLOB))
    seal(repo, COMMIT, FILES, completed_at=None)
    assert remove_old_parts(root, DAY) == 0
    age(whole_path(repo, BLOB), 2 * DAY)
    [plan] = repo.own.glob("*.plan.json")
    age(plan, 2 * DAY)
    assert remove_old_parts(root, DAY) > 0
    assert parts(root) == []
    assert not repo.folder.exists()


def test_what_is_fetched_stays(root: Path, part: Path) -> None:
    age(part, 2 * DAY)
    handle = try_lock(part, create=False)
    assert handle is not None
    assert try_lock(part, create=False) is None
    assert [found.busy for found in parts(root)] == [True]
    assert remove_old_parts(root, DAY) == 0
    handle.close()
    assert remove_old_parts(root, DAY) > 0


def test_snapshots_stay(root: Path, repo: Repo, part: Path) -> None:
    put(repo, COMMIT, FILES)
    seal(repo, COMMIT, FILES)
    age(part, 2 * DAY)
    remove_old_parts(root, DAY)
    assert (repo.snapshots / COMMIT / "weights.bin").exists()
    assert list(repo.own.glob("*.json"))


def test_the_cache_does_not_mind(root: Path, repo: Repo, part: Path) -> None:
    seal(repo, COMMIT, FILES, completed_at=None)
    cache = scan_cache_dir(root)
    assert cache.warnings == []
    assert not cache.incomplete_files


def test_lock_of_a_file_that_lost_its_name(repo: Repo, part: Path) -> None:
    held = try_lock(part, create=True)
    assert held is not None
    part.rename(whole_path(repo, BLOB))
    held.close()
    again = try_lock(part, create=True)
    assert again is not None
    assert os.fstat(again.handle).st_size == 0
    again.close()
