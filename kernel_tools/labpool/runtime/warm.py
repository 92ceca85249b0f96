"""What is slow to make and stays ready for the next run of a process, such as a browser."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol, TypeVar, cast


class Closes(Protocol):
    """Something that holds on to processes, files or memory until it is closed."""

    @property
    def closed(self) -> bool:
        """Whether it is of no more use."""

    @property
    def processes(self) -> list[int]:
        """Ids of this process's children that it needs; all others end with the run."""

    def close(self) -> None:
        """Let go of everything, soon; a second call does nothing."""


C = TypeVar("C", bound=Closes)


class Warm:
    """Things by name, one of each."""

    def __init__(self) -> None:
        self._things: dict[str, Closes] = {}
        self._lock = threading.Lock()

    def get(self, name: str, make: Callable[[], C]) -> C:
        """Return the thing of a name; where there is none, or it is closed, make it."""
        with self._lock:
            thing = self._things.get(name)
            if thing is None or thing.closed:
                thing = self._things[name] = make()
            return cast("C", thing)

    def processes(self) -> set[int]:
        """Return the ids of this process's children that the things need."""
        with self._lock:
            return {pid for thing in self._things.values() for pid in thing.processes}

    def close(self) -> None:
        """Close everything."""
        with self._lock:
            things, self._things = list(self._things.values()), {}
        for thing in things:
            thing.close()
