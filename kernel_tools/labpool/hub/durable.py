"""Files that are on disk when the call returns, and locks that end with their process.

No ``filelock``: where flock is missing it falls back to a file whose existence is the lock, which
outlives a killed process.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file; waits for whoever has it.

    Args:
        path: Made when it is not there, and left there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
