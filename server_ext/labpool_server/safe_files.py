"""Files that may be handed out: plain ones, within their folder, wherever links lead.

Whoever writes the folder may change it at any time; so what counts is the file that was opened,
not the name that was looked at before.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

BLOCK_BYTES = 1 << 20
"""Bytes read and sent at a time."""


class NotToSend(Exception):
    """A name that no plain file within the folder stands behind; says why."""


def open_within(path: Path, root: Path) -> BinaryIO:
    """Open a plain file that lies within a folder, links followed.

    Args:
        path: The file.
        root: The folder; its own links are followed, too.

    Raises:
        NotToSend: A link leads out of the folder or to nothing, or it is no plain file (a pipe
            would wait for ever).
        OSError: It cannot be opened.
    """
    real_root = root.resolve()
    real = _real(path, real_root)
    handle = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    file = os.fdopen(handle, "rb")
    try:
        _check(handle, real, real_root)
    except BaseException:
        file.close()
        raise
    return file


def blocks_of(file: BinaryIO) -> Iterator[bytes]:
    """Yield an open file block by block, and close it."""
    with file:
        while block := file.read(BLOCK_BYTES):
            yield block


def _check(handle: int, real: Path, real_root: Path) -> None:
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        raise NotToSend("it is no plain file")
    if not _opened(handle, real).is_relative_to(real_root):
        raise NotToSend("it was replaced by a link out of its folder")


def _real(path: Path, real_root: Path) -> Path:
    try:
        real = path.resolve(strict=True)
        plain = stat.S_ISREG(real.stat(follow_symlinks=False).st_mode)
    except (FileNotFoundError, RuntimeError) as error:
        raise NotToSend(
            "it is a link to nothing" if path.is_symlink() else "it has gone"
        ) from error
    except OSError as error:
        raise NotToSend(f"it cannot be read ({error.strerror})") from error
    if not real.is_relative_to(real_root):
        raise NotToSend("it is a link out of its folder")
    if not plain:
        raise NotToSend("it is no plain file")
    return real


def _opened(handle: int, real: Path) -> Path:
    """Return where an open file lies; the kernel knows, where it tells."""
    try:
        return Path(f"/proc/self/fd/{handle}").readlink()
    except OSError:  # no Linux: the name once more, if it is the same file
        again = real.resolve()
        same = os.path.samestat(os.fstat(handle), again.stat(follow_symlinks=False))
        return again if same else Path("/")
