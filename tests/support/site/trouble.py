"""What the site answers when something goes wrong on order."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from tornado.iostream import StreamClosedError

from . import traps

if TYPE_CHECKING:
    from .handlers import Handler

_IN_BROWSER = {
    "crash": traps.CRASH,
    "spin": traps.SPIN,
    "dialogs": traps.DIALOGS,
    "popups": traps.POPUPS,
}
_STATUS = {"500": 500, "flaky": 500, "missing": 404, "429": 429}
_PIECE = 1 << 20


class Trouble:
    """One answer.

    Args:
        handler: The request.
        fault: What goes wrong; "" and names without an effect here answer the body as it is.
        body: The answer when all goes right.
    """

    def __init__(self, handler: Handler, fault: str, body: str) -> None:
        self._handler = handler
        self._site = handler.site
        self._fault = fault
        self._body = body

    async def answer(self) -> None:
        """Send it."""
        special = getattr(self, f"_{self._fault}", None) if self._fault else None
        if special is not None:
            with suppress(StreamClosedError):  # a client that goes away is nothing to report
                await special()
        elif self._fault in _STATUS:
            self._say_status(_STATUS[self._fault])
        else:
            body = self._body.replace("<body>", f"<body>{_IN_BROWSER.get(self._fault, '')}", 1)
            self._handler.write(body)

    def _say_status(self, status: int) -> None:
        self._handler.set_status(status)
        if status == 429:
            self._handler.set_header("Retry-After", str(self._site.retry_after_s))
        self._handler.write("<h1>Something is wrong</h1>")

    async def _empty(self) -> None:
        self._handler.set_status(200)

    async def _expired(self) -> None:
        self._handler.not_logged_in()

    async def _loop(self) -> None:
        self._handler.redirect(self._handler.request.uri or "/")

    async def _redirect_private(self) -> None:
        self._handler.redirect(self._site.secret_url)

    async def _bad_json(self) -> None:
        self._handler.write(self._body[: len(self._body) // 2])

    async def _download(self) -> None:
        self._handler.set_header("Content-Type", "application/octet-stream")
        self._handler.set_header("Content-Disposition", 'attachment; filename="ticket.bin"')
        self._handler.write(self._body)

    async def _attack(self) -> None:
        extra = traps.attack(self._site.secret_url)
        self._handler.write(self._body.replace("<body>", f"<body>{extra}", 1))

    async def _hang(self) -> None:
        await self._handler.gone.wait()  # closing the site cancels it

    async def _slow_body(self) -> None:
        data = self._body.encode()
        for start in range(0, len(data), 16):
            self._handler.write(data[start : start + 16])
            await self._handler.flush()
            await asyncio.sleep(self._site.drip_s)

    async def _huge(self) -> None:
        left = self._site.huge_bytes
        while left > 0:
            self._handler.write(b" " * min(_PIECE, left))
            await self._handler.flush()
            left -= _PIECE
