"""The place where runs write: while it is full or away, the queue holds."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from labpool.runtime.place import AMPLE_BYTES, DISK_FULL, Room, in_words, look
from labpool.wire import RunError
from labpool.wire._base import utc_now

LOOK_S = 5.0
"""Pause between two looks at a place in trouble, seconds: a disk tells nobody that it has room."""
MORE_BYTES = 64 << 20
"""How much more must be free than after the fault, at the most."""
MORE_SHARE = 0.02
"""The same as a share of a small disk."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Hold:
    """Why the queue holds.

    Attributes:
        code: What is wrong with the place (``labpool.runtime.place``).
        folder: The place.
        free: Bytes that were free once the attempt had cleaned up.
        needed: Free bytes with which the queue goes on.
        message: Why, for people.
        since: When it was first seen.
    """

    code: str
    folder: Path
    free: int
    needed: int
    message: str
    since: datetime


class Place:
    """Holds the queue for a fault of the place, and sees when it is over.

    Args:
        folder: Where runs write; looked at for a fault that names none of this machine.
        look: Looks at a folder.
    """

    def __init__(self, folder: Path, look: Callable[[Path], Room] = look) -> None:
        self._folder = folder
        self._look = look
        self.hold: Hold | None = None

    async def blame(self, error: RunError) -> None:
        """Hold the queue for a fault that ended an attempt, unless there is ample room."""
        named = error.details.get("folder")
        folder = Path(named) if isinstance(named, str) and named else self._folder
        await self.check(folder, error.code)

    async def check(self, folder: Path | None = None, code: str = "") -> None:
        """Look at a folder, and hold the queue where it is in trouble.

        Args:
            folder: The folder; the runs' own when absent.
            code: What an attempt found there, for a disk that has a little room again since.
        """
        folder = folder or self._folder
        room = await asyncio.to_thread(self._look, folder)
        if room.code or (code == DISK_FULL and room.free < AMPLE_BYTES):
            why = room.code or code
            more = min(MORE_BYTES, int(room.total * MORE_SHARE))
            text = f"{in_words(why, folder)} The queue waits, and goes on by itself."
            since = self.hold.since if self.hold else utc_now()
            self.hold = Hold(why, folder, room.free, room.free + more, text, since)
            _log.warning("%s", text)

    async def holds(self) -> bool:
        """Return whether the queue has to hold, after a look."""
        hold = self.hold
        if hold is None:
            return False
        room = await asyncio.to_thread(self._look, hold.folder)
        if room.code or (hold.code == DISK_FULL and room.free < hold.needed):
            return True
        if self.hold is hold:
            self.hold = None
            _log.info("%s has room again: the queue goes on", hold.folder)
        return self.hold is not None
