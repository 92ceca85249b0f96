"""How a download can fail: one code and one sentence that says what to do next, each.

token_needed        the repository is gated, and there is no token
access_denied       there is a token, and it does not open the repository
repo_not_found      no such repository, or a private one
revision_not_found  the repository has no such commit
hub_offline         the Hub cannot be reached, or the connection breaks          may pass
rate_limited        the Hub asks for patience                                    may pass
hub_error           the Hub answers with an error, or with nonsense              may pass
wrong_answer        something in between answers, with what is not the file      may pass
host_refuses        another host, to which the Hub sends for the bytes, refuses  may pass
bad_redirect        a host sends on to an address that is none
bad_endpoint        the server's setting hub_endpoint is no address
endpoint_redirects  the endpoint sends on to a Hub that must not see the token
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

CLOCK_S = 300
"""Seconds by which a clock may be wrong without being named as a reason."""

NOT_OURS = {errno.EACCES, errno.EPERM, errno.EROFS}
"""What the system says when a folder must not be written."""


class Trouble(Exception):
    """Something that another try may cure.

    Attributes:
        code: What the run fails with when no try does.
        retry_after: Seconds that the server asks for, or None.
        details: Facts for the error, by name.
    """

    def __init__(
        self, code: str, message: str, retry_after: float | None = None, **details: str | int
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after = retry_after
        self.details = details


_NEXT = {
    "hub_offline": "Check the network (and proxy) of the machine that the workers run on, then "
    "resume the run; what was fetched is kept.",
    "rate_limited": "Resume the run later; with a token the Hub allows more requests.",
    "hub_error": "Resume the run later; what was fetched is kept.",
    "wrong_answer": "Log in to the network where it asks for that, or ask whoever runs it or the "
    "mirror, then resume the run; what was fetched is kept.",
    "host_refuses": "That host may be blocked from here: ask whoever runs the network, or have "
    "hub_endpoint set to a mirror, then resume the run; what was fetched is kept.",
    "timeout": "Resume the run when the network is better; what was fetched is kept.",
}


def gave_up(trouble: Trouble, tries: int) -> JobError:
    """Return the error for a trouble that no further try cured.

    Args:
        tries: How many there were in a row.
    """
    text = f"{trouble.message} ({tries} tries in a row). {_NEXT[trouble.code]}"
    return JobError(trouble.code, text, retry=True, tries=tries, **trouble.details)


def wrong_answer(host: str, what: str) -> Trouble:
    """Return the trouble with an answer that is not the Hub's.

    Args:
        what: What came in the place of what was asked for.
    """
    return Trouble("wrong_answer", f"{host} answers with {what}", host=host)


def host_refuses(host: str, hub: str, status: int, clock_s: float) -> Trouble:
    """Return the trouble with a host that does not give what the Hub sends to it for.

    Args:
        clock_s: Seconds that the clock here is ahead of that host's.
    """
    text = f"{host}, to which {hub} sends for the bytes, refuses them with status {status}"
    if abs(clock_s) > CLOCK_S:
        way = "ahead of" if clock_s > 0 else "behind"
        text += (
            f"; the clock of this machine is {abs(clock_s) / 60:.0f} minutes {way} that host's, "
            "and signed addresses fail with a wrong clock"
        )
    return Trouble("host_refuses", text, host=host, status=status, clock_s=round(clock_s))


def bad_redirect(host: str) -> JobError:
    """Return the error for a host that sends on to nowhere."""
    return JobError(
        "bad_redirect",
        f"{host} sends on to an address that is none. Whoever runs it has to correct that; "
        "hub_endpoint of the server may be set to another mirror, or to the Hub itself.",
        host=host,
    )


def bad_endpoint(endpoint: str) -> JobError:
    """Return the error for a setting that names no Hub."""
    return JobError(
        "bad_endpoint",
        f"hub_endpoint of the server is {endpoint!r}, and that is no address: it begins with "
        "http:// or https:// and a host.",
    )


def endpoint_redirects(name: str, endpoint: str, there: str) -> JobError:
    """Return the error for an endpoint that sends on to a Hub which asks for the token.

    Args:
        name: Of the repository.
        endpoint: Host of the endpoint.
        there: The other Hub's origin, as a URL.
    """
    host = there.partition("://")[2]
    return JobError(
        "endpoint_redirects",
        f"{name} is given only to those who ask, and {endpoint} sends on to {host}, which is not "
        f"shown your token. Accept its terms on {host}, have hub_endpoint of the server set to "
        f"{there}, store your access token in Labpool, then resume the run.",
        host=host,
        endpoint=there,
    )


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
