"""File locks, and what stands in for them on a disk that has none.

``flock`` ends with its process, however that ends. Some NFS and Lustre mounts have no locks
(ENOLCK, ENOSYS). For the cache a name in the kernel stands in, an abstract socket's, which ends
with its process, too; but other machines do not see it. So whoever works with a stand-in must not
rely on being alone: see ``Held.alone``.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import socket
from dataclasses import dataclass
from pathlib import Path

NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL})
"""What the system says where a disk has no locks."""


class NoLocks(OSError):
    """A disk without file locks."""

    def __init__(self, path: Path) -> None:
        super().__init__(errno.ENOLCK, "the disk has no file locks", str(path))


@dataclass(frozen=True)
class Held:
    """An open file that is locked, until ``close`` or the end of the process.

    Attributes:
        handle: The open file.
        stand_in: What is held in the place of a lock, where the disk has none.
    """

    handle: int
    stand_in: socket.socket | None = None

    @property
    def alone(self) -> bool:
        """Whether other machines respect it, too."""
        return self.stand_in is None

    def close(self) -> None:
        """Close the file and free the lock."""
        os.close(self.handle)
        if self.stand_in is not None:
            self.stand_in.close()


def lock(handle: int, path: Path, *, wait: bool = False) -> bool:
    """Lock an open file.

    Args:
        path: Its name, for the error.
        wait: Whether to wait for whoever has it.

    Returns:
        False when another has it.

    Raises:
        NoLocks: The disk has no locks.
    """
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno in NO_LOCKS:
            raise NoLocks(path) from error
        raise
    return True


def hold(handle: int, path: Path) -> Held | None:
    """Lock an open file, or what stands in for its lock.

    Returns:
        None when another has it; the file is as open as before then.

    Raises:
        NoLocks: Neither can be had here.
    """
    try:
        return Held(handle) if lock(handle, path) else None
    except NoLocks:
        stand_in = _stand_in(path)
    return Held(handle, stand_in) if stand_in else None


def _stand_in(path: Path) -> socket.socket | None:
    """Take the name of a file in the kernel; None when another has it."""
    name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()
    taken = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        taken.bind(f"\0labpool/{name}")
    except OSError as error:
        taken.close()
        if error.errno == errno.EADDRINUSE:
            return None
        raise NoLocks(path) from error
    return taken
