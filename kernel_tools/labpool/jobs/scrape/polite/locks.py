"""File locks for an event loop.

A lock is tried again and again, with short pauses, and never waited for in the kernel: a blocking
``flock`` would stop the loop, or, in a thread, could not be cancelled and would take a thread for
each request that waits. The kernel tells nobody that a lock is free, so there is no event to wait
for. Lock files are never removed, so whoever has the lock has the right file. They are closed on
exec: a browser that a worker starts holds none. No ``filelock``: hosts keep their state in the
locked file, and one of several files is waited for.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from labpool.hub import locks

_FIRST_S, _LONGEST_S = 0.002, 0.1


def try_lock(path: Path) -> int | None:
    """Lock a file.

    Returns:
        The open file, whose closing frees the lock; None when another has it.

    Raises:
        NoLocks: The disk has no file locks.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        free = locks.lock(handle, path)
    except BaseException:
        os.close(handle)
        raise
    if not free:
        os.close(handle)
    return handle if free else None


async def lock_one(paths: Iterable[Path], patience_s: float | None = None) -> int:
    """Lock one of several files; waits until one is free.

    Args:
        patience_s: Seconds to wait at the most; None for any time.

    Returns:
        The open file, whose closing frees the lock.

    Raises:
        TimeoutError: None became free.
    """
    choice = list(paths)
    async with asyncio.timeout(patience_s):
        for pause in pauses():
            random.shuffle(choice)
            for path in choice:
                handle = try_lock(path)
                if handle is not None:
                    return handle
            await asyncio.sleep(pause)
    raise AssertionError("pauses never end")


@asynccontextmanager
async def locked(path: Path, patience_s: float | None = None) -> AsyncIterator[int]:
    """Hold a lock; see ``lock_one``."""
    handle = await lock_one([path], patience_s)
    try:
        yield handle
    finally:
        os.close(handle)


def pauses() -> Iterator[float]:
    """Return seconds between tries: a few milliseconds, then more, never in step with others."""
    longest = _FIRST_S
    while True:
        yield longest * random.uniform(0.5, 1)  # noqa: S311 - spreads load, hides nothing
        longest = min(longest * 1.5, _LONGEST_S)
