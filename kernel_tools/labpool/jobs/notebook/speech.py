"""What cells print, as lines of the run's log."""

from __future__ import annotations

import re
from collections.abc import Callable

MOST_LINES = 2000
"""Lines of one cell that go into the log; all of them are in the notebook."""
_ANSI = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


def plain(text: str) -> str:
    """Return a text without what colours it in a terminal."""
    return _ANSI.sub("", text)


class Speech:
    """Cuts a stream into lines: of a line that is written over, only what is left counts.

    Args:
        say: Takes each line.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._rest = ""
        self._lines = 0

    def hear(self, text: str) -> None:
        """Take what was printed."""
        *lines, self._rest = (self._rest + plain(text)).split("\n")
        for line in lines:
            self._tell(line)
        self._rest = _left(self._rest)

    def end(self) -> None:
        """Tell the line that has no end, and begin anew."""
        if self._rest:
            self._tell(self._rest)
        if self._lines > MOST_LINES:
            self._say(f"… {self._lines - MOST_LINES:,} more lines, which the notebook has")
        self._rest, self._lines = "", 0

    def _tell(self, line: str) -> None:
        self._lines += 1
        if self._lines <= MOST_LINES:
            self._say(_left(line))


def _left(line: str) -> str:
    """Return what a terminal shows of a line after the returns in it."""
    parts = line.rstrip("\r").split("\r")
    shown = ""
    for part in parts:
        shown = part + shown[len(part) :]
    return shown
