"""A request to a host waits for a place, for its turn, and while the host needs rest."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from .limits import HostLimits
from .locks import lock_one, pauses, try_lock
from .names import file_name
from .state import HostState, change

_LONGEST_SLEEP_S = 30.0
"""A sleeper looks again after this: others may have heard from the host."""


class HostResting(Exception):
    """A host is left alone for longer than the caller wants to wait.

    Attributes:
        host: Which one.
        seconds: For how long, as far as is known.
    """

    def __init__(self, host: str, seconds: float) -> None:
        super().__init__(
            f"{host} asked for patience or failed too often in a row; it is left alone for "
            f"{seconds:.0f} more seconds. Try again after that."
        )
        self.host = host
        self.seconds = seconds


class Turn:
    """A request that may be made now. Say how it went; nothing said changes nothing."""

    def __init__(self, limits: HostLimits) -> None:
        self._limits = limits
        self._note: Callable[[HostState, float, bool], None] | None = None

    def ok(self) -> None:
        """Say that the host answered, whatever it was (a 404 is an answer)."""
        self._note = lambda state, _now, probe: state.was_well(probe=probe)

    def failed(self) -> None:
        """Say that the host failed: refused, timed out, or answered with 5xx."""
        limits = self._limits
        self._note = lambda state, now, probe: state.has_failed(now, limits, probe=probe)

    def pause(self, retry_after_s: float | None = None) -> None:
        """Say that the host asked for patience (429, or a 503 with Retry-After).

        Args:
            retry_after_s: Seconds, an hour at the most; None when it does not say.
        """
        seconds = self._limits.pause_s if retry_after_s is None else retry_after_s
        self._note = lambda state, now, probe: state.asks_for_patience(now, seconds, probe=probe)

    @property
    def note(self) -> Callable[[HostState, float, bool], None] | None:
        """What is to be told to all workers."""
        return self._note


@dataclass(frozen=True)
class _Wait:
    """Why a request cannot begin yet: seconds, and whether the host rests (or is being tried)."""

    seconds: float
    resting: bool = False
    probing: bool = False


class Hosts:
    """The hosts that all workers of a server ask.

    Args:
        folder: Shared by all of them, on a local disk; made when it is not there.
        clock: Seconds, the same for all processes.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock

    @asynccontextmanager
    async def request(
        self, host: str, limits: HostLimits, *, deadline_s: float | None = None
    ) -> AsyncIterator[Turn]:
        """Wait until a request may be made, and hold its place while it is made.

        Say within the block how it went; the other workers learn it when the block ends. The
        place is free again when the block ends, is cancelled, or its process dies.

        Args:
            host: As ``host_of`` gives it.
            deadline_s: Seconds that the caller waits for a host that rests; None for any time.
                It bounds no wait for a place or for the rate, which others' requests make.

        Raises:
            HostResting: The host rests for longer than that.
            TimeoutError: Another process has stopped while it held the host's state.
            OSError: The folder cannot be written.
        """
        folder = self._folder / file_name(host)
        folder.mkdir(parents=True, exist_ok=True)
        end = None if deadline_s is None else self._clock() + deadline_s
        # Nobody waits for a place only to hear that the host rests for too long.
        wait = await change(folder / "state", lambda s: _Wait(s.rests(self._clock()), resting=True))
        self._check(host, wait, end)
        with ExitStack() as held:
            places = [folder / f"place-{n}" for n in range(limits.parallel)]
            held.callback(os.close, await lock_one(places))
            probe = await self._turn(folder, host, limits, end, held)
            turn = Turn(limits)
            try:
                yield turn
            finally:
                await self._tell(folder, turn, probe=probe)

    async def _turn(
        self, folder: Path, host: str, limits: HostLimits, end: float | None, held: ExitStack
    ) -> bool:
        """Wait for the turn; returns whether this is to be the probe."""
        tries = pauses()
        while True:
            found = await change(
                folder / "state", lambda state: self._ask(folder, state, limits, held)
            )
            if not isinstance(found, _Wait):
                return found
            self._check(host, found, end)
            seconds = next(tries) if found.probing else found.seconds
            await asyncio.sleep(min(seconds, _LONGEST_SLEEP_S))

    def _ask(
        self, folder: Path, state: HostState, limits: HostLimits, held: ExitStack
    ) -> _Wait | bool:
        """Begin a request, or say what is to be waited for; runs alone, under the state's lock."""
        now = self._clock()
        if rests := state.rests(now):
            return _Wait(rests, resting=True)
        if not_yet := state.not_yet(now):
            return _Wait(not_yet)
        if state.broken:
            probe = try_lock(folder / "probe")
            if probe is None:
                return _Wait(state.open_s, resting=True, probing=True)
            held.callback(os.close, probe)
        state.begin(now, limits.interval_s)
        return state.broken

    def _check(self, host: str, wait: _Wait, end: float | None) -> None:
        if end is None or not wait.resting or wait.seconds <= 0:
            return
        # How long a probe takes is unknown: as long as the time lasts, it may still end.
        soonest = self._clock() + (0 if wait.probing else wait.seconds)
        if soonest > end:
            raise HostResting(host, wait.seconds)

    async def _tell(self, folder: Path, turn: Turn, *, probe: bool) -> None:
        note = turn.note
        if note is not None:
            await change(folder / "state", lambda state: note(state, self._clock(), probe))
