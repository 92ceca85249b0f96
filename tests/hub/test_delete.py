"""Deleting frees what nothing else uses, says how much, and is never half done."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub import scan_cache_dir

from labpool.hub import Repo, delete, ready, remove_old_parts, scan
from labpool.hub import removal as removal_module

from .conftest import COMMIT, OTHER, blob_name, entry, put, seal

FILES = {"config.json": b"{}", "sub/weights.bin": b"12345", "copy.bin": b"12345"}


def test_all_of_it(root: Path, repo: Repo) -> None:
    put(repo, COMMIT, FILES)
    seal(repo, COMMIT, FILES)
    (repo.folder / "trees").mkdir()
    (repo.folder / "trees" / f"{COMMIT}.json").write_text("{}")
    assert delete(root, "model", "org/tiny", COMMIT) == 7
    assert scan(root) == []
    assert ready(root, entry()) is None
    assert not repo.folder.exists()


def test_what_another_revision_uses_stays(root: Path, repo: Repo) -> None:
    put(repo, COMMIT, FILES)
    seal(repo, COMMIT, FILES)
    put(repo, OTHER, {"weights.bin": b"12345"}, ref="old")
    assert delete(root, "model", "org/tiny", COMMIT) == 2
    assert [f.revision for f in scan(root)] == [OTHER]
    cache = scan_cache_dir(root)
    assert cache.warnings == []
    assert cache.size_on_disk == 5
    assert not (repo.refs / "main").exists()
    assert (repo.refs / "old").read_text() == OTHER


def test_not_ours(root: Path, repo: Repo) -> None:
    snapshot = put(repo, COMMIT, FILES)
    (snapshot / "plain.txt").write_bytes(b"123")
    (snapshot / "far").symlink_to("/etc/hostname")
    assert delete(root, "model", "org/tiny", COMMIT) == 10
    assert Path("/etc/hostname").exists()


def test_blob_in_a_shared_store(root: Path, repo: Repo) -> None:
    put(repo, COMMIT, FILES)
    store = root / "blobs" / "ab"
    store.mkdir(parents=True)
    blob = repo.blobs / blob_name(b"12345")
    blob.replace(store / "payload")
    blob.symlink_to("../../blobs/ab/payload")
    assert scan(root)[0].size_bytes == 7
    assert delete(root, "model", "org/tiny", COMMIT) == 2
    assert (store / "payload").exists()


@pytest.mark.parametrize("revision", ["", ".", "..", "../refs", "a/b"])
def test_no_revision(root: Path, repo: Repo, revision: str) -> None:
    put(repo, COMMIT, FILES)
    with pytest.raises(ValueError, match="no commit"):
        delete(root, "model", "org/tiny", revision)


def test_nothing_there(root: Path, repo: Repo) -> None:
    assert delete(root, "model", "org/tiny", COMMIT) == 0
    assert not root.exists()
    put(repo, OTHER, FILES)
    assert delete(root, "model", "org/tiny", COMMIT) == 0
    assert [f.revision for f in scan(root)] == [OTHER]


def test_parts_of_a_running_download_stay(root: Path, repo: Repo) -> None:
    put(repo, COMMIT, FILES)
    repo.parts.mkdir(parents=True)
    part = repo.parts / f"{'c' * 64}.part"
    part.write_bytes(b"123")
    delete(root, "model", "org/tiny", COMMIT)
    assert part.exists()
    assert scan_cache_dir(root).warnings == []


@pytest.mark.parametrize("later", ["delete", "remove_old_parts"])
def test_cut_short(root: Path, repo: Repo, monkeypatch: pytest.MonkeyPatch, later: str) -> None:
    """The process ends when the snapshot has left its place: the bytes go the next time."""
    put(repo, COMMIT, FILES)
    seal(repo, COMMIT, FILES)

    def die(_: Repo) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(removal_module, "_finish", die)
        with pytest.raises(KeyboardInterrupt):
            delete(root, "model", "org/tiny", COMMIT)
    assert scan(root) == []
    assert ready(root, entry()) is None
    assert len(list(repo.blobs.iterdir())) == 2
    if later == "delete":
        assert delete(root, "model", "org/tiny", COMMIT) == 7
    else:
        assert remove_old_parts(root, 3600) == 7
    assert not repo.folder.exists()
