"""The browser of a worker: kept warm, started again when it dies, renewed before it grows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from playwright.async_api import Error, Page

from .chromium import Chromium, drivers
from .errors import BrowserDied
from .loop import PrivateLoop, Underway
from .scratch import Scratch
from .visit import Visit, Visitor

T = TypeVar("T")

IDLE_S = 300.0
"""How long a browser that nobody uses is kept warm, seconds."""
MOST_PAGES = 500
"""Pages that a browser serves before a fresh one takes its place."""
MOST_BYTES = 3 << 29
"""Memory (PSS, 1.5 GiB) of driver and browser at which a fresh one takes its place."""
LOOK_EVERY = 20
"""Pages between two looks at its memory: a look reads a file of each process."""
OPEN_S = 30.0
"""How long a browser may take to open a page before it is taken for dead, seconds."""
CLOSE_S = 4.0
"""How long the end of everything is waited for, seconds."""


@dataclass(frozen=True, kw_only=True)
class HostSettings:
    """How the browser is run.

    Attributes:
        program: Path of the browser, or "" to look for one.
        most_pages: Pages that a browser serves before it is renewed.
        most_bytes: Memory at which it is renewed, bytes.
        idle_s: How long it is kept when nobody uses it, seconds.
        open_s: How long it may take to open a page, seconds.
    """

    program: str = ""
    most_pages: int = MOST_PAGES
    most_bytes: int = MOST_BYTES
    idle_s: float = IDLE_S
    open_s: float = OPEN_S


class BrowserHost:
    """Lends pages of one browser to all who work in a process.

    Args:
        settings: How it is run.

    Attributes:
        launches: Browsers started so far.
    """

    def __init__(self, settings: HostSettings) -> None:
        self.settings = settings
        self.launches = 0
        self._private = PrivateLoop("labpool-browser")
        self._scratch = Scratch()
        self._browser: Chromium | None = None
        self._starting = asyncio.Lock()
        self._old: set[Chromium] = set()
        self._ending: set[asyncio.Task[None]] = set()
        self._idle: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._closed

    @property
    def processes(self) -> list[int]:
        """Ids of the drivers, also of one that is being started; browsers are below them."""
        return [driver.pid for driver in drivers()]

    def submit(self, work: Coroutine[Any, Any, T]) -> Underway[T]:
        """Run a coroutine on the browser's own loop."""
        return self._private.submit(work)

    def close(self) -> None:
        """End the browser and take away what it left on the disk."""
        if self._closed:
            return
        self._closed = True
        ending = self._private.submit(self._end_all())
        try:
            ending.result(CLOSE_S)
        except TimeoutError:
            ending.cancel()
        self._private.stop(patience_s=1.0)
        self._scratch.remove()

    @asynccontextmanager
    async def visit(self, visitor: Visitor) -> AsyncIterator[Visit]:
        """Lend a visit, for requests without a page.

        Raises:
            BrowserDied: The browser went away in the middle.
            NoBrowser: None can be started.
        """
        browser = await self._ready()
        browser.lent += 1
        try:
            try:
                visit = await self._in_time(browser.visit(visitor))
            except Error as error:
                raise BrowserDied(error.message) from error
            except TimeoutError as error:
                browser.hangs = True
                raise BrowserDied("the browser hangs") from error
            yield visit
        except Exception as error:
            if not browser.lives:
                raise BrowserDied(str(error)) from error
            raise
        finally:
            browser.lent -= 1
            browser.used += 1
            await self._look_after(browser)

    @asynccontextmanager
    async def page(self, visitor: Visitor) -> AsyncIterator[tuple[Visit, Page]]:
        """Lend a page of a visit; see ``visit``."""
        async with self.visit(visitor) as visit, AsyncExitStack() as lent:
            try:
                page = await self._in_time(lent.enter_async_context(visit.page()))
            except TimeoutError as error:
                visit.stuck += 1
                raise BrowserDied("the browser hangs") from error
            yield visit, page

    async def _in_time(self, opening: Awaitable[T]) -> T:
        async with asyncio.timeout(self.settings.open_s):
            return await opening

    async def _ready(self) -> Chromium:
        async with self._starting:
            if self._idle is not None:
                self._idle.cancel()
            if self._browser is not None and not self._browser.works:
                self._retire(self._browser)
            if self._browser is None:
                # Whoever wants it may be cancelled meanwhile; what has begun to start is kept.
                await asyncio.shield(self._launch())
            assert self._browser is not None  # noqa: S101 - for the type checker
            return self._browser

    async def _launch(self) -> None:
        self._browser = await Chromium.launch(self.settings.program, self._scratch.path)
        self.launches += 1

    async def _look_after(self, browser: Chromium) -> None:
        """Renew a browser that has served its time; end one that nobody uses any more."""
        if browser is self._browser and await self._is_spent(browser):
            self._retire(browser)
        if browser in self._old:
            self._end_if_free(browser)
        elif browser.lent == 0:
            if self._idle is not None:
                self._idle.cancel()
            loop = asyncio.get_running_loop()
            self._idle = loop.call_later(self.settings.idle_s, self._retire_idle)

    async def _is_spent(self, browser: Chromium) -> bool:
        if not browser.works or browser.used >= self.settings.most_pages:
            return True
        if browser.used % LOOK_EVERY:
            return False
        return await asyncio.to_thread(browser.memory_bytes) > self.settings.most_bytes

    def _retire_idle(self) -> None:
        if self._browser is not None and self._browser.lent == 0:
            self._retire(self._browser)

    def _retire(self, browser: Chromium) -> None:
        """Give the browser no new pages; it ends with its last one."""
        if browser is self._browser:
            self._browser = None
            self._old.add(browser)
        self._end_if_free(browser)

    def _end_if_free(self, browser: Chromium) -> None:
        if browser in self._old and (browser.lent == 0 or not browser.lives):
            self._old.discard(browser)
            task = asyncio.ensure_future(browser.close())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def _end_all(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        browsers = [*self._old, *([self._browser] if self._browser else [])]
        self._old, self._browser = set(), None
        await asyncio.gather(*(browser.close() for browser in browsers), *self._ending)
