"""A folder for what a browser leaves on the disk, taken away with it or by whoever comes next.

Chromium's profile stays when its driver is killed. Each process holds the lock of its folder, and
the kernel gives the lock back however the process ends; ``filelock`` would fall back, where flock
is missing, to a file that outlives it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_LONGEST = 60
"""Bytes of a path below which Chromium finds room for its socket: it wants 46 more, and a socket's
path has 107 at the most."""
_SHORT = ("/tmp", "/var/tmp")  # noqa: S108 - what is made there belongs to this user alone


class Scratch:
    """A folder of this process.

    Attributes:
        path: The folder: where this system puts temporary files, or where the path is shorter.
    """

    def __init__(self) -> None:
        base = _base()
        everybody = base / f"labpool-{os.getuid()}"
        everybody.mkdir(mode=0o700, exist_ok=True)
        if everybody.stat().st_uid != os.getuid():
            everybody = Path(tempfile.mkdtemp(prefix="labpool-", dir=base))
        with (everybody / ".lock").open("a") as door:  # nobody sweeps what is only being made
            fcntl.flock(door, fcntl.LOCK_EX)
            _sweep(everybody)
            self.path = Path(tempfile.mkdtemp(dir=everybody))
            self._lock = os.open(self.path / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX)

    def remove(self) -> None:
        """Take the folder away."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def _base() -> Path:
    """Return where temporary files go; batch systems have long names for that."""
    for base in (tempfile.gettempdir(), *_SHORT):
        longest = Path(base) / f"labpool-{os.getuid()}" / ("tmp" + 8 * "x")
        if len(os.fsencode(longest)) <= _LONGEST and os.access(base, os.W_OK | os.X_OK):
            return Path(base)
    return Path(tempfile.gettempdir())


def _sweep(everybody: Path) -> None:
    """Remove the folders of processes that have gone."""
    for folder in (path for path in everybody.iterdir() if path.is_dir()):
        try:
            lock = os.open(folder / ".lock", os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            continue  # it is being made, or another sweep was faster
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(lock)
