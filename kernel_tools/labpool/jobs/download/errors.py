"""How a download can fail: one code and one sentence that says what to do next, each.

token_needed        the repository is gated, and there is no token
access_denied       there is a token, and it does not open the repository
repo_not_found      no such repository, or a private one
revision_not_found  the repository has no such commit
hub_offline         the Hub cannot be reached, or the connection breaks          may pass
rate_limited        the Hub asks for patience                                    may pass
hub_error           the Hub answers with an error, or with nonsense              may pass
timeout             the Hub takes too long                                       may pass
too_slow            bytes come, but too few                                      may pass
hash_mismatch       the bytes are not the ones that the Hub announced
disk_full           not enough space
model_not_allowed   the catalog does not list it
"""

from __future__ import annotations

import errno
from pathlib import Path

from labpool.runtime.context import JobError

NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""What the system says when a file cannot grow."""

NOT_OURS = {errno.EACCES, errno.EPERM, errno.EROFS}
"""What the system says when a folder must not be written."""


class Trouble(Exception):
    """Something that another try may cure.

    Attributes:
        code: What the run fails with when no try does.
        retry_after: Seconds that the server asks for, or None.
    """

    def __init__(self, code: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after = retry_after


_NEXT = {
    "hub_offline": "Check the network (and proxy) of the machine that the workers run on, then "
    "resume the run; what was fetched is kept.",
    "rate_limited": "Resume the run later; with a token the Hub allows more requests.",
    "hub_error": "Resume the run later; what was fetched is kept.",
    "timeout": "Resume the run when the network is better; what was fetched is kept.",
}


def gave_up(trouble: Trouble, tries: int) -> JobError:
    """Return the error for a trouble that no further try cured.

    Args:
        tries: How many there were in a row.
    """
    text = f"{trouble.message} ({tries} tries in a row). {_NEXT[trouble.code]}"
    return JobError(trouble.code, text, retry=True, tries=tries)


def disk_full(folder: Path, need: int, free: int, reserve: int) -> JobError:
    """Return the error for a file system without enough space; all amounts in bytes."""
    return JobError(
        "disk_full",
        f"The download needs {in_words(need)} more and leaves {in_words(reserve)} untouched, but "
        f"only {in_words(free)} are free in {folder}. Free some space, then resume the run.",
        need_bytes=need,
        free_bytes=free,
        reserve=reserve,
    )


def not_writable(root: Path, error: OSError) -> JobError:
    """Return the error for a cache that must not be written."""
    return JobError(
        "cache_not_writable",
        f"The cache in {root} cannot be written ({error.strerror}: {error.filename}). Give its "
        "folder to the user that the workers run as, or set another one for the server.",
    )


def files_deleted() -> JobError:
    """Return the error for files that are gone again whenever all is fetched."""
    return JobError(
        "files_deleted",
        "Somebody deletes the files from the cache while they are fetched. Resume the run when "
        "that is over.",
        retry=True,
    )


def hash_mismatch(path: str, expected: str, got: str, tries: int) -> JobError:
    """Return the error for a file whose bytes stay wrong."""
    return JobError(
        "hash_mismatch",
        f"{path}: what the Hub sends is not what it announced, {tries} times; nothing of it was "
        "kept. A proxy or a mirror in between may change it: ask whoever runs it, then resume.",
        file=path,
        expected=expected,
        got=got,
    )


def too_slow(path: str, rate: float, window_s: float) -> JobError:
    """Return the error for a file that hardly comes; rate in bytes a second."""
    return JobError(
        "too_slow",
        f"{path}: less than {rate:g} bytes a second come, over {window_s:g} seconds and with new "
        f"connections, too. {_NEXT['timeout']}",
        retry=True,
        file=path,
    )


def past_deadline(seconds: float) -> JobError:
    """Return the error for a download that takes too long as a whole."""
    return JobError(
        "timeout",
        f"The download was not complete after {seconds / 3600:g} hours. Resume the run; what was "
        "fetched is kept.",
        retry=True,
    )


def bad_catalog(entry_id: str, problem: str) -> JobError:
    """Return the error for an entry that cannot be fetched as it is written."""
    return JobError(
        "hub_error",
        f"{entry_id} cannot be fetched: {problem}. Whoever keeps the catalog has to correct it.",
    )


def in_words(size: int) -> str:
    """Return an amount of bytes for people."""
    amount = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
