"""Hosts by name: the same for all spellings of one, and safe as a file's name."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SAFE = re.compile(r"[a-z0-9][a-z0-9.-]{0,99}")


def host_of(url: str) -> str:
    """Return the host of an address, with its port where that is not the scheme's own.

    Raises:
        ValueError: The address has no host, or no port that can be.
    """
    parts = urlsplit(url)
    if not parts.hostname:
        raise ValueError(f"{url!r} names no host; write the address in full, with https://.")
    name = _ascii(parts.hostname)
    if ":" in name:
        name = f"[{name}]"
    port = parts.port
    return name if port in (None, _DEFAULT_PORTS.get(parts.scheme)) else f"{name}:{port}"


def file_name(host: str) -> str:
    """Return a name for a host's files; two hosts never have the same one."""
    name = _ascii(host)
    if _SAFE.fullmatch(name):
        return name
    # "~" is in no plain name, so this one can be no other host's.
    start = re.sub(r"[^a-z0-9.-]+", "_", name)[:60].lstrip(".-")
    return f"{start}~{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:24]}"


def _ascii(host: str) -> str:
    name = host.lower().rstrip(".")
    if not name.isascii():
        with suppress(UnicodeError):
            return name.encode("idna").decode("ascii")
    return name
