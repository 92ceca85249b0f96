"""Files that only one attempt, or one of its parts, works on at a time.

No ``filelock``: where flock is missing it falls back to a file whose existence is the lock, which
a killed process leaves behind.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labpool.hub import locks

from .context import JobContext

PAUSE_S = 0.1
"""Pause between two looks at a lock that another holds; files give no event."""


@contextmanager
def holding(path: Path, ctx: JobContext) -> Iterator[None]:
    """Wait until nobody else holds the lock of this file, and hold it.

    The kernel gives the lock back when its process dies.

    Raises:
        Cancelled: The job was asked to end while it waited.
        NoLocks: The disk has no file locks.
    """
    with path.open("a") as lock:
        while not locks.lock(lock.fileno(), path):
            time.sleep(PAUSE_S)
            ctx.check_cancelled()
        yield
