"""The two hashes that name a blob on the Hub."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import Protocol

from labpool.hub.manifest import ManifestFile

PIECE = 1 << 20


class Hasher(Protocol):
    """What takes bytes and says their hash."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes."""

    def hexdigest(self) -> str:
        """Return the hash of all of them."""


def hasher_of(file: ManifestFile) -> Hasher:
    """Return what makes the hash that names a file's blob.

    That is the SHA-256 of what lies in the Hub's large file storage, and git's own hash of
    everything else: SHA-1 of a header with the size, and the bytes.
    """
    if len(file.blob) == 64:
        return hashlib.sha256()
    return hashlib.sha1(b"blob %d\0" % file.size, usedforsecurity=False)


def feed(handle: int, hasher: Hasher, check: Callable[[], None]) -> int:
    """Hash an open file from its start.

    Args:
        check: Called for each MiB; what it raises ends this.

    Returns:
        Bytes read.
    """
    offset = 0
    while piece := os.pread(handle, PIECE, offset):
        check()
        hasher.update(piece)
        offset += len(piece)
    return offset
