"""Files as one zip archive that is never whole anywhere: not in memory, not on disk."""

from __future__ import annotations

import logging
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO, cast

from labpool_server.safe_files import NotToSend, blocks_of, open_within

LEFT_OUT = "LEFT-OUT.txt"
"""File of the archive that says what is not in it."""
FIRST, LAST = (1980, 1, 1, 0, 0, 0), (2107, 12, 31, 23, 59, 58)
"""The times that a zip archive can say."""

_log = logging.getLogger(__name__)


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


def zipped(path: Path, name: str, within: Path | None = None) -> Iterator[bytes]:
    """Yield the archive of a file or of all files in a folder; no piece is empty.

    Weights hardly shrink, so they are stored as they are. What is no plain file within the folder
    (a link out of it, a pipe, a folder behind a link) is left out, and ``LEFT-OUT.txt`` says so.

    Args:
        path: The file or folder.
        name: The folder within the archive that everything lies in.
        within: The folder that links may lead to; the path itself when absent.
    """
    pipe = _Pipe()
    names = _Names(name)
    root = within or (path if path.is_dir() else path.parent)
    left_out: list[str] = []
    with zipfile.ZipFile(cast("IO[bytes]", pipe), "w", zipfile.ZIP_STORED) as archive:
        for file in sorted(_entries(path)):
            inside = file.relative_to(path if path.is_dir() else path.parent).as_posix()
            try:
                source = open_within(file, root)
            except NotToSend as reason:
                left_out.append(f"{_printable(inside)}: {reason}")
                continue
            info = _info(names.give(inside), source)
            with archive.open(info, "w", force_zip64=True) as target:
                for block in blocks_of(source):
                    target.write(block)
                    yield pipe.take()
        if left_out:
            _log.warning("the archive of %s leaves out: %s", path, "; ".join(left_out))
            text = "These are not in the archive:\n" + "".join(f"{line}\n" for line in left_out)
            archive.writestr(names.give(LEFT_OUT), text)
    yield pipe.take()


class _Names:
    """Gives names within the archive that are safe to unpack anywhere, each once."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._given: set[str] = set()

    def give(self, inside: str) -> str:
        """Return the name of a file: no half characters, nothing that Windows takes for a path."""
        wanted = f"{self._folder}/{_printable(inside).replace(chr(92), '_').replace(':', '_')}"
        name, count = wanted, 1
        while name.casefold() in self._given:
            count += 1
            name = f"{wanted}~{count}"
        self._given.add(name.casefold())
        return name


def _printable(name: str) -> str:
    whole = name.encode(errors="backslashreplace").decode()
    return "".join(char if char.isprintable() else "_" for char in whole)


def _info(name: str, file: BinaryIO) -> zipfile.ZipInfo:
    state = os.fstat(file.fileno())
    when = time.localtime(state.st_mtime)[:6]
    info = zipfile.ZipInfo(name, max(FIRST, min(LAST, when)))
    info.external_attr = (state.st_mode & 0xFFFF) << 16
    info.file_size = state.st_size
    return info


def _entries(path: Path) -> Iterator[Path]:
    """Yield all but plain folders."""
    if not path.is_dir():
        yield path
        return
    for folder, folders, files in os.walk(path):
        links = (each for each in folders if Path(folder, each).is_symlink())
        yield from (Path(folder, each) for each in [*files, *links])
