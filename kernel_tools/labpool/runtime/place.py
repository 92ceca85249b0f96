"""Faults of the place: the disk is full, must not be written, or has gone; the run is not to blame.

What happened tells, never the class: libraries raise classes of their own around what the system
said, and some of them keep only its words.
"""

from __future__ import annotations

import errno
import os
import re
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from labpool.hub.locks import NoLocks

from .context import JobError
from .plain import said_by

DISK_FULL = "disk_full"
DISK_READ_ONLY = "disk_read_only"
DISK_GONE = "disk_gone"
NO_FILE_LOCKS = "no_file_locks"
PLACE_CODES = frozenset({DISK_FULL, DISK_READ_ONLY, DISK_GONE})
"""Codes of these faults. With ``retry``, they let the run wait for the place, free of charge."""

NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
_NUMBER = re.compile(r"(?:os error|\[Errno) (\d+)")
"""The system's number as Rust and Python write it, for classes that keep only the text."""
FULL_BYTES = 1 << 20
"""A file system with less free than this is full."""
AMPLE_BYTES = 1 << 30
"""A disk with so much free has room for most: only what needs more does not fit."""
PROBE_BYTES = 1 << 16
"""What is written to see whether a folder takes anything: a quota does not show in free space."""


class Room(NamedTuple):
    """What a look at a folder found.

    Attributes:
        code: One of ``PLACE_CODES``, or "" where files can be written.
        free: Free bytes.
        total: Bytes of the file system.
    """

    code: str
    free: int
    total: int


def look(folder: Path) -> Room:
    """Return whether a folder takes files, by writing one."""
    try:
        state = os.statvfs(folder)
        free, total = state.f_bavail * state.f_frsize, state.f_blocks * state.f_frsize
        if free < FULL_BYTES:
            return Room(DISK_FULL, free, total)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0" * PROBE_BYTES)
            file.flush()
    except (FileNotFoundError, NotADirectoryError):
        return Room(DISK_GONE, 0, 0)
    except OSError as error:
        return Room(DISK_FULL if error.errno in NO_SPACE else DISK_READ_ONLY, 0, 0)
    return Room("", free, total)


def fault_of(error: BaseException, folder: Path) -> JobError | None:
    """Return the fault of the place behind an error, or None where the place is well.

    Call it before anything is cleaned up: a look at the disk is part of the answer.

    Args:
        error: What was raised.
        folder: Where the job writes.
    """
    if isinstance(error, JobError):
        return None  # a job that has words of its own
    for each in _causes(error):
        if isinstance(each, NoLocks):
            return _no_locks(each)
    room = look(folder)
    for each in _causes(error):
        if _number(each) in NO_SPACE and _is_here(each, folder, room):
            return _fault(DISK_FULL, _where(each) or folder)
    # For all else, and for a class that keeps no number, the disk itself says whether it was that.
    return _fault(room.code, folder) if room.code else None


def in_words(code: str, folder: str | Path) -> str:
    """Return what is wrong with a folder, and what to do."""
    return {
        DISK_FULL: f"The disk of {folder} is full. Free some space there.",
        DISK_READ_ONLY: f"{folder} cannot be written. Mount its disk for writing, or give the "
        "folder to the user that the server runs as.",
        DISK_GONE: f"{folder} has gone. Mount its disk, or put the folder back.",
    }[code]


def _fault(code: str, folder: Path) -> JobError:
    again = "The run waits, and goes on by itself when that is done."
    words = f"{in_words(code, folder)} {again}"
    return JobError(code, words, retry=True, folder=str(folder))


def _no_locks(error: NoLocks) -> JobError:
    """Return the fault of a disk where nobody can be told to wait for another."""
    where = str(Path(error.filename).parent)
    return JobError(
        NO_FILE_LOCKS,
        f"The disk of {where} has no file locks, as some NFS and Lustre mounts: the same work "
        "could be done twice. Mount it with locks, or put the data folder on another disk.",
        folder=where,
    )


def _number(error: BaseException) -> int:
    """Return the number that the system gave an error, 0 where it has none."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return errno.ENOSPC
    found = _NUMBER.search(said_by(error))
    return int(found[1]) if found else 0


def _where(error: BaseException) -> Path | None:
    """Return the folder that an error names, or None."""
    name = getattr(error, "filename", None)
    if not isinstance(name, str) or not Path(name).is_absolute():
        return None
    found = Path(name)
    return found if found.is_dir() else found.parent


def _is_here(error: BaseException, folder: Path, room: Room) -> bool:
    """Whether it is the disk where all runs write that had no room, and not one of the job's own.

    An error of a write names no file. A disk that has ample room then is another one.
    """
    where = _where(error)
    if where is None:
        return bool(room.code) or room.free < AMPLE_BYTES or _number(error) == errno.EDQUOT
    try:
        return where.stat().st_dev == folder.stat().st_dev
    except OSError:
        return bool(room.code)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, what it came from, and what a group of errors holds; each once."""
    waiting, seen = [error], set()
    while waiting:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions
        waiting += [next_ for next_ in (each.__cause__, each.__context__) if next_ is not None]
