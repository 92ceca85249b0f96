"""Files that are on disk when the call returns, and locks that end with their process.

No ``filelock``: where flock is missing it falls back to a file whose existence is the lock, which
outlives a killed process.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import locks

LOCK_PAUSE_S = 0.05
"""Pause between two looks at what stands in for a lock."""

DRAFT = ".draft"


def sync(path: Path) -> None:
    """Bring a file, or a folder's names, to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write(path: Path, text: str, drafts: Path, *, lasting: bool = True) -> None:
    """Write a file so that a reader sees the old one or the new one, never a part.

    Args:
        drafts: Folder of the same file system where a kill may leave half of it.
        lasting: Whether it has to be on disk when the call returns.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = drafts / f"{path.name}.{secrets.token_hex(4)}{DRAFT}"
    try:
        draft.write_text(text, encoding="utf-8")
        if lasting:
            sync(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    if lasting:
        sync(path.parent)


def copy(source: Path, path: Path, drafts: Path) -> None:
    """Copy a file so that a reader sees all of it or nothing; it is on disk then.

    Args:
        drafts: Folder of the same file system where a kill may leave half of it.
    """
    draft = drafts / f"{secrets.token_hex(8)}{DRAFT}"
    try:
        shutil.copyfile(source, draft)
        sync(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file; waits for whoever has it.

    Args:
        path: Made when it is not there, and left there. Where its disk has no locks, only this
            machine respects what is held.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        held = _waited_for(handle, path)
    except BaseException:
        os.close(handle)
        raise
    try:
        yield
    finally:
        held.close()


def _waited_for(handle: int, path: Path) -> locks.Held:
    try:
        locks.lock(handle, path, wait=True)
        return locks.Held(handle)
    except locks.NoLocks:
        while (held := locks.hold(handle, path)) is None:
            time.sleep(LOCK_PAUSE_S)
        return held
