"""The data folder: who owns it, where a run's files lie."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from pathlib import Path
from typing import IO

from labpool.wire import StoreInUse


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

    def delete_run(self, run_id: str) -> None:
        """Remove a run's folder with all that is in it."""
        shutil.rmtree(self.run(run_id), ignore_errors=True)

    def claim(self, url: str) -> None:
        """Make the folder and own it until ``release`` or death.

        Args:
            url: Where this server answers; told to whoever comes second.

        Raises:
            StoreInUse: Another server that lives owns it.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.runs.mkdir(mode=0o700, exist_ok=True)
        lock = (self.path / "server.lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _in_use(self.path, lock) from None
        lock.seek(0)
        lock.truncate()
        json.dump({"pid": os.getpid(), "url": url}, lock)
        lock.flush()
        self._lock = lock

    def release(self) -> None:
        """Give the folder up."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _in_use(path: Path, lock: IO[str]) -> StoreInUse:
    lock.seek(0)
    text = lock.read()
    lock.close()
    owner = json.loads(text) if text.startswith("{") and text.endswith("}") else {}
    return StoreInUse(
        f"Another Jupyter server (process {owner.get('pid', 'unknown')}, {owner.get('url', '')}) "
        f"uses the Labpool data folder {path}. Use that server, or start this one with another "
        "folder: --Labpool.data_dir=...",
        **owner,
    )
