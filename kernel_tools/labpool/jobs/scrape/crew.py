"""Works through the items of a run with several pages at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from labpool.items import Done, Ledger
from labpool.wire.events import LogLevel
from labpool.wire.items import Item

from .fetch import Fetcher
from .polite import HostResting
from .progress import Steps

LOOK_S = 0.5
"""Pause between two looks for items of others that come free; a file gives no event."""
MOST_BEGINNINGS = 5
"""How often an item may be begun: what was on a worker at each of its deaths is not begun again."""

Log = Callable[[LogLevel, str], None]
P = ParamSpec("P")
T = TypeVar("T")


class HostAway(Exception):
    """A host has to be left alone for so long that the run is put off.

    Args:
        message: Which, and for how long.
        seconds: The same as a number.
    """

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


@dataclass
class Crew:
    """Several pages of one worker.

    Attributes:
        ledger: The items.
        owner: As whom they are claimed.
        worker: Who works on them, for people.
        fetcher: Knows how.
        steps: Takes what is being done.
        log: Takes a line for each item.
        hide: Blacks out secrets in a text.
        pages: How many items at once.
    """

    ledger: Ledger
    owner: str
    worker: str
    fetcher: Fetcher
    steps: Steps
    log: Log
    hide: Callable[[str], str]
    pages: int

    async def work(self) -> None:
        """Work until every item of the run has ended, whoever has it.

        Raises:
            HostAway: A host has to be left alone for long.
            NoBrowser: No browser can be started here.
            SessionExpired: The site asks for a login.
        """
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self.pages):
                    group.create_task(self._lane())
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from errors
        finally:
            await asyncio.shield(asyncio.to_thread(self.ledger.give_back, self.owner))

    async def _lane(self) -> None:
        while True:
            item = await self._next()
            if item is None:
                return
            await self._one(item)

    async def _next(self) -> Item | None:
        """Claim an item; where the last ones are with others, wait until they have ended."""
        while True:
            claimed = await _to_its_end(self.ledger.claim, self.owner, 1, self.worker)
            if claimed:
                return claimed[0]
            counts = await asyncio.to_thread(self.ledger.counts)
            if counts.waiting == counts.running == 0:
                return None
            if not await asyncio.to_thread(self.ledger.release_dead):
                await asyncio.sleep(LOOK_S)

    async def _one(self, item: Item) -> None:
        self.steps.say(item.id, "begins")
        try:
            done = await self._done(item)
        except HostResting as resting:
            raise HostAway(str(resting), resting.seconds) from resting
        finally:
            self.steps.end(item.id)
        if await _to_its_end(self.ledger.finish, item.id, self.owner, done):
            self.steps.count(done.state)
            self._tell(item, done)

    async def _done(self, item: Item) -> Done:
        if item.tries > MOST_BEGINNINGS:
            text = f"The item was begun {item.tries - 1} times, and its worker died each time."
            return Done(state="failed", reason="worker_died", message=text)
        try:
            return await self.fetcher.fetch(item, lambda step: self.steps.say(item.id, step))
        except (ValueError, LookupError) as error:  # what nobody thought of; the others go on
            text = f"{type(error).__name__}: {error}"
            return Done(state="failed", reason="item_error", message=self.hide(text))

    def _tell(self, item: Item, done: Done) -> None:
        facts = f"{len(done.records)} records, {done.seconds or 0:.1f} s"
        match done.state:
            case "ok":
                self.log("info", f"[{item.id}] ok: {facts}")
            case "partial":
                self.log("warning", f"[{item.id}] partial: {facts}; {done.message}")
            case _:
                self.log("warning", f"[{item.id}] failed, {done.reason}: {done.message}")


async def _to_its_end(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call on another thread; who is cancelled meanwhile waits until the call has ended.

    What was claimed in that moment would otherwise be claimed after all had been given back.
    """
    calling = asyncio.ensure_future(asyncio.to_thread(call, *args, **kwargs))
    try:
        return await asyncio.shield(calling)
    except asyncio.CancelledError:
        await asyncio.wait({calling})
        raise
