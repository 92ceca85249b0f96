"""The SHA-256 of a file, taken while the file is parsed."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

BUFFER = 1 << 20


class _Hashed(io.RawIOBase):
    """A file that hashes what is read of it, each byte once, whatever is sought in between."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = path.open("rb", buffering=0)
        self._hash = hashlib.sha256()
        self._hashed = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        start = self._file.tell()
        count = self._file.readinto(buffer)
        if count and start <= self._hashed < start + count:
            self._hash.update(memoryview(buffer).cast("B")[self._hashed - start : count])
            self._hashed = start + count
        return count

    def hexdigest(self) -> str:
        """Read what nobody has read yet, and return the digest of the whole."""
        self._file.seek(self._hashed)
        while data := self._file.read(BUFFER):
            self._hash.update(data)
            self._hashed += len(data)
        return self._hash.hexdigest()

    def close(self) -> None:
        self._file.close()
        super().close()


@contextmanager
def opened(path: Path, digests: dict[Path, str] | None) -> Iterator[IO[bytes]]:
    """Open a file to read.

    Args:
        path: The file.
        digests: Given its digest, once the file is read to the end; None takes none.
    """
    if digests is None:
        with path.open("rb") as file:
            yield file
        return
    with _Hashed(path) as raw, io.BufferedReader(raw, BUFFER) as buffered:
        yield buffered
        digests[path] = raw.hexdigest()
