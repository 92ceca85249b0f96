"""Reads what is here, byte by byte: a disk may change what was right when it came."""

from __future__ import annotations

import errno
from pathlib import Path

from labpool.hub.layout import Repo
from labpool.hub.manifest import ManifestFile

from .brake import Brake
from .hashes import feed, hasher_of
from .tally import Tally

_LOST = {errno.EIO, errno.ENOENT}
"""What the system says of bytes that cannot be had any more."""


def is_right(repo: Repo, commit: str, file: ManifestFile, tally: Tally, brake: Brake) -> bool:
    """Whether a file of a snapshot has the bytes that its name in the cache stands for.

    Args:
        tally: Told what is read.
        brake: Ends it.
    """
    tally.doing[file.path] = f"{file.path} (checking)"
    hasher = hasher_of(file)
    try:
        with (repo.snapshots / commit / file.path).open("rb") as source:
            feed(source.fileno(), hasher, brake.check)
    except OSError as error:
        if error.errno not in _LOST:
            raise
        return False
    finally:
        tally.doing.pop(file.path, None)
    tally.here[file.blob] = file.size
    return hasher.hexdigest() == file.blob


def remove(repo: Repo, commit: str, file: ManifestFile) -> None:
    """Take wrong bytes away: the blob of a link, or the file itself."""
    path: Path = repo.snapshots / commit / file.path
    (repo.blobs / file.blob).unlink(missing_ok=True)
    if not path.is_symlink():
        path.unlink(missing_ok=True)
