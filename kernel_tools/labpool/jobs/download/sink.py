"""The bytes of one blob so far: on disk, hashed as they come."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from labpool.hub.manifest import ManifestFile

from .hashes import feed, hasher_of

SYNC_EVERY = 32 << 20
"""Bytes that may wait in memory: so that the last sync, which nothing can cut, is short."""


class Sink:
    """A part that grows, held by its lock.

    Args:
        handle: The part, open and locked.
        check: Called while bytes that are here are hashed; what it raises ends that.

    Attributes:
        size: Bytes in it.
    """

    def __init__(
        self, handle: int, path: Path, file: ManifestFile, check: Callable[[], None]
    ) -> None:
        self._handle = handle
        self._path = path
        self._check = check
        self._file = file
        self._unsynced = 0
        self.cut(0 if os.fstat(handle).st_size > file.size else file.size)

    def write(self, chunk: bytes) -> None:
        """Add bytes.

        Raises:
            OSError: The disk does not take them.
        """
        view = memoryview(chunk)
        while view:
            view = view[os.write(self._handle, view) :]
        self._hasher.update(chunk)
        self.size += len(chunk)
        self._unsynced += len(chunk)
        if self._unsynced >= SYNC_EVERY:
            os.fdatasync(self._handle)
            self._unsynced = 0

    def cut(self, size: int) -> None:
        """Keep the first bytes only, and hash them again."""
        if os.fstat(self._handle).st_size > size:
            os.ftruncate(self._handle, size)
        self._hasher = hasher_of(self._file)
        self.size = feed(self._handle, self._hasher, self._check)
        os.lseek(self._handle, self.size, os.SEEK_SET)
        self._unsynced = 0

    def differs(self, data: bytes, at: int) -> int | None:
        """Return the first byte that is not as in the part, or None when all are.

        Args:
            data: No longer than what is here from ``at`` on.
            at: The byte that it begins with.
        """
        here = os.pread(self._handle, len(data), at)
        if here == data:
            return None
        pairs = enumerate(zip(here, data, strict=False))
        return at + next((i for i, (a, b) in pairs if a != b), len(here))

    def full(self) -> bool:
        """Whether all bytes are here."""
        return self.size == self._file.size

    def digest(self) -> str:
        """Return the hash of the bytes so far."""
        return self._hasher.hexdigest()

    def keep(self, target: Path) -> None:
        """Give the part, whose hash is right, another name; its bytes are on disk then."""
        os.fsync(self._handle)
        self._path.replace(target)
