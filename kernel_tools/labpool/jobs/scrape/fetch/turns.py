"""One request at a time of what robots.txt, the rate and the host's state allow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

from labpool.jobs.scrape.polite import FailureKind, HostLimits, Hosts, Robots, host_of
from labpool.jobs.scrape.recipe import Recipe
from labpool.wire.events import LogLevel

from .errand import Errand
from .failures import ItemFailed

Log = Callable[[LogLevel, str], None]

_WEB = ("http://", "https://")
LONG_S = 10.0
"""A pause that a host asks for is told from here on, seconds."""
RESTS_S = 300.0
"""How long an item waits for a host that rests, seconds; then the run does."""


class Turns:
    """Lets requests through.

    Args:
        hosts: What all workers know of the hosts.
        robots: Their rules, or None where the recipe does not ask.
        recipe: Has the limits.
        log: Takes a line where a host asks for much patience.
    """

    def __init__(self, hosts: Hosts, robots: Robots | None, recipe: Recipe, log: Log) -> None:
        self._hosts = hosts
        self._robots = robots
        self._limits = recipe.limits
        self._log = log
        self._patient: dict[str, float] = {}

    @asynccontextmanager
    async def request(self, url: str, errand: Errand) -> AsyncIterator[None]:
        """Wait for the turn of a request, hold its place, and note how it went.

        Args:
            url: What will be asked for.
            errand: Whose request it is.

        Raises:
            ItemFailed: robots.txt says no.
            HostResting: The host will not be asked for a long while.
        """
        host = _host(url)
        async with AsyncExitStack() as held:
            with errand.waiting():
                limits = self._host_limits(await self._delay(url, errand))
                errand.say("waits for its turn")
                request = self._hosts.request(host, limits, deadline_s=RESTS_S)
                turn = await held.enter_async_context(request)
            try:
                yield
            except ItemFailed as failed:
                if failed.ours:
                    raise
                if failed.pauses_host:
                    turn.pause(failed.retry_after_s)
                    self._tell_patience(host, failed)
                elif failed.blames_host:
                    turn.failed()
                else:
                    turn.ok()
                raise
            turn.ok()

    def _host_limits(self, crawl_delay_s: float) -> HostLimits:
        limits = self._limits
        return HostLimits(
            rate_per_s=limits.rate_per_s,
            parallel=limits.parallel,
            crawl_delay_s=crawl_delay_s,
            failures=limits.failures,
            open_s=limits.rest_s,
        )

    async def _delay(self, url: str, errand: Errand) -> float:
        """Return the pause that robots.txt asks for, seconds."""
        if self._robots is None:
            return 0.0
        errand.say("reads robots.txt")
        return await self._allowed(self._robots, url)

    async def check(self, asked: str, came: str) -> None:
        """Ask about the address that another one led to.

        Raises:
            ItemFailed: robots.txt says no; what came must not be kept.
        """
        if self._robots is not None and came.startswith(_WEB) and _place(asked) != _place(came):
            await self._allowed(self._robots, came)

    async def _allowed(self, robots: Robots, url: str) -> float:
        answer = await robots.allowed(url)
        if not answer.yes:
            # A name may be found later; nothing else changes within a run.
            kind: FailureKind | None = "connection" if answer.why == "no_such_host" else None
            raise ItemFailed(answer.why, answer.message, kind=kind, ours=True)
        return answer.crawl_delay or 0.0

    def _tell_patience(self, host: str, failed: ItemFailed) -> None:
        """Say once that a host is left alone for long."""
        seconds, now = failed.retry_after_s or 0.0, asyncio.get_running_loop().time()
        if seconds >= LONG_S and now >= self._patient.get(host, 0.0):
            self._patient[host] = now + seconds
            text = f"{host} asks to be left alone for {seconds:.0f} s ({failed.message})"
            self._log("warning", text)


def _place(url: str) -> tuple[str, str]:
    """Return what robots.txt tells apart of an address: its origin, and its path."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower(), f"{parts.path or '/'}?{parts.query}"


def _host(url: str) -> str:
    """Return the host of an address; a browser would read files of this machine, too."""
    if not url.lower().startswith(_WEB):
        raise ItemFailed("bad_target", f"{url[:200]!r} is no address of a web site.")
    try:
        return host_of(url)
    except ValueError as error:
        raise ItemFailed("bad_target", str(error)) from error
