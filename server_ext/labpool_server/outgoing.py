"""A file on its way to whoever asked for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """What to send, and as what.

    Attributes:
        name: What to call the file, with its suffix; part of a URL, so it needs no quoting.
        content_type: Its media type.
        blocks: Begins to make its bytes; called, iterated and closed off the event loop, by one
            thread after the other. What it opened it closes when it is closed.
        inline: Whether a browser may show it in place of saving it.
        headers: More headers of the answer.
    """

    name: str
    content_type: str
    blocks: Callable[[], Iterator[bytes]]
    inline: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
