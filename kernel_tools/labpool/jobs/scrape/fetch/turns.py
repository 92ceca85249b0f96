"""One request at a time of what robots.txt, the rate and the host's state allow."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from labpool.jobs.scrape.polite import HostLimits, Hosts, Robots, host_of
from labpool.jobs.scrape.recipe import Recipe

from .errand import Errand
from .failures import ItemFailed

RESTS_S = 300.0
"""How long an item waits for a host that rests, seconds; then the run does."""


class Turns:
    """Lets requests through.

    Args:
        hosts: What all workers know of the hosts.
        robots: Their rules, or None where the recipe does not ask.
        recipe: Has the limits.
    """

    def __init__(self, hosts: Hosts, robots: Robots | None, recipe: Recipe) -> None:
        self._hosts = hosts
        self._robots = robots
        self._limits = recipe.limits

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
        answer = await self._robots.allowed(url)
        if not answer.yes:
            raise ItemFailed(answer.why, answer.message)
        return answer.crawl_delay or 0.0


def _host(url: str) -> str:
    """Return the host of an address; a browser would read files of this machine, too."""
    if not url.lower().startswith(("http://", "https://")):
        raise ItemFailed("bad_target", f"{url[:200]!r} is no address of a web site.")
    try:
        return host_of(url)
    except ValueError as error:
        raise ItemFailed("bad_target", str(error)) from error
