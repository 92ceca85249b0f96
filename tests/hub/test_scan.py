"""What is in a cache is told as it is, however odd it is."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

from labpool.hub import Repo, scan

from .conftest import COMMIT, OTHER, blob_name, put, seal

FILES = {"config.json": b"{}", "weights.bin": b"12345", "copy.bin": b"12345"}


def test_ours(root: Path, repo: Repo) -> None:
    snapshot = put(repo, COMMIT, FILES)
    seal(repo, COMMIT, FILES)
    [found] = scan(root)
    assert (found.repo_type, found.repo_id, found.revision) == ("model", "org/tiny", COMMIT)
    assert (found.path, found.size_bytes, found.catalog_id) == (snapshot, 7, "tiny")
    assert (found.ours, found.whole) == (True, True)
    assert found.modified.tzinfo is not None


def test_ours_and_harmed(root: Path, repo: Repo) -> None:
    put(repo, COMMIT, FILES)
    seal(repo, COMMIT, FILES)
    (repo.blobs / blob_name(b"{}")).unlink()
    [found] = scan(root)
    assert (found.ours, found.whole, found.size_bytes) == (True, False, 5)


def test_not_ours(root: Path, repo: Repo) -> None:
    put(repo, COMMIT, FILES)
    put(Repo(root, "dataset", "rows"), OTHER, {"a.csv": b"1"}, ref=None)
    found = scan(root)
    assert [(f.repo_type, f.repo_id) for f in found] == [("dataset", "rows"), ("model", "org/tiny")]
    assert {(f.ours, f.whole, f.catalog_id) for f in found} == {(False, True, None)}


def test_not_ours_and_half_fetched(root: Path, repo: Repo) -> None:
    put(repo, COMMIT, FILES)
    (repo.blobs / "abc.12345678.incomplete").write_bytes(b"1")
    assert [f.whole for f in scan(root)] == [False]


def test_an_orphan_of_what_is_whole_by_now(root: Path, repo: Repo) -> None:
    put(repo, COMMIT, FILES)
    (repo.blobs / f"{blob_name(b'12345')}.12345678.incomplete").write_bytes(b"1")
    assert [f.whole for f in scan(root)] == [True]


def test_revisions_that_share_blobs(root: Path, repo: Repo) -> None:
    put(repo, COMMIT, FILES)
    put(repo, OTHER, {"weights.bin": b"12345"}, ref=None)
    assert [f.size_bytes for f in scan(root)] == [7, 5]


def test_odd_things(root: Path, repo: Repo) -> None:
    snapshot = put(repo, COMMIT, FILES)
    (snapshot / "plain.txt").write_bytes(b"no link")
    (snapshot / "far").symlink_to("/etc/hostname")
    (snapshot / "circle").symlink_to("circle")
    (snapshot / ".DS_Store").write_bytes(b"mac")
    (repo.snapshots / "file").write_text("no folder")
    (repo.snapshots / "empty").mkdir()
    (root / "models--x--y").mkdir()
    (root / "models--a--b" / "snapshots").mkdir(parents=True)
    (root / "models--c").write_text("no folder")
    (root / "junk").symlink_to("nowhere")
    (root / "datasets--d").symlink_to("nowhere")
    assert {f.revision: f.whole for f in scan(root)} == {COMMIT: False, "empty": False}


def test_no_cache(root: Path) -> None:
    assert scan(root) == []
    root.mkdir()
    assert scan(root) == []
    (root / "file").write_text("")
    assert scan(root / "file") == []


def test_while_somebody_deletes(root: Path) -> None:
    repos = [Repo(root, "model", f"org/m{n}") for n in range(20)]
    for repo in repos:
        put(repo, COMMIT, {f"{n}.bin": bytes([n]) for n in range(20)})

    def remove() -> None:
        for repo in repos:
            shutil.rmtree(repo.folder)

    remover = threading.Thread(target=remove)
    remover.start()
    while remover.is_alive():
        scan(root)
    remover.join()
    assert scan(root) == []
