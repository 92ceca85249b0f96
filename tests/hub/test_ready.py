"""A snapshot is ready when Labpool completed it and nothing of it is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from labpool.hub import Repo, manifest, ready

from .conftest import COMMIT, OTHER, blob_name, entry, put, seal

FILES = {"config.json": b"{}", "sub/weights.bin": b"12345"}


def test_whole(root: Path, repo: Repo) -> None:
    put(repo, COMMIT, FILES)
    done = seal(repo, COMMIT, FILES)
    assert ready(root, entry()) == done
    assert done.size_bytes() == 7


@pytest.mark.parametrize(
    "other",
    [
        {"revision": OTHER},
        {"repo_id": "org/other"},
        {"kind": "dataset"},
        {"allow_patterns": ["*.json"]},
        {"repo_id": None},
    ],
)
def test_of_something_else(root: Path, repo: Repo, other: dict[str, object]) -> None:
    put(repo, COMMIT, FILES)
    seal(repo, COMMIT, FILES)
    assert ready(root, entry(**other)) is None


def test_without_a_manifest(root: Path, repo: Repo) -> None:
    put(repo, COMMIT, FILES)
    assert ready(root, entry()) is None


def test_a_plan_is_none(root: Path, repo: Repo) -> None:
    put(repo, COMMIT, FILES)
    seal(repo, COMMIT, FILES, completed_at=None)
    assert ready(root, entry()) is None
    seal(repo, COMMIT, FILES)
    assert ready(root, entry()) is not None
    assert manifest.plans(repo) == []


@pytest.mark.parametrize("harm", ["no link", "no blob", "short blob", "junk in manifest", "half"])
def test_harmed(root: Path, repo: Repo, harm: str) -> None:
    snapshot = put(repo, COMMIT, FILES)
    seal(repo, COMMIT, FILES)
    [path] = repo.own.glob("*.json")
    blob = repo.blobs / blob_name(b"12345")
    match harm:
        case "no link":
            (snapshot / "config.json").unlink()
        case "no blob":
            blob.unlink()
        case "short blob":
            blob.write_bytes(b"1234")
        case "junk in manifest":
            path.write_text("[1, 2")
        case _:
            path.write_bytes(path.read_bytes()[:50])
    assert ready(root, entry()) is None


def test_order_of_patterns_does_not_matter(root: Path, repo: Repo) -> None:
    put(repo, COMMIT, FILES)
    seal(repo, COMMIT, FILES, allow_patterns=["*.bin", "*.json"])
    assert ready(root, entry(allow_patterns=["*.json", "*.bin", "*.bin"])) is not None


def test_two_choices_of_files_side_by_side(root: Path, repo: Repo) -> None:
    put(repo, COMMIT, FILES)
    seal(repo, COMMIT, FILES)
    seal(repo, COMMIT, {"config.json": b"{}"}, allow_patterns=["*.json"])
    assert ready(root, entry()) is not None
    assert ready(root, entry(allow_patterns=["*.json"])) is not None


def test_no_cache_at_all(root: Path) -> None:
    assert ready(root, entry()) is None
