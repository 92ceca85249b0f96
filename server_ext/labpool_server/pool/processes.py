"""The end of a worker's process, seen rather than assumed."""

from __future__ import annotations

import time

import psutil

PATIENCE_S = 5.0
"""How long a killed process is waited for, seconds: one that waits for a disk cannot end."""
LOOK_S = 0.01
"""How often it is looked at, seconds. Waiting as a parent does would take its end from Dask."""


def end_process(pid: int, started: float) -> bool:
    """Kill a process of this machine unless it has ended, and wait for its end.

    Args:
        pid: Its id.
        started: When it started, as it says itself (``psutil.Process.create_time``); another
            process that has its id by now is left alone.

    Returns:
        Whether it has ended.
    """
    try:
        process = psutil.Process(pid)
        if process.create_time() != started:
            return True
        end = time.monotonic() + PATIENCE_S
        while process.status() != psutil.STATUS_ZOMBIE:
            process.kill()
            if time.monotonic() > end:
                return False
            time.sleep(LOOK_S)
    except psutil.NoSuchProcess:
        pass
    return True
