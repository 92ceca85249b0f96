"""Pages that a test makes itself, served as slowly and as badly as it wants."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from tornado.iostream import StreamClosedError

from .handlers import Handler


@dataclass(frozen=True)
class Made:
    """One answer.

    Attributes:
        body: What is sent.
        pieces: In how many pieces.
        pause_s: Pause between two of them, seconds.
        stalls: Whether nothing comes after the first half, and the connection stays open.
        breaks: Whether the connection breaks off after the first half.
        times: How often this is the answer; then comes ``then``. None for always.
    """

    body: str | bytes = ""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: int = 1
    pause_s: float = 0.0
    stalls: bool = False
    breaks: bool = False
    times: int | None = None
    then: Made | None = None

    @property
    def content(self) -> bytes:
        """The body's bytes."""
        return self.body.encode() if isinstance(self.body, str) else self.body


class MadePages:
    """The table: ``site.made["rows"] = Made("<p>...")`` is served at ``/made/rows``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pages: dict[str, Made] = {}
        self._asked: dict[str, int] = {}

    def __setitem__(self, path: str, page: Made | str) -> None:
        with self._lock:
            self._pages[path] = Made(page) if isinstance(page, str) else page
            self._asked.pop(path, None)

    def clear(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._pages.clear()
            self._asked.clear()

    def take(self, path: str) -> Made | None:
        """Return the answer to the next request of a path, and count that."""
        with self._lock:
            page, asked = self._pages.get(path), self._asked.get(path, 0)
            self._asked[path] = asked + 1
        while page is not None and page.times is not None and asked >= page.times:
            asked -= page.times
            page = page.then
        return page


class MadePage(Handler):
    """``/made/...``; the query belongs to the path."""

    async def get(self, path: str) -> None:
        """Send the page."""
        query = self.request.query
        page = self.site.made.take(f"{path}?{query}" if query else path)
        if page is None:
            self.set_status(404)
            self.write("<h1>No such page</h1>")
            return
        self.set_status(page.status)
        self.set_header("Content-Type", page.kind)
        for name, value in page.headers.items():
            self.set_header(name, value)
        with suppress(StreamClosedError):  # a client that goes away is nothing to report
            await self._send(page)

    async def _send(self, page: Made) -> None:
        content = page.content
        if page.stalls or page.breaks:
            self.write(content[: len(content) // 2])
            await self.flush()
            if page.breaks and self.request.connection is not None:
                self.request.connection.stream.close()  # type: ignore[attr-defined]
                return
            await self.gone.wait()
            return
        size = max(1, -(-len(content) // page.pieces))
        for start in range(0, len(content), size):
            if start:
                await asyncio.sleep(page.pause_s)
            self.write(content[start : start + size])
            await self.flush()
