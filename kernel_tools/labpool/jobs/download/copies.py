"""Shows a snapshot on a disk without symbolic links: its files are the bytes themselves.

So has it the Hub's own library there. The checked files are moved into a folder beside the
snapshots, which takes its place in one move; what an attempt moved before it died stays there for
the next one. Only what has a second name, or is in another revision, too, is copied.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from labpool.hub import durable, manifest, partfiles
from labpool.hub.layout import Repo
from labpool.hub.manifest import Manifest, ManifestFile


def show(repo: Repo, done: Manifest) -> bool:
    """Make the snapshot's folder, or complete one that is there.

    Returns:
        False where a file is gone meanwhile, so that it has to be fetched.

    Raises:
        OSError: The disk does not take it.
    """
    target, draft = repo.snapshots / done.commit, repo.copies / done.commit
    into = target if target.is_dir() else draft
    placed: dict[str, Path] = {}
    for file in done.files:
        path = into / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        if not _place(repo, done, file, path, placed.get(file.blob)):
            return False
        placed[file.blob] = path
    for folder, _, _ in os.walk(into):
        durable.sync(Path(folder))
    if into is draft:
        repo.snapshots.mkdir(parents=True, exist_ok=True)
        draft.replace(target)
    durable.sync(repo.snapshots)
    shutil.rmtree(repo.copies, ignore_errors=True)
    return True


def _place(repo: Repo, done: Manifest, file: ManifestFile, path: Path, twin: Path | None) -> bool:
    whole = partfiles.whole_path(repo, file.blob)
    if whole.exists():
        whole.replace(path)
        return True
    if has_size(path, file.size) and twin is None:
        return True
    places = [twin] if twin else _elsewhere(repo, done, file)
    source = next((each for each in places if has_size(each, file.size)), None)
    if source is None:
        return False
    durable.copy(source, path, repo.own)
    return True


def _elsewhere(repo: Repo, done: Manifest, file: ManifestFile) -> Iterator[Path]:
    """Yield where checked bytes of a file may be, besides its own place."""
    yield repo.copies / done.commit / file.path
    yield repo.blobs / file.blob
    for one in manifest.manifests(repo):
        for other in one.files:
            if other.blob == file.blob:
                yield repo.snapshots / one.commit / other.path


def has_size(path: Path, size: int) -> bool:
    """Whether a file is there and has so many bytes."""
    try:
        return path.stat().st_size == size
    except OSError:
        return False
