"""What the browser says of a page while it loads: its documents, and what it still waits for."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from playwright.async_api import Error, Frame, Page, Request, Response

AWAITED = frozenset({"fetch", "script", "xhr"})
"""Kinds of requests that may bring text of the page; a page that waits for one is not whole."""
ABORTED = "net::ERR_ABORTED"


class Watch:
    """Listens to a page as long as the block lasts.

    Args:
        page: The page.

    Attributes:
        document: The request of the last document that the page's own frame asked for.
        response: Its answer; None as long as there is none.
        broke: Why it came to nothing; "" where it did not.
        cut: Why the document that is shown has no end; "" where it has one, or is still coming.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._awaited: dict[Request, None] = {}
        self._changed = asyncio.Event()
        self._shown: Request | None = None
        self.document: Request | None = None
        self.response: Response | None = None
        self.broke = ""
        self.cut = ""

    def __enter__(self) -> Self:
        for event, hear in self._listeners().items():
            self._page.on(event, hear)  # type: ignore[call-overload]  # one overload an event
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for event, hear in self._listeners().items():
            with suppress(Error):
                self._page.remove_listener(event, hear)

    @property
    def leads_on(self) -> bool:
        """Whether another document than the one that is shown is on its way."""
        return self.document is not self._shown and not self.broke

    @property
    def awaited(self) -> str:
        """Address of something that the page still waits for; "" where there is nothing."""
        if self.leads_on and self.document is not None:
            return self.document.url
        return next(iter(self._awaited)).url if self._awaited else ""

    async def rest(self) -> None:
        """Wait until the page waits for nothing."""
        while self.awaited:
            await self.next()

    async def until_cut(self) -> None:
        """Wait until the document that is shown turns out to have no end."""
        while not self.cut:
            await self.next()

    async def next(self) -> None:
        """Wait until something happens."""
        await self._changed.wait()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _listeners(self) -> dict[str, Any]:
        return {
            "request": self._on_request,
            "response": self._on_response,
            "requestfinished": self._on_end,
            "requestfailed": self._on_failure,
            "framenavigated": self._on_shown,
        }

    def _is_own(self, request: Request) -> bool:
        try:
            return request.frame == self._page.main_frame
        except Error:
            return False  # of a frame that has gone

    def _on_request(self, request: Request) -> None:
        if not self._is_own(request):
            return
        if request.is_navigation_request():
            self.document, self.response, self.broke = request, None, ""
            self._tell()
        elif request.resource_type in AWAITED:
            self._awaited[request] = None

    def _on_response(self, response: Response) -> None:
        if response.request == self.document:
            self.response = response

    def _on_end(self, request: Request) -> None:
        self._awaited.pop(request, None)
        self._tell()

    def _on_failure(self, request: Request) -> None:
        if request == self.document and request is not self._shown:
            self.broke = request.failure or ABORTED
        elif request == self._shown and request == self.document:
            self.cut = request.failure or ABORTED
        self._on_end(request)

    def _on_shown(self, frame: Frame) -> None:
        # A page that only changes its own address has no answer that it could be.
        if frame == self._page.main_frame and self.response is not None:
            if self._shown is not self.document:
                self._awaited.clear()
                self.cut = ""
            self._shown = self.document
            self._tell()
