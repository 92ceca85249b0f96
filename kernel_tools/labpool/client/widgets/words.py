"""What each worker of a run says that it is doing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self, TypedDict

from labpool.wire import Progress, Run, Worker


class WorkerShown(TypedDict):
    """One worker as it crosses to the page.

    Attributes:
        words: What it does now, in the job's words.
    """

    id: str
    host: str
    pid: int
    words: str
    done: float | None
    total: float | None
    unit: str


class Words:
    """The workers of the latest attempt and their words."""

    def __init__(self) -> None:
        self._of: dict[str, WorkerShown] = {}

    @classmethod
    def of(cls, run: Run, workers: Iterable[Worker]) -> Self:
        """Begin with what the server knows.

        Args:
            run: The run.
            workers: The pool's workers; those on other runs are left out.
        """
        words = cls()
        words.begin(run.workers)
        for worker in workers:
            if worker.run_id == run.id:
                words.meet(worker.id, worker.host, worker.pid)
                if worker.progress:
                    words.say(worker.id, worker.progress)
        if len(run.workers) == 1 and run.progress:
            words.say(run.workers[0], run.progress)
        return words

    def begin(self, workers: Iterable[str]) -> None:
        """Another attempt begins on these workers."""
        self._of = {}
        for worker in workers:
            self._one(worker)

    def clear(self) -> None:
        """Nobody works on it any more."""
        self._of = {}

    def leave(self, worker: str) -> None:
        """A worker left while others go on."""
        self._of.pop(worker, None)

    def meet(self, worker: str, host: str, pid: int) -> None:
        """Learn where a worker is."""
        if worker:
            self._of[worker] = {**self._one(worker), "host": host, "pid": pid}

    def say(self, worker: str, progress: Progress) -> None:
        """Take in what a worker said; one without a name speaks for the only one there is."""
        name = worker or (next(iter(self._of)) if len(self._of) == 1 else "")
        if name:
            self._of[name] = {
                **self._one(name),
                "words": progress.message,
                "done": progress.done,
                "total": progress.total,
                "unit": progress.unit,
            }

    def shown(self) -> list[WorkerShown]:
        """Return copies for the page, in the order in which they joined."""
        return [one.copy() for one in self._of.values()]

    def _one(self, worker: str) -> WorkerShown:
        empty: WorkerShown = {
            "id": worker, "host": "", "pid": 0, "words": "", "done": None, "total": None, "unit": ""
        }  # fmt: skip
        return self._of.setdefault(worker, empty)
