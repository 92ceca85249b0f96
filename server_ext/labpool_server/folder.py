"""The data folder: who owns it, where a run's files lie.

The lock is no ``filelock``: the locked file itself says to whoever comes second who has it, and
where flock is missing the server says so rather than trust a file that outlives its process.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path
from typing import IO

from labpool.hub import locks
from labpool.runtime.place import DISK_READ_ONLY, fault_of, in_words
from labpool.wire import ServerUnavailable, StoreInUse


class DataFolder:
    """One server owns a data folder at a time; the kernel gives the lock back when it dies.

    Args:
        path: The folder; made with mode 0700.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    @property
    def runs(self) -> Path:
        """Folder of all runs' files."""
        return self.path / "runs"

    def run(self, run_id: str) -> Path:
        """Return a run's folder."""
        return self.runs / run_id

    def make_run(self, run_id: str) -> Path:
        """Make a run's folder."""
        folder = self.run(run_id)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def delete_run(self, run_id: str) -> int:
        """Remove a run's folder with all in it; return the bytes that the disk has again."""
        folder = self.run(run_id)
        before = _own_bytes(folder)
        shutil.rmtree(folder, ignore_errors=True)
        return before - _own_bytes(folder)

    def claim(self, url: str) -> None:
        """Make the folder and own it until ``release`` or death.

        Args:
            url: Where this server answers; told to whoever comes second.

        Raises:
            StoreInUse: Another server that lives owns it.
            ServerUnavailable: It cannot be made or written, or its disk has no file locks.
        """
        try:
            lock = self._open_lock()
        except OSError as error:
            raise ServerUnavailable(self.trouble(error), folder=str(self.path)) from error
        try:
            free = locks.lock(lock.fileno(), self.path)
        except locks.NoLocks as error:
            lock.close()
            raise _no_locks(self.path) from error
        if not free:
            raise _in_use(self.path, lock)
        lock.seek(0)
        lock.truncate()
        json.dump({"pid": os.getpid(), "url": url}, lock)
        lock.flush()
        self._lock = lock

    def trouble(self, error: OSError) -> str:
        """Return what is wrong with the folder, and what to do."""
        fault = fault_of(error, self.path)
        code = fault.code if fault else DISK_READ_ONLY
        words = in_words(code, self.path)
        return f"{words} ({error.strerror}) Or start the server with --Labpool.data_dir=..."

    def run_ids(self) -> list[str]:
        """Return the names of the runs' folders that have something in them."""
        return [each.name for each in self.runs.iterdir() if each.is_dir() and any(each.iterdir())]

    def _open_lock(self) -> IO[str]:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.runs.mkdir(mode=0o700, exist_ok=True)
        return (self.path / "server.lock").open("a+")

    def release(self) -> None:
        """Give the folder up."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _no_locks(path: Path) -> ServerUnavailable:
    return ServerUnavailable(
        f"The disk of {path} has no file locks, as some NFS and Lustre mounts: two servers could "
        "write there at once, and runs could do things twice. Mount it with locks, or start the "
        "server with --Labpool.data_dir=... on another disk.",
        folder=str(path),
    )


def _in_use(path: Path, lock: IO[str]) -> StoreInUse:
    lock.seek(0)
    text = lock.read()
    lock.close()
    owner = json.loads(text) if text.startswith("{") and text.endswith("}") else {}
    return StoreInUse(
        f"Another Jupyter server (process {owner.get('pid', 'unknown')}, {owner.get('url', '')}) "
        f"uses the Labpool data folder {path}. Use that server, or stop it: this one goes on by "
        "itself then. Or start this one with another folder: --Labpool.data_dir=...",
        **owner,
    )


def _own_bytes(folder: Path) -> int:
    """Return the bytes of the files below a folder that are nowhere else: no link's target."""
    found = (path.lstat() for path in folder.rglob("*"))
    return sum(one.st_size for one in found if stat.S_ISREG(one.st_mode) and one.st_nlink == 1)
