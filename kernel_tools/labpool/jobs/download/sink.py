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
        self._file = file
        self._unsynced = 0
        self._hasher = hasher_of(file)
        if os.fstat(handle).st_size > file.size:
            os.ftruncate(handle, 0)
        self.size = feed(handle, self._hasher, check)
        os.lseek(handle, self.size, os.SEEK_SET)

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

    def clear(self) -> None:
        """Begin anew."""
        os.ftruncate(self._handle, 0)
        os.lseek(self._handle, 0, os.SEEK_SET)
        self._hasher = hasher_of(self._file)
        self.size = self._unsynced = 0

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
