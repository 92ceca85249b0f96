"""What Labpool itself completed: the manifest of a snapshot, written last."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from pydantic import Field, ValidationError

from labpool.wire._base import Record, Timestamp
from labpool.wire.catalog import CatalogEntry

from . import durable
from .layout import Repo, RepoType, repo_of

PLAN = ".plan.json"


class ManifestFile(Record):
    """One file of a snapshot.

    Attributes:
        path: Within the repository, with forward slashes.
        size: Bytes.
        blob: Name of its blob: the SHA-256 of the bytes (64 digits) or their git hash (40).
    """

    path: str
    size: int = Field(ge=0)
    blob: str


class Manifest(Record):
    """A snapshot, or the part of one that an entry asks for.

    Attributes:
        revision: What the entry asked for.
        commit: What that is: 40 hexadecimal digits.
        allow_patterns: Which files were asked for, sorted; empty for all.
        catalog_id: The entry it was first fetched for.
        completed_at: When the last byte was checked; None in a plan.
    """

    version: int = 1
    repo_type: RepoType
    repo_id: str
    revision: str
    commit: str
    allow_patterns: list[str] = Field(default_factory=list)
    catalog_id: str
    files: list[ManifestFile]
    completed_at: Timestamp | None = None

    def repo(self, root: Path) -> Repo:
        """Return the repository it belongs to."""
        return Repo(root, self.repo_type, self.repo_id)

    def size_bytes(self) -> int:
        """Return the bytes of its blobs; two files may share one."""
        return sum({file.blob: file.size for file in self.files}.values())

    def stem(self) -> str:
        """Return its file's name without the ending: other patterns have another file."""
        asked = json.dumps([self.revision, self.allow_patterns])
        return f"{self.commit}-{hashlib.sha256(asked.encode()).hexdigest()[:12]}"


def revision_of(entry: CatalogEntry) -> str:
    """Return the revision that an entry asks for."""
    return entry.revision or "main"


def patterns_of(entry: CatalogEntry) -> list[str]:
    """Return which files an entry asks for, sorted, each once."""
    return sorted(set(entry.allow_patterns))


def write(root: Path, manifest: Manifest) -> None:
    """Write a manifest, or a plan when it is not completed; a manifest ends its plan."""
    own = manifest.repo(root).own
    done = manifest.completed_at is not None
    ending = ".json" if done else PLAN
    own.mkdir(parents=True, exist_ok=True)
    text = manifest.model_dump_json(indent=1)
    durable.write(own / f"{manifest.stem()}{ending}", text, own, lasting=done)
    if done:
        (own / f"{manifest.stem()}{PLAN}").unlink(missing_ok=True)


def manifests(repo: Repo) -> list[Manifest]:
    """Return the manifests of a repository; what cannot be read is none."""
    return _read(repo, (p for p in _listed(repo.own) if not p.name.endswith(PLAN)))


def plans(repo: Repo) -> list[Manifest]:
    """Return what is being fetched for a repository, or was when its process ended."""
    return _read(repo, (p for p in _listed(repo.own) if p.name.endswith(PLAN)))


def forget(repo: Repo, commit: str) -> None:
    """Remove all manifests of a commit."""
    for path in _listed(repo.own):
        if path.name.startswith(f"{commit}-") and not path.name.endswith(PLAN):
            path.unlink(missing_ok=True)
    if repo.own.is_dir():
        durable.sync(repo.own)


def forget_plans(repo: Repo, oldest: float) -> None:
    """Remove plans and drafts of a repository that were made before a time.

    Args:
        oldest: Seconds of the epoch.
    """
    for path in _listed(repo.own, (PLAN, durable.DRAFT)):
        with suppress(OSError):
            if path.stat().st_mtime <= oldest:
                path.unlink()


def is_whole(root: Path, manifest: Manifest) -> bool:
    """Whether every link of a completed snapshot leads to a blob of the right size."""
    repo = manifest.repo(root)
    snapshot = repo.snapshots / manifest.commit
    try:
        return manifest.completed_at is not None and all(
            (snapshot / file.path).stat().st_size == file.size for file in manifest.files
        )
    except (OSError, ValueError):
        return False


def ready(root: Path, entry: CatalogEntry) -> Manifest | None:
    """Return the manifest of an entry whose files are all here, else None.

    Sizes are looked at, bytes are not: cheap. What another program fetched has no manifest
    until the download job has checked it.

    Args:
        root: Folder of the cache.
    """
    if entry.repo_id is None:
        return None
    for manifest in manifests(repo_of(root, entry)):
        same = manifest.revision == revision_of(entry)
        if same and manifest.allow_patterns == patterns_of(entry) and is_whole(root, manifest):
            return manifest
    return None


def _listed(folder: Path, endings: tuple[str, ...] = (".json",)) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.name.endswith(endings))
    except OSError:
        return []


def _read(repo: Repo, paths: Iterable[Path]) -> list[Manifest]:
    found = []
    for path in paths:
        try:
            manifest = Manifest.model_validate_json(path.read_bytes())
        except (OSError, ValidationError):
            continue
        if (manifest.repo_type, manifest.repo_id) == (repo.repo_type, repo.repo_id):
            found.append(manifest)
    return found
