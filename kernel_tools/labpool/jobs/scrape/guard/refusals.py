"""What was refused of late, so that somebody can say why a page failed."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from .addresses import normal_host
from .rules import Refused

_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}


@dataclass(frozen=True)
class Refusal:
    """One target that was not reached, or whose answer was cut.

    Attributes:
        url: What was asked for; "" in a tunnel, where only the host is known.
        code: See ``Refused``.
        message: What happened and what to do, for people.
    """

    host: str
    port: int
    code: str
    message: str
    url: str = ""


class Refusals:
    """The latest refusals, oldest first.

    Args:
        keep: How many.
    """

    def __init__(self, keep: int) -> None:
        self._kept: deque[Refusal] = deque(maxlen=keep)

    def __iter__(self) -> Iterator[Refusal]:
        return iter(tuple(self._kept))

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, refused: Refused, url: str = "") -> None:
        """Note one."""
        self._kept.append(Refusal(refused.host, refused.port, refused.code, refused.message, url))

    def take(self, url: str) -> Refusal | None:
        """Return the latest that can be about a request, or None; it is about no other then."""
        near = (one for one in reversed(self._kept) if one.url in (url, "") and _is_at(one, url))
        found = next(near, None)
        if found is not None:
            self._kept.remove(found)
        return found

    def latest(self, url: str) -> Refusal | None:
        """Return the latest that concerns the host and port of a URL, or None."""
        return next((one for one in reversed(self._kept) if _is_at(one, url)), None)


def _is_at(refusal: Refusal, url: str) -> bool:
    """Whether a refusal is of a URL's host and port."""
    try:
        parts = urlsplit(url)
        host = normal_host(parts.hostname or "")
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return False
    return (refusal.host, refusal.port) == (host, port)
