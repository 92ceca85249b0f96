"""Carries a job's words to the server: numbered, batched, bounded, in order.

Of several words of progress that wait to be sent only the newest goes: nobody could see the others.
A message waits until the server says that it is stored. When ``capacity`` messages wait, the
job that speaks is held back; only progress is dropped, after a short hold, and counted.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from labpool.wire.events import (
    ArtifactDeleted,
    ArtifactSaved,
    AttemptStarted,
    Event,
    MessagesDropped,
    ProgressReported,
    events_adapter,
)

from .plain import words

INTERVAL_S = 0.1
"""Longest time that a message waits for company."""
BATCH = 1000
"""Most messages sent at once."""
CAPACITY = 10_000
"""Most messages that wait to be stored."""
HOLD_S = 0.05
"""How long progress is held back before it is dropped."""

_log = logging.getLogger(__name__)

_URGENT = (AttemptStarted, ArtifactSaved, ArtifactDeleted)


class Reporter:
    """Sends the events of one attempt.

    Args:
        send: Takes (JSON list of events, number of the last one, whether the job waits until
            that is stored); called on the reporter's own thread; must not block for long.
        interval_s: Longest time that a message waits for company, seconds.
        batch: Most messages a send.
        capacity: Most messages that were put and not yet acknowledged.
        after: Number before the first message's.

    Attributes:
        broken: Why words can be sent no more, or None.
    """

    def __init__(
        self,
        send: Callable[[str, int, bool], None],
        *,
        interval_s: float = INTERVAL_S,
        batch: int = BATCH,
        capacity: int = CAPACITY,
        after: int = 0,
    ) -> None:
        self._send = send
        self._interval_s = interval_s
        self._batch = batch
        self._capacity = capacity
        self._queue: deque[Event | None] = deque()
        self._alive = 0
        self._put = self._taken = self._progress = 0
        self._last = after
        self._acknowledged = after
        self._dropped = 0
        self._closed = False
        self._urgent = False
        self._awaited = 0
        self.broken: Exception | None = None
        self._lock = threading.Lock()
        self._room = threading.Condition(self._lock)
        self._work = threading.Condition(self._lock)
        self._thread = threading.Thread(target=self._run, name="labpool-reporter", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Messages put and not yet acknowledged."""
        return self._alive + self._last - self._acknowledged

    def put(self, event: Event) -> None:
        """Queue a message; holds the caller back while the line is full.

        Raises:
            RuntimeError: Words can be sent no more.
        """
        with self._lock:
            self._check()
            newest_waits = self._taken < self._progress == self._put
            if isinstance(event, ProgressReported) and newest_waits:
                self._queue[-1] = event
                return
            if self.waiting >= self._capacity and not self._wait_for_room(event):
                self._dropped += 1
                return
            self._check()
            if self._dropped:
                self._add(_dropped_like(event, self._dropped))
                self._dropped = 0
            self._add(event)

    def ack(self, n: int) -> None:
        """Take note that the server has stored everything up to message ``n``."""
        with self._lock:
            self._acknowledged = max(self._acknowledged, min(n, self._last + self._alive))
            self._room.notify_all()

    def flush(self, timeout_s: float) -> bool:
        """Send what waits now, and wait until the server has stored all that was put.

        Args:
            timeout_s: Longest wait, seconds.

        Returns:
            Whether it is stored.
        """
        with self._lock:
            last = self._last + self._alive
            if self._acknowledged < last:
                self._awaited = last
                self._work.notify_all()

            def over() -> bool:
                return self._acknowledged >= last or self._closed or self.broken is not None

            self._room.wait_for(over, timeout_s)
            return self._acknowledged >= last

    def close(self) -> int:
        """Send what waits, end the thread and return the number of the last message."""
        with self._lock:
            self._closed = True
            self._work.notify_all()
            self._room.notify_all()
        self._thread.join()
        return self._last

    def _wait_for_room(self, event: Event) -> bool:
        hold = HOLD_S if isinstance(event, ProgressReported) else None

        def free() -> bool:
            return self._closed or self.broken is not None or self.waiting < self._capacity

        self._room.wait_for(free, hold)
        return free()

    def _check(self) -> None:
        if self.broken is not None:
            raise RuntimeError(f"Words of the job can be sent no more: {self.broken}")

    def _add(self, event: Event) -> None:
        self._put += 1
        self._alive += 1
        if isinstance(event, ProgressReported):
            if self._progress > self._taken:  # its place in the line stays, empty
                self._queue[self._progress - self._taken - 1] = None
                self._alive -= 1
            self._progress = self._put
        self._queue.append(event)
        self._urgent = self._urgent or isinstance(event, _URGENT)
        if self._urgent or len(self._queue) == 1 or len(self._queue) >= self._batch:
            self._work.notify()

    def _numbered(self, event: Event) -> Event:
        """Number a message as it leaves the line, so that numbers have no gap."""
        self._last += 1
        self._alive -= 1
        return event.model_copy(update={"n": self._last})

    def _run(self) -> None:
        try:
            self._send_all()
        except BaseException as error:  # noqa: BLE001 - a panic of a serializer is no Exception, and the job must not wait for ever
            _log.exception("words of a job can be sent no more")
            with self._lock:
                self.broken = RuntimeError(words(error))
                self._room.notify_all()

    def _send_all(self) -> None:
        over = False
        while not over:
            with self._lock:
                self._work.wait_for(lambda: bool(self._queue or self._closed or self._awaited))
                self._work.wait_for(self._full, self._interval_s)
                size = min(len(self._queue), self._batch)
                taken = [self._queue.popleft() for _ in range(size)]
                self._taken += size
                events = [self._numbered(event) for event in taken if event is not None]
                self._urgent = self._urgent and bool(self._queue)
                over = self._closed and not self._queue
                last = self._last
                awaited = 0 < self._awaited <= last
                self._awaited = 0 if awaited else self._awaited
            if events or awaited:
                self._send(events_adapter.dump_json(events).decode(), last, awaited)

    def _full(self) -> bool:
        hurries = self._urgent or self._closed or self._awaited > 0
        return hurries or len(self._queue) >= self._batch


def _dropped_like(event: Event, count: int) -> MessagesDropped:
    values: dict[str, Any] = {"run_id": event.run_id, "attempt": event.attempt, "count": count}
    return MessagesDropped(worker=getattr(event, "worker", ""), **values)
