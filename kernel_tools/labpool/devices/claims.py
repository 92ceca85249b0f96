"""One run at a time on a GPU, across all workers and all servers of a machine.

A claim is a lock on a small file in the machine's shared memory, which no cleaner empties. The
kernel gives it back when the process that holds it dies, whatever kills it.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from labpool.runtime.context import JobContext

PAUSE_S = 0.5
"""Pause between two looks at claims that others hold; locks give no event."""

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - the names are fixed so that all find them
_LONGEST_WORD = 4096


class Holder(NamedTuple):
    """Who has a device.

    Attributes:
        pid: Its process, 0 where that is not known.
        run: Its run, "" likewise.
        worker: The run's worker, "" likewise.
    """

    pid: int = 0
    run: str = ""
    worker: str = ""


def holder(device: str) -> Holder:
    """Return who said last to have a device; true only while the device is claimed."""
    with suppress(OSError, ValueError, TypeError):
        descriptor = os.open(_path(device), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            told = json.loads(file.read(_LONGEST_WORD))
        return Holder(int(told["pid"]), str(told["run"]), str(told["worker"]))
    return Holder()


@contextmanager
def claimed(
    devices: Callable[[], Sequence[str]], ctx: JobContext, waiting: Callable[[], None]
) -> Iterator[str]:
    """Wait until one of some devices is free, and have it.

    Args:
        devices: Returns their UUIDs, the best first; asked again at each try.
        ctx: Of the run that is to have it.
        waiting: Called when none is free, before the run waits; and then again and again.

    Yields:
        UUID of the device.

    Raises:
        Cancelled: The job was asked to end while it waited.
    """
    with ExitStack() as held:
        first = True
        while (device := next((d for d in devices() if _take(d, ctx, held)), None)) is None:
            if not first:  # somebody who only looks may have been in the way once
                waiting()
            first = False
            time.sleep(PAUSE_S)
            ctx.check_cancelled()
        yield device


def _take(device: str, ctx: JobContext, held: ExitStack) -> bool:
    """Claim a device, if it is free."""
    path = _path(device)
    file = _opened(path)
    if not _locked(file) or not _is(file, path):
        os.close(file)
        return False
    word = {"pid": os.getpid(), "run": ctx.run_id, "worker": ctx.worker}
    os.ftruncate(file, 0)
    os.write(file, json.dumps(word).encode())
    held.callback(_give_back, file, path)
    return True


def _give_back(file: int, path: Path) -> None:
    with suppress(OSError):  # it is another user's: who comes next takes it as it lies there
        path.unlink()
    os.ftruncate(file, 0)
    os.close(file)


def _opened(path: Path) -> int:
    """Open the file of a device, which may be another user's, and make it where there is none."""
    with suppress(FileNotFoundError):
        return _regular(os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK))
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
    except FileExistsError:  # somebody was quicker
        return _opened(path)
    os.fchmod(file, 0o666)
    return file


def _regular(file: int) -> int:
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError("what lies in the place of a device's lock is no file")
    return file


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is(file: int, path: Path) -> bool:
    """Whether a file is still the one of that name: its last holder has removed it."""
    try:
        return os.path.samestat(os.fstat(file), path.stat(follow_symlinks=False))
    except FileNotFoundError:
        return False


def _path(device: str) -> Path:
    folder = _SHARED_MEMORY if _SHARED_MEMORY.is_dir() else Path(tempfile.gettempdir())
    return folder / f"labpool-device-{device.replace('/', '_')}"
