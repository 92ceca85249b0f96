"""How a ledger can fail; each is an answer of the server's, too.

ledger_unreadable   the file is damaged, or no ledger, or of a newer Labpool
ledger_busy         another process keeps the file locked                  may pass
ledger_unwritable   the file or its folder must not be written, or the disk is broken
disk_full           no space; nothing of the last change was stored         may pass
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from labpool.wire.errors import LabpoolError

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_FORBIDDEN = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}


class LedgerError(LabpoolError):
    """Base of what a ledger raises."""

    status: ClassVar[int] = 503


class LedgerUnreadable(LedgerError):
    """The file is damaged, or no ledger, or one of a newer Labpool."""

    code = "ledger_unreadable"


class LedgerBusy(LedgerError):
    """Another process keeps the file locked."""

    code = "ledger_busy"


class LedgerUnwritable(LedgerError):
    """The file must not or cannot be written."""

    code = "ledger_unwritable"


class LedgerFull(LedgerError):
    """There is no space; nothing of the last change was stored."""

    code = "disk_full"


def unreadable(path: Path, why: str) -> LedgerUnreadable:
    """Return the error for a file that is no ledger of ours."""
    return LedgerUnreadable(
        f"{path} cannot be read: {why}. Move it away and start the run anew, or put back a copy "
        "that is whole."
    )


def full(path: Path) -> LedgerFull:
    """Return the error for a disk without space."""
    return LedgerFull(
        f"The disk of {path.parent} is full; nothing of the last change was stored. Free some "
        "space, then resume the run."
    )


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system say about a file into an error that says what to do.

    Raises:
        LedgerError: One of its kinds.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        said = _said(path, error)
        if said is None:
            raise
        raise said from error
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise full(path) from error
        raise


def _said(path: Path, error: sqlite3.DatabaseError) -> LedgerError | None:
    number = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if number == sqlite3.SQLITE_FULL:
        return full(path)
    if number in _DAMAGED:
        return unreadable(path, f"it is damaged or no ledger ({error})")
    if number in _LOCKED:
        return LedgerBusy(
            f"Another process keeps {path} locked. See which one still writes it, then resume the "
            "run."
        )
    if number in _FORBIDDEN:
        return LedgerUnwritable(
            f"{path} cannot be opened or written ({error}). Give its folder to the user that the "
            "workers run as, then resume the run."
        )
    if number == sqlite3.SQLITE_IOERR:
        return LedgerUnwritable(
            f"The disk of {path.parent} does not read or write ({error}). See whether it is full "
            "or broken, then resume the run; nothing of the last change was stored."
        )
    return None
