"""From stored events to the history."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Sequence

from labpool.wire import Event, Run, event_adapter
from labpool.wire.events import PART_SPAN, AttemptStarted, WorkerLeft
from labpool_server.store.stored import Stored

from .history import History, State, Stint

_NUMBER = re.compile(r'"n":(\d+),')
_ENDINGS: dict[str, State] = {
    "run_interrupted": "interrupted",
    "run_succeeded": "succeeded",
    "run_failed": "failed",
    "run_cancelled": "cancelled",
}
_TURNS = ("attempt_started", "run_deleted", "worker_left")
_WORDS = frozenset(
    {
        "artifact_deleted",
        "artifact_saved",
        "attempt_started",
        "log_written",
        "messages_dropped",
        "metrics_reported",
        "notice_given",
        "params_resolved",
        "progress_reported",
    }
)


class Recorder:
    """Takes what is stored into a history.

    Of the many messages it only counts; the few events that begin or end something it reads.

    Args:
        history: Where it goes.
        find: Returns a run that is on a worker, or None.
        clock: Seconds since the epoch.
    """

    def __init__(
        self,
        history: History,
        find: Callable[[str], Run | None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._history = history
        self._find = find
        self._clock = clock
        self._workers: dict[str, dict[int, str]] = {}

    def record(self, stored: Sequence[Stored]) -> None:
        """Take in events, oldest first."""
        said: Counter[tuple[str, int]] = Counter()
        for item in stored:
            if item.type in _ENDINGS or item.type in _TURNS:
                self._count(said)
                self._turn(event_adapter.validate_json(item.json))
            number = _number(item) if item.type in _WORDS else 0
            if number > 0:
                said[item.run_id, number // PART_SPAN] += 1
        self._count(said)

    def _count(self, said: Counter[tuple[str, int]]) -> None:
        for (run_id, part), count in said.items():
            worker = self._workers.get(run_id, {}).get(part)
            if worker is not None:
                self._history.say(run_id, worker, count, self._clock())
        said.clear()

    def _turn(self, event: Event) -> None:
        if isinstance(event, AttemptStarted):
            run = self._find(event.run_id)
            self._workers.setdefault(event.run_id, {})[event.n // PART_SPAN] = event.worker
            self._history.begin(
                Stint(
                    run_id=event.run_id,
                    worker=event.worker,
                    name=run.name if run is not None else event.run_id,
                    kind=run.kind if run is not None else "",
                    attempt=event.attempt,
                    began=event.at.timestamp(),
                )
            )
        elif isinstance(event, WorkerLeft):
            state: State = "interrupted" if event.reason == "lost" else "succeeded"
            self._history.end(event.run_id, state, event.at.timestamp(), event.worker)
        elif event.type == "run_deleted":
            self._history.forget(event.run_id)
        else:
            self._workers.pop(event.run_id, None)
            self._history.end(event.run_id, _ENDINGS[event.type], event.at.timestamp())


def _number(item: Stored) -> int:
    """Return a message's number; it stands before any text, whose quotes would be escaped."""
    found = _NUMBER.search(item.json)
    return int(found[1]) if found else 0
