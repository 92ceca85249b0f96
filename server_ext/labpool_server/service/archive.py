"""Files as one zip archive that is never whole anywhere: not in memory, not on disk."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

BLOCK_BYTES = 1 << 20
"""Bytes read and sent at a time."""


class _Pipe:
    """A file that is written to in one place and emptied in another."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        """Take data."""
        self._waiting += data
        return len(data)

    def flush(self) -> None:
        """Do nothing: whoever empties it comes by."""

    def take(self) -> bytes:
        """Return what was written since."""
        taken, self._waiting = bytes(self._waiting), bytearray()
        return taken


def zipped(path: Path, name: str) -> Iterator[bytes]:
    """Yield the archive of a file or of all files in a folder; no piece is empty.

    Weights hardly shrink, so they are stored as they are.

    Args:
        path: The file or folder.
        name: The folder within the archive that everything lies in.
    """
    pipe = _Pipe()
    with zipfile.ZipFile(cast("IO[bytes]", pipe), "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(_files(path)):
            inside = file.relative_to(path if path.is_dir() else path.parent)
            info = zipfile.ZipInfo.from_file(file, f"{name}/{inside.as_posix()}")
            with file.open("rb") as source, archive.open(info, "w", force_zip64=True) as target:
                while block := source.read(BLOCK_BYTES):
                    target.write(block)
                    yield pipe.take()
    yield pipe.take()


def _files(path: Path) -> Iterator[Path]:
    return (each for each in path.rglob("*") if each.is_file()) if path.is_dir() else iter([path])
