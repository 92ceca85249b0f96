"""From stored events to the history."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from labpool.wire import Event, Run, event_adapter
from labpool.wire.events import AttemptStarted
from labpool_server.store.stored import Stored

from .history import History, State, Stint

_ENDINGS: dict[str, State] = {
    "run_interrupted": "interrupted",
    "run_succeeded": "succeeded",
    "run_failed": "failed",
    "run_cancelled": "cancelled",
}
_WORDS = frozenset(
    {
        "artifact_deleted",
        "artifact_saved",
        "attempt_started",
        "log_written",
        "messages_dropped",
        "metrics_reported",
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

    def record(self, stored: Sequence[Stored]) -> None:
        """Take in events, oldest first."""
        said: Counter[str] = Counter()
        for item in stored:
            if item.type in _ENDINGS or item.type in ("attempt_started", "run_deleted"):
                self._count(said)
                self._turn(event_adapter.validate_json(item.json))
            if item.type in _WORDS and not _by_the_server(item):
                said[item.run_id] += 1
        self._count(said)

    def _count(self, said: Counter[str]) -> None:
        for run_id, count in said.items():
            self._history.say(run_id, count, self._clock())
        said.clear()

    def _turn(self, event: Event) -> None:
        if isinstance(event, AttemptStarted):
            run = self._find(event.run_id)
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
        elif event.type == "run_deleted":
            self._history.forget(event.run_id)
        else:
            self._history.end(event.run_id, _ENDINGS[event.type], event.at.timestamp())


def _by_the_server(item: Stored) -> bool:
    """Tell a log line of the server's own; in any text of it the quotes would be escaped."""
    return item.type == "log_written" and '"n":0,' in item.json
