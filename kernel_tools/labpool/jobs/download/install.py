"""Shows a snapshot: all of it, in one move, and only when every hash was right."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from labpool.hub import durable, manifest, partfiles
from labpool.hub.layout import COMMIT, Repo, stays_inside
from labpool.hub.manifest import Manifest

from . import copies


def install(root: Path, done: Manifest, *, links: bool = True) -> bool:
    """Move the checked files into the cache and write the manifest.

    Args:
        root: Folder of the cache.
        done: What is complete.
        links: Whether the disk has symbolic links.

    Returns:
        False where a file is gone meanwhile: somebody deleted it, so it has to be fetched.

    Raises:
        OSError: The disk does not take it.
    """
    repo = done.repo(root)
    with durable.locked(repo.own / "lock"):
        if links:
            if not _move_blobs(repo, done):
                return False
            _show(repo, done)
        elif not copies.show(repo, done):
            return False
        _name(repo, done)
        manifest.write(root, done)
    return True


def _move_blobs(repo: Repo, done: Manifest) -> bool:
    repo.blobs.mkdir(parents=True, exist_ok=True)
    for file in done.files:
        blob = repo.blobs / file.blob
        try:
            partfiles.whole_path(repo, file.blob).replace(blob)
        except FileNotFoundError:
            plain = repo.snapshots / done.commit / file.path  # of a cache that was without links
            if not any(copies.has_size(path, file.size) for path in (blob, plain)):
                return False
    durable.sync(repo.blobs)
    return True


def _show(repo: Repo, done: Manifest) -> None:
    """Make the snapshot's folder, or complete one that another program began."""
    target, draft = repo.snapshots / done.commit, repo.own / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    if target.is_dir():
        for file in done.files:
            link = target / file.path
            if not (repo.blobs / file.blob).exists():
                continue  # the file is the bytes
            text = _link_text(file.path, file.blob)
            if not link.is_symlink() or str(link.readlink()) != text:
                draft.mkdir(exist_ok=True)
                link.parent.mkdir(parents=True, exist_ok=True)
                (draft / "link").symlink_to(text)
                (draft / "link").replace(link)
        shutil.rmtree(draft, ignore_errors=True)
    else:
        for file in done.files:
            link = draft / file.path
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(_link_text(file.path, file.blob))
        repo.snapshots.mkdir(parents=True, exist_ok=True)
        draft.replace(target)
    for folder, _, _ in os.walk(target):
        durable.sync(Path(folder))
    durable.sync(repo.snapshots)


def _link_text(path: str, blob: str) -> str:
    return "/".join([".."] * (2 + path.count("/")) + ["blobs", blob])


def _name(repo: Repo, done: Manifest) -> None:
    """Let a name stand for the commit.

    A revision that is a name is that name. For a pinned commit it is ``main``, unless that
    stands for another commit that is here: without it ``from_pretrained(repo_id)`` finds
    nothing when there is no network. The next look-up with a network corrects it.
    """
    if not COMMIT.fullmatch(done.revision):
        if stays_inside(done.revision):
            _write_ref(repo, done.revision, done.commit)
        return
    main = repo.refs / "main"
    try:
        there = (repo.snapshots / main.read_text(encoding="utf-8").strip()).is_dir()
    except (OSError, ValueError):
        there = False
    if not there:
        _write_ref(repo, "main", done.commit)


def _write_ref(repo: Repo, name: str, commit: str) -> None:
    path = repo.refs / name
    if not path.is_file() or path.read_text(encoding="utf-8") != commit:
        durable.write(path, commit, repo.own)
