"""One item on its way: what is being done for it, and how long that may still take."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self


class Errand:
    """A try of an item, within a time that stands still while somebody else's turn is.

    Args:
        say: Takes what is being done, for people.
        seconds: How long the try may take; waiting for a host does not count.

    Raises:
        TimeoutError: By the block, when that is over.
    """

    def __init__(self, say: Callable[[str], None], seconds: float) -> None:
        self.say = say
        self._seconds = seconds
        self._waits = 0
        self._left = seconds
        self._timeout = asyncio.timeout(seconds)

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._timeout.__aexit__(kind, error, trace)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Let the time stand still."""
        now = asyncio.get_running_loop().time
        when = self._timeout.when()
        if self._waits == 0 and when is not None and not self._timeout.expired():
            self._left = when - now()
            self._timeout.reschedule(None)
        self._waits += 1
        try:
            yield
        finally:
            self._waits -= 1
            if self._waits == 0 and not self._timeout.expired():
                self._timeout.reschedule(now() + max(self._left, 0.001))
