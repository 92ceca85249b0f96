"""Ends what a worker's process has started once that process is gone, however it went.

A program of its own, of the standard library alone and for Linux: ``guardian.py MARK PARENT``.
It waits for the end of its parent. What was started with ``exec`` has the mark in its environment.
What was only forked has not, but holds the pipe that is this program's input: its other end is
the worker's, and nothing is ever written there. A process that clears its environment, closes
all files and leaves its parent has neither: it outlives a worker that is killed with SIGKILL.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time

PARENT_LOOK_S = 1.0
"""How often to look for the parent where the system cannot tell of its end, seconds."""
LOOK_AGAIN_S = 0.02
"""How long what was killed has before the next look, seconds."""


def main(mark: str, parent: int) -> None:
    """Wait for the parent's end, then end all that is left, also what comes in between."""
    _wait_for_end(parent)
    pipe = f"pipe:[{os.fstat(0).st_ino}]"
    while left := _left(mark.encode(), pipe):
        for pid in left:
            _kill(pid)
        time.sleep(LOOK_AGAIN_S)


def _wait_for_end(parent: int) -> None:
    looks = select.poll()
    try:  # noqa: SIM105 - contextlib, as pathlib, would be much of this program's memory
        looks.register(os.pidfd_open(parent), select.POLLIN)
    except OSError:  # it is gone already, or the system is older than Linux 5.3
        pass
    while os.getppid() == parent:
        looks.poll(PARENT_LOOK_S * 1000)


def _left(mark: bytes, pipe: str) -> set[int]:
    """Return the processes with the mark or the pipe, and all below them, that still live."""
    parents: dict[int, int] = {}
    found: set[int] = set()
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):  # noqa: PTH208 - as above
        try:
            state, parent = _state(pid)
            if state in "ZX" or pid == os.getpid():
                continue
            parents[pid] = parent
            if _is_marked(pid, mark) or _holds(pid, pipe):
                found.add(pid)
        except OSError:  # it has just ended, or is somebody else's
            continue
    while below := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= below
    return found


def _state(pid: int) -> tuple[str, int]:
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:  # noqa: PTH123 - as above
        state, parent, *_ = file.read().rpartition(")")[2].split()
    return state, int(parent)


def _is_marked(pid: int, mark: bytes) -> bool:
    with open(f"/proc/{pid}/environ", "rb") as file:  # noqa: PTH123 - as above
        return mark in file.read().split(b"\0")


def _holds(pid: int, pipe: str) -> bool:
    folder = f"/proc/{pid}/fd"
    for descriptor in os.listdir(folder):  # noqa: PTH208 - as above
        try:
            if os.readlink(f"{folder}/{descriptor}") == pipe:  # noqa: PTH115 - as above
                return True
        except OSError:  # just closed
            continue
    return False


def _kill(pid: int) -> None:
    try:  # noqa: SIM105 - as above
        os.kill(pid, signal.SIGKILL)
    except OSError:  # it has just ended
        pass


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
