"""One browser process with its driver, from launch to end."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import psutil
from playwright.async_api import Browser, Error, Playwright, async_playwright

from .errors import NoBrowser
from .program import ARGS, find, sandboxed
from .visit import Visit, Visitor

_log = logging.getLogger(__name__)

CLOSE_S = 1.5
"""How long browser and driver each may take to end before they are killed, seconds: the worker that
ends them is itself killed four seconds after it was asked to go."""
MOST_VISITS = 4
"""Visitors that a browser keeps warm."""
START_S = 60.0
"""How long a driver may take to start, seconds."""
LOOK_S = 0.02
"""How often a driver that is to start looks whether another one has started, seconds."""
HELP = (
    "Install one (apt-get install chromium-headless-shell, or: playwright install --only-shell "
    "chromium), or name it with c.Labpool.scrape_browser."
)

_starting = threading.Lock()


class Chromium:
    """A browser that runs.

    Attributes:
        used: Pages that it has served.
        lent: Pages that it serves now.
        hangs: Whether it has not answered in time.
    """

    def __init__(
        self, playwright: Playwright, browser: Browser, processes: list[psutil.Process]
    ) -> None:
        self.used = 0
        self.lent = 0
        self.hangs = False
        self._playwright = playwright
        self._browser = browser
        self._processes = processes
        self._visits: dict[Visitor, Visit] = {}
        self._opening = asyncio.Lock()

    @classmethod
    async def launch(cls, given: str, scratch: Path) -> Chromium:
        """Start a driver and a browser.

        Args:
            given: Path of the browser, or "" to look for one.
            scratch: Folder for what they leave on the disk.

        Raises:
            NoBrowser: None can be started.
        """
        path = await asyncio.to_thread(find, given)
        async with _one_at_a_time():
            before = set(drivers())
            try:
                async with asyncio.timeout(START_S):
                    with _temporary_folder(scratch):
                        playwright = await async_playwright().start()
            except TimeoutError as error:
                for driver in drivers():
                    if driver not in before:
                        driver.kill()
                raise NoBrowser(f"The browser's driver is not up after {START_S:g} s.") from error
            processes = [driver for driver in drivers() if driver not in before]
        try:
            browser = await _launched(playwright, path)
        except Error as error:
            await playwright.stop()
            named = f"{path} does not start" if path else "No Chromium was found on this worker"
            raise NoBrowser(f"{named}: {_first_line(error)} {HELP}") from error
        return cls(playwright, browser, processes)

    @property
    def lives(self) -> bool:
        """Whether browser and driver are there."""
        there = all(_lives(process) for process in self._processes)
        return there and self._browser.is_connected()

    @property
    def works(self) -> bool:
        """Whether they are, and nothing hangs that was to be opened or closed."""
        stuck = self.hangs or any(visit.stuck for visit in self._visits.values())
        return self.lives and not stuck

    def memory_bytes(self) -> int:
        """Return what driver and browser share of the machine's memory (their PSS)."""
        return sum(_memory(process) for process in self._tree())

    async def visit(self, visitor: Visitor) -> Visit:
        """Return a visitor's visit, warm if there was one."""
        async with self._opening:
            visit = self._visits.pop(visitor, None)
            if visit is None:
                visit = await Visit.open(self._browser, visitor)
            self._visits[visitor] = visit
            while len(self._visits) > MOST_VISITS and self.lent == 0:
                await self._visits.pop(next(iter(self._visits))).close()
            return visit

    async def close(self) -> None:
        """End browser and driver, by force if they take too long."""
        tree = self._tree()
        with suppress(Error, TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self._browser.close()
        for visit in self._visits.values():
            await visit.guard.close()
        with suppress(Error, TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self._playwright.stop()
        for process in tree:
            with suppress(psutil.NoSuchProcess):
                process.kill()

    def _tree(self) -> list[psutil.Process]:
        found: list[psutil.Process] = []
        for process in self._processes:
            with suppress(psutil.NoSuchProcess):
                found += [process, *process.children(recursive=True)]
        return found


async def _launched(playwright: Playwright, path: str | None) -> Browser:
    """Launch a browser, in its sandbox where this system has what that needs."""
    if not sandboxed():
        return await _launch(playwright, path, sandbox=False)
    try:
        return await _launch(playwright, path, sandbox=True)
    except Error as error:
        if "sandbox" not in error.message.lower():
            raise
        _log.warning("the browser runs without its sandbox: %s", _first_line(error))
        return await _launch(playwright, path, sandbox=False)


async def _launch(playwright: Playwright, path: str | None, *, sandbox: bool) -> Browser:
    return await playwright.chromium.launch(
        executable_path=path,
        headless=True,
        args=list(ARGS),
        chromium_sandbox=sandbox,
        handle_sigint=False,
        handle_sigterm=False,
        handle_sighup=False,
    )


@asynccontextmanager
async def _one_at_a_time() -> AsyncIterator[None]:
    """Start one driver after the other in this process.

    Two that start at once would take each other's driver, and each other's folder, for their own.
    """
    while not _starting.acquire(blocking=False):  # noqa: ASYNC110 - another loop's thread has it
        await asyncio.sleep(LOOK_S)
    try:
        yield
    finally:
        _starting.release()


@contextmanager
def _temporary_folder(folder: Path) -> Iterator[None]:
    """Let a driver that starts take this for the system's folder of temporary files.

    Playwright gives the driver the environment of this process and takes no other.
    """
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before


def drivers() -> list[psutil.Process]:
    """Return the drivers that this process has started, and nothing else that it has."""
    return [child for child in psutil.Process().children() if _is_driver(child)]


def _is_driver(process: psutil.Process) -> bool:
    try:
        return "run-driver" in process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _memory(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
    return int(getattr(full, "pss", full.uss))


def _first_line(error: Error) -> str:
    return error.message.splitlines()[0] if error.message else type(error).__name__
