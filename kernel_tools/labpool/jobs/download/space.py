"""Disk: what is free, what has to stay so, and space that is held before the bytes come."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from functools import cache
from pathlib import Path
from typing import Any

from .limits import Limits

_KEEP_SIZE = 1
_CANNOT = {errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.ENODEV, errno.EPERM}


def free_and_reserve(folder: Path, limits: Limits) -> tuple[int, int]:
    """Return the bytes that are free for us in a file system, and those that have to stay so.

    Args:
        folder: It need not be there yet.
    """
    while not folder.is_dir():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    return usage.free, min(limits.reserve_bytes, int(usage.total * limits.reserve_share))


def hold(handle: int, size: int) -> bool:
    """Take disk space for a file without making it longer, where the file system can.

    Args:
        handle: Open for writing.
        size: Bytes that it is going to have.

    Returns:
        Whether the space is held.

    Raises:
        OSError: There is not so much.
    """
    allocate = _fallocate()
    if allocate is None or size == 0:
        return False
    if allocate(handle, _KEEP_SIZE, 0, size) == 0:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number))


def release(handle: int) -> None:
    """Give back the space that is held beyond a file's end."""
    os.ftruncate(handle, os.fstat(handle).st_size)


@cache
def _fallocate() -> Any:
    """Return the C library's function: Python has only the one that makes the file longer."""
    try:
        function = ctypes.CDLL(None, use_errno=True).fallocate64
    except (AttributeError, OSError):
        return None
    function.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
    function.restype = ctypes.c_int
    return function
