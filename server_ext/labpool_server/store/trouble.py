"""What goes wrong below, said in words that tell people what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from labpool.wire.errors import ServerUnavailable

_ADVICE = (
    (
        ("disk is full", "no space left", "disk full", "quota exceeded"),
        "The disk is full. Free some space and try again; nothing is half-stored.",
    ),
    (
        ("database is locked", "database table is locked", "lock timeout"),
        "Another program holds the database. Close it, then try again.",
    ),
    (
        ("readonly database", "read-only", "permission denied"),
        "The database cannot be written. Give the server's user the right to write it.",
    ),
    (
        ("unable to open",),
        "The database cannot be opened. Check that its folder exists and may be entered.",
    ),
    (
        ("not a database", "malformed"),
        "The database file is damaged. Put a copy of it back, or move it away to start anew.",
    ),
    (
        ("no such table", "no such column", "has no column"),
        "The database has other tables than this Labpool knows. Start the server again.",
    ),
    (
        ("disk i/o error", "input/output error"),
        "The disk does not read or write. Check the disk, and that its folder still exists.",
    ),
)
_OTHERWISE = "The database does not answer. Check that it runs and that database_url is right."


@contextmanager
def in_plain_words() -> Iterator[None]:
    """Turn errors of the database and its disk into one that says what to do.

    Raises:
        ServerUnavailable: The disk is full, or the database is locked, away or damaged.
    """
    try:
        yield
    except (exc.IntegrityError, exc.ProgrammingError, exc.DataError):
        raise  # a mistake in this package, not trouble of the place
    except (exc.DBAPIError, exc.TimeoutError, OSError) as error:
        cause = getattr(error, "orig", None) or error
        raise ServerUnavailable(_advice(str(cause)), cause=str(cause)) from error


def _advice(cause: str) -> str:
    lower = cause.lower()
    for words, sentence in _ADVICE:
        if any(word in lower for word in words):
            return sentence
    return _OTHERWISE
