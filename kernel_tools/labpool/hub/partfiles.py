"""Files on their way: bytes of a blob so far, locked by whoever fetches them.

A part is locked by itself, so the lock ends with its process (see ``locks``). Whoever
gets the lock compares the file it has open with the one that now has the name: a part is
renamed when it is whole, and removed when it is old.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from . import locks, manifest
from .layout import BLOB, Repo, RepoType, repos

PART = ".part"
WHOLE = ".whole"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A file of an unfinished download.

    Attributes:
        file: Its path in the repository, where known.
        blob: Hash of the whole file.
        size_bytes: Bytes fetched so far.
        disk_bytes: Bytes that it takes on disk; more, where space is held for the rest.
        total_bytes: Bytes of the whole file, where known.
        modified: When the last byte came.
        busy: Whether somebody fetches it now.
    """

    path: Path
    repo_type: RepoType
    repo_id: str
    file: str | None
    blob: str
    size_bytes: int
    disk_bytes: int
    total_bytes: int | None
    modified: datetime
    busy: bool


def part_path(repo: Repo, blob: str) -> Path:
    """Return where the bytes of a blob gather."""
    return repo.parts / f"{blob}{PART}"


def whole_path(repo: Repo, blob: str) -> Path:
    """Return where a blob waits, checked, for the rest of its snapshot."""
    return repo.parts / f"{blob}{WHOLE}"


def try_lock(path: Path, *, create: bool) -> locks.Held | None:
    """Open a part and lock it.

    Args:
        create: Make it, and its folder, when it is not there.

    Returns:
        What is held, to be closed; None when another has it.

    Raises:
        FileNotFoundError: It is not there, and ``create`` is false.
        NoLocks: Nothing can be locked here.
    """
    if create:
        path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | (os.O_CREAT if create else 0) | os.O_CLOEXEC, 0o666)
    try:
        held = locks.hold(handle, path)
    except BaseException:
        os.close(handle)
        raise
    if held is None:
        os.close(handle)
    elif not _is_at(handle, path):
        held.close()
        return None
    return held


def _is_at(handle: int, path: Path) -> bool:
    """Whether an open file is still the one with that name."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def disk_bytes(state: os.stat_result) -> int:
    """Return the bytes that a file takes on disk."""
    return state.st_blocks * 512


def parts(root: Path) -> list[Part]:
    """Return the files of all unfinished downloads in a cache."""
    return [part for repo in repos(root) for part in _parts_of(repo)]


def _parts_of(repo: Repo) -> Iterator[Part]:
    known = {f.blob: f for plan in manifest.plans(repo) for f in plan.files}
    for path in _files(repo):
        try:
            state = path.stat()
            busy = not _free(path)
        except OSError:
            continue
        file = known.get(path.stem)
        yield Part(
            path=path,
            repo_type=repo.repo_type,
            repo_id=repo.repo_id,
            file=file.path if file else None,
            blob=path.stem,
            size_bytes=state.st_size,
            disk_bytes=disk_bytes(state),
            total_bytes=file.size if file else None,
            modified=datetime.fromtimestamp(state.st_mtime, UTC),
            busy=busy,
        )


def _files(repo: Repo) -> list[Path]:
    try:
        found = sorted(repo.parts.iterdir())
    except OSError:
        return []
    return [p for p in found if p.suffix in {PART, WHOLE} and BLOB.fullmatch(p.stem)]


def _free(path: Path) -> bool:
    with _locked(path) as got:
        return got


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Hold a part's lock if nobody else does; yields whether it is held."""
    held = try_lock(path, create=False)
    try:
        yield held is not None
    finally:
        if held is not None:
            held.close()


def remove_old_parts(root: Path, max_age_s: float) -> int:
    """Remove parts that got no byte for a time, and finish deletions that were cut short.

    Args:
        root: Folder of the cache.
        max_age_s: Seconds since the last byte. What somebody fetches now stays at any age.

    Returns:
        Bytes of disk that this freed.
    """
    from .removal import finish_deletions, tidy

    oldest = datetime.now(UTC).timestamp() - max_age_s
    freed = 0
    for repo in repos(root):
        freed += finish_deletions(repo)
        for path in _files(repo):
            with suppress(OSError):
                freed += _remove_if_old(path, oldest)
        freed += _remove_old_copies(repo, oldest)
        if not _files(repo):
            manifest.forget_plans(repo, oldest)
        tidy(repo)
    return freed


def _remove_old_copies(repo: Repo, oldest: float) -> int:
    """Remove what an attempt without links left before its snapshot was shown."""
    found = [path for path in repo.copies.rglob("*") if path.is_file()]
    states = [path.stat() for path in found]
    if not states or max(state.st_ctime for state in states) > oldest:
        return 0
    shutil.rmtree(repo.copies, ignore_errors=True)
    return sum(disk_bytes(state) for state in states)


def _remove_if_old(path: Path, oldest: float) -> int:
    with _locked(path) as got:
        state = path.stat()
        if not got or state.st_mtime > oldest:
            return 0
        path.unlink()
        return disk_bytes(state)
