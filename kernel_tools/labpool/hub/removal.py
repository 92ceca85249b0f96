"""Deletes a snapshot so that a crash in between leaves nothing that looks whole.

First the manifest goes, then the names that stood for the commit, then the snapshot leaves its
place in one move; only then the bytes that nothing else refers to. A deletion that was cut
short is finished by the next one, and by ``remove_old_parts``.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from . import durable, manifest
from .layout import Repo, RepoType
from .links import leaves, revisions


def delete(root: Path, repo_type: RepoType, repo_id: str, revision: str) -> int:
    """Remove a revision, whoever fetched it.

    Args:
        root: Folder of the cache.
        revision: The commit, as ``scan`` names it.

    Returns:
        Bytes of disk that this freed: blobs that another revision uses stay.

    Raises:
        ValueError: The revision is no name of a folder.
    """
    repo = Repo(root, repo_type, repo_id)
    if revision in {"", ".", ".."} or "/" in revision or "\0" in revision:
        raise ValueError(f"{revision!r} is no commit")
    if not repo.folder.is_dir():
        return 0
    with durable.locked(repo.own / "lock"):
        manifest.forget(repo, revision)
        _forget_notes(repo, revision)
        snapshot, trash = repo.snapshots / revision, _trash(repo) / revision
        if snapshot.is_dir():
            shutil.rmtree(trash, ignore_errors=True)
            trash.parent.mkdir(parents=True, exist_ok=True)
            snapshot.rename(trash)
        freed = _finish(repo)
    tidy(repo)
    return freed


def finish_deletions(repo: Repo) -> int:
    """Finish what an earlier deletion left, and return the bytes that this freed."""
    if not _trash(repo).is_dir():
        return 0
    with durable.locked(repo.own / "lock"):
        return _finish(repo)


def tidy(repo: Repo) -> None:
    """Remove the folder of a repository of which nothing is left but Labpool's empty folders."""
    with suppress(OSError):
        if not repo.own.is_dir() or _holds_anything(repo):
            return
        with durable.locked(repo.own / "lock"):
            if not _holds_anything(repo):
                shutil.rmtree(repo.folder)


def _holds_anything(repo: Repo) -> bool:
    lock = repo.own / "lock"
    return any(not path.is_dir() and path != lock for path in repo.folder.rglob("*"))


def _trash(repo: Repo) -> Path:
    return repo.own / "deleted"


def _forget_notes(repo: Repo, commit: str) -> None:
    """Remove what is noted of a commit; a name that leads nowhere makes a cache corrupt."""
    (repo.folder / "trees" / f"{commit}.json").unlink(missing_ok=True)
    shutil.rmtree(repo.folder / ".no_exist" / commit, ignore_errors=True)
    for path in sorted(repo.refs.rglob("*")):
        with suppress(OSError, UnicodeDecodeError):
            if path.is_file() and path.read_text(encoding="utf-8").strip() == commit:
                path.unlink()


def _finish(repo: Repo) -> int:
    """Remove the blobs that only deleted snapshots refer to, then those snapshots."""
    kept = {leaf.blob for folder in revisions(repo) for leaf in leaves(folder, repo)}
    freed = 0
    gone: set[str] = set()
    for leaf in leaves(_trash(repo), repo):
        if leaf.blob is None:
            if leaf.target == leaf.path:
                freed += _freed_by(leaf.path)
        elif leaf.blob not in kept | gone:
            gone.add(leaf.blob)
            freed += _unlink(leaf.target)
    shutil.rmtree(_trash(repo), ignore_errors=True)
    return freed


def _unlink(path: Path) -> int:
    """Remove a file and return the bytes that this freed."""
    freed = _freed_by(path)
    path.unlink(missing_ok=True)
    return freed


def _freed_by(path: Path) -> int:
    """Return the bytes that removing a name frees.

    None where it is a link into the store that Hugging Face shares between repositories (that
    store cleans up by itself), or where the file has other names.
    """
    try:
        state = os.lstat(path)
    except FileNotFoundError:
        return 0
    return state.st_size if path.is_file() and not path.is_symlink() and state.st_nlink == 1 else 0
