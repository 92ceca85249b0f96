"""Caches made by hand."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labpool.hub import Manifest, ManifestFile, Repo, manifest
from labpool.wire.catalog import CatalogEntry

COMMIT, OTHER = "a" * 40, "b" * 40


def blob_name(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def put(repo: Repo, commit: str, files: dict[str, bytes], *, ref: str | None = "main") -> Path:
    """Put a snapshot into a cache as the Hub's library does."""
    snapshot = repo.snapshots / commit
    repo.blobs.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (repo.blobs / blob_name(data)).write_bytes(data)
        link = snapshot / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to("../" * (2 + name.count("/")) + f"blobs/{blob_name(data)}")
    if ref:
        repo.refs.mkdir(exist_ok=True)
        (repo.refs / ref).write_text(commit)
    return snapshot


def seal(repo: Repo, commit: str, files: dict[str, bytes], **values: object) -> Manifest:
    """Write the manifest of a snapshot, as the download does at its end."""
    done = Manifest.model_validate(
        {
            "repo_type": repo.repo_type,
            "repo_id": repo.repo_id,
            "revision": commit,
            "commit": commit,
            "catalog_id": "tiny",
            "files": [
                ManifestFile(path=name, size=len(data), blob=blob_name(data))
                for name, data in files.items()
            ],
            "completed_at": datetime.now(UTC).replace(microsecond=0),
            **values,
        }
    )
    manifest.write(repo.root, done)
    return done


def entry(**values: object) -> CatalogEntry:
    return CatalogEntry.model_validate(
        {
            "id": "tiny",
            "kind": "model",
            "repo_id": "org/tiny",
            "revision": COMMIT,
            "license": "mit",
            "size_bytes": 1,
            "title": {"en": "Tiny"},
            **values,
        }
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "hub"


@pytest.fixture
def repo(root: Path) -> Repo:
    return Repo(root, "model", "org/tiny")
