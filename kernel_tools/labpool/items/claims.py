"""Who works on items, and whether they still live: a file each, locked until their end.

The kernel frees a lock when its process dies, however it dies. Every hold has a name of its own,
so a name whose lock is free never comes back to life, and nothing is given back too early. No
``filelock``: who sweeps has to lock a file that is there, make none, and see that it still has its
name; and a child that is forked keeps the lock here.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labpool.hub import locks

CLAIMS = "claims"


@contextmanager
def hold(folder: Path, name: str) -> Iterator[str]:
    """Be an owner of items, until the block or the process ends.

    A child that is forked without an exec keeps the lock until it ends, too.

    Args:
        folder: The run's folder.
        name: For people who look into the folder, such as a worker's name.

    Raises:
        NoLocks: The disk has no file locks.

    Yields:
        The owner, for ``Ledger.claim``; the name with something that makes it unique.
    """
    safe = re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip(".-")[:80]
    owner = f"{safe or 'owner'}_{secrets.token_hex(8)}"
    path = folder / CLAIMS / owner
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = _locked_file(path)
    try:
        yield owner
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _locked_file(path: Path) -> int:
    """Make a file that is locked and still there: ``sweep`` may take it before it is locked."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            locks.lock(handle, path, wait=True)
            if _is_at(handle, path):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def lives(folder: Path, owner: str) -> bool:
    """Return whether an owner's lock is held."""
    path = folder / CLAIMS / owner
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        return not locks.lock(handle, path)
    finally:
        os.close(handle)


def sweep(folder: Path) -> None:
    """Remove the files that the dead left."""
    try:
        found = list((folder / CLAIMS).iterdir())
    except FileNotFoundError:
        return
    for path in found:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            continue
        try:
            if locks.lock(handle, path):
                path.unlink(missing_ok=True)
        finally:
            os.close(handle)
