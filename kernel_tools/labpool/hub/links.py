"""What the files of a snapshot lead to, and whether a disk has links at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .layout import Repo

_IGNORED = {".DS_Store", "Thumbs.db", "desktop.ini"}


_NO_LINKS = {errno.EPERM, errno.EACCES, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}


def can_link(repo: Repo) -> bool:
    """Whether the disk of a repository has symbolic links, by making one.

    Raises:
        OSError: The folder cannot be written.
    """
    repo.own.mkdir(parents=True, exist_ok=True)
    probe = repo.own / f"{secrets.token_hex(4)}.probe"
    try:
        probe.symlink_to("nowhere")
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return False
    probe.unlink()
    return True


@dataclass(frozen=True)
class Leaf:
    """One file of a snapshot.

    Attributes:
        blob: Name of its blob in the repository; None where it is a file by itself.
        target: Where its bytes are: the blob, or the file.
    """

    path: Path
    blob: str | None
    target: Path


def leaves(snapshot: Path, repo: Repo) -> Iterator[Leaf]:
    """Yield the files of a snapshot; what goes away meanwhile is left out.

    Args:
        snapshot: A revision's folder; it may have been moved, then its links still count.
    """
    for folder, _, names in os.walk(snapshot):
        for name in names:
            if name not in _IGNORED:
                path = Path(folder, name)
                try:
                    link = str(path.readlink())
                except FileNotFoundError:
                    continue
                except OSError:  # no link
                    yield Leaf(path, None, path)
                    continue
                parent, _, blob = link.rpartition("/")
                if parent.endswith("blobs"):
                    yield Leaf(path, blob, repo.blobs / blob)
                else:
                    yield Leaf(path, None, Path(folder, link))


def revisions(repo: Repo) -> list[Path]:
    """Return the folders of all revisions of a repository that are here."""
    try:
        return sorted(path for path in repo.snapshots.iterdir() if path.is_dir())
    except OSError:
        return []
