"""What a process and all below it take: CPU in all, memory at its peak."""

from __future__ import annotations

import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

import psutil

EVERY_S = 0.25
"""Pause between two looks, seconds."""


class Tree:
    """Looks at a process tree until the block ends.

    Args:
        root: Its first process.

    Attributes:
        cpu_s: Seconds of the processor that it took, but for what ended between two looks.
        peak_bytes: Largest sum of its processes' shares of memory (PSS).
    """

    def __init__(self, root: psutil.Process) -> None:
        self._root = root
        self._cpu: dict[tuple[int, float], float] = {}
        self._before: dict[tuple[int, float], float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak_bytes = 0

    @property
    def cpu_s(self) -> float:
        """Seconds of the processor since the block began."""
        return sum(cpu - self._before.get(key, 0.0) for key, cpu in self._cpu.items())

    def __enter__(self) -> Self:
        self._look(memory=False)
        self._before = dict(self._cpu)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        self._look(memory=False)

    def _watch(self) -> None:
        while not self._over.wait(EVERY_S):
            self._look(memory=True)

    def _look(self, *, memory: bool) -> None:
        total = 0
        with suppress(psutil.NoSuchProcess):
            for process in [self._root, *self._root.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                    times = process.cpu_times()
                    self._cpu[process.pid, process.create_time()] = times.user + times.system
                    if memory:
                        total += process.memory_full_info().pss
        self.peak_bytes = max(self.peak_bytes, total)
