"""What the status of an answer means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from labpool.jobs.scrape.polite import parse_retry_after

from .failures import ItemFailed, of_refusal

REFUSED = "x-labpool-refused"
"""Header of an answer that the proxy gave in the host's place."""
_WHY = {
    "bad_address": "that is no address.",
    "private_address": "its host has a private address. An admin can allow it: "
    "c.Labpool.scrape_allowed_hosts.",
    "no_such_host": "there is no host of that name.",
    "unreachable": "its host cannot be reached.",
    "timeout": "its host takes no connection.",
    "bad_answer": "its host answers with something else than HTTP.",
    "too_large": "its answer is too large.",
}


def failure(url: str, status: int, headers: Mapping[str, str]) -> ItemFailed | None:
    """Return why an answer is none, or None where it is one.

    Args:
        headers: With names in small letters.
    """
    if status < 400:
        return None
    refused = headers.get(REFUSED, "")
    if refused in _WHY:  # the proxy takes this header out of what hosts answer
        return of_refusal(refused, f"{url} was not asked for: {_WHY[refused]}")
    after = headers.get("retry-after")
    seconds = parse_retry_after(after, datetime.now(UTC)) if after else None
    asks_patience = status == 429 or (status == 503 and seconds is not None)
    return ItemFailed(
        "http_error",
        f"{url} answered with status {status}.",
        kind="status",
        status=status,
        blames_host=status >= 500 and not asks_patience,
        pauses_host=asks_patience,
        retry_after_s=seconds,
    )


_FILES = ("application/", "audio/", "font/", "image/", "video/")
_PAGES = ("json", "xml", "javascript")
_SAVED = re.compile(r"\s*attachment\b", re.IGNORECASE)


def no_page(url: str, headers: Mapping[str, str]) -> ItemFailed | None:
    """Return why an answer is a file and no page, or None where a browser shows it as one."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    is_file = kind.startswith(_FILES) and not kind.endswith(_PAGES)
    if not is_file and not _SAVED.match(headers.get("content-disposition", "")):
        return None
    return ItemFailed("download", f"{url} is a file to be saved ({kind or 'of no kind'}), no page.")
