"""What a widget shows of one run. Pure: no clock, no network, no kernel.

The page gets a whole ``Snapshot`` at first and small changes after it. Each change has the
next ``rev``; a page that misses one asks for the snapshot again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypedDict

from labpool.runtime.state import fold
from labpool.wire import LogLine, Run, RunError, RunState, Series, Worker
from labpool.wire.events import (
    AttemptAssigned,
    AttemptStarted,
    Event,
    LogWritten,
    MessagesDropped,
    MetricsReported,
    ProgressReported,
    RunInterrupted,
    WorkerLeft,
)

from .head import Head, Problem, head, problem
from .pace import Pace, PaceShown
from .series import MAX_POINTS, Curve, Points
from .words import Words, WorkerShown

MAX_LOGS = 200
MAX_LINE = 2000

Link = Literal["live", "away", "closed"]
"""live: events come in; away: the server does not answer; closed: nobody feeds the widget."""


class Snapshot(TypedDict):
    """All that the page needs to draw a run.

    Attributes:
        rev: Number of the latest change in it.
        went_on: Why the attempt before this one ended, or None.
        dropped: Messages that workers could not send.
        notice: Why the last button did nothing, "" when it worked.
        answers: How many buttons the server has answered.
    """

    rev: int
    run: Head
    deleted: bool
    series: dict[str, Points]
    logs: list[dict[str, Any]]
    workers: list[WorkerShown]
    pace: PaceShown
    went_on: Problem | None
    dropped: int
    link: Link
    notice: str
    answers: int


class RunModel:
    """One run as a widget shows it: its record, curves, log tail and workers' words.

    Args:
        run: The run as the server knows it.
        series: Its metrics so far.
        logs: Its latest log lines, oldest first.
        workers: The pool's workers.
        went_on: Why the attempt before this one ended, where that is known.
    """

    def __init__(
        self,
        run: Run,
        *,
        series: Iterable[Series] = (),
        logs: Iterable[LogLine] = (),
        workers: Iterable[Worker] = (),
        went_on: RunError | None = None,
    ) -> None:
        self.run = run
        self.deleted = False
        self.rev = 0
        self._curves: dict[str, Curve] = {}
        for one in series:
            for step, value in zip(one.steps, one.values, strict=True):
                self._curve(one.name).put(step, value)
        self._logs: deque[LogLine] = deque(map(_short, logs), maxlen=MAX_LOGS)
        self._words = Words.of(run, workers)
        self._pace = Pace()
        if run.progress and run.started_at and run.attempt == 1:
            self._pace.see(run.progress.model_copy(update={"done": 0.0}), run.started_at)
        self._went_on = run.error if run.state is RunState.INTERRUPTED else went_on
        self._dropped = 0
        self._link: Link = "live"
        self._notice, self._answers = "", 0
        self._changed: set[str] = set()
        self._new_points: dict[str, Points] = {}
        self._new_logs: deque[LogLine] = deque(maxlen=MAX_LOGS)

    @property
    def over(self) -> bool:
        """Whether nothing more happens to the run by itself."""
        return self.deleted or self.run.state.ended

    def apply(self, event: Event) -> None:
        """Take in one event; one that is already in changes nothing."""
        if event.run_id != self.run.id or self.deleted or 0 < event.seq <= self.run.seq:
            return
        self._note(event)
        after = fold(self.run, event)
        if after is None:
            self.deleted = True
        elif head(after) != head(self.run):
            self._changed.add("run")
        self.run = after or self.run
        if self.over or self.run.state is RunState.INTERRUPTED:
            self._words.clear()
            self._changed.update(("workers", "run"))

    def say(self, link: Link) -> None:
        """Set what the widget says about its own connection."""
        if link != self._link:
            self._link = link
            self._changed.add("link")

    def answer(self, notice: str) -> None:
        """Set what became of a button: why it did nothing, or "" when it worked."""
        self._notice, self._answers = notice, self._answers + 1
        self._changed.update(("notice", "answers"))

    def snapshot(self) -> Snapshot:
        """Return all of it, with every change so far."""
        return {
            "rev": self.rev,
            "run": head(self.run),
            "deleted": self.deleted,
            "series": {name: curve.points() for name, curve in self._curves.items()},
            "logs": [line.model_dump(mode="json") for line in self._logs],
            "workers": self._words.shown(),
            "pace": self._pace.shown(),
            "went_on": problem(self._went_on),
            "dropped": self._dropped,
            "link": self._link,
            "notice": self._notice,
            "answers": self._answers,
        }

    def change(self) -> dict[str, Any] | None:
        """Return what is new since the last call, or None where nothing is.

        The answer has ``rev`` and those fields of the snapshot that changed; ``points`` and
        ``logs`` hold only what is to be appended. ``whole`` in it means that appending does
        not do and the page needs the snapshot.
        """
        if not (self._changed or self._new_points or self._new_logs):
            return None
        self.rev += 1
        change = {name: make() for name, make in self._small().items() if name in self._changed}
        change |= {"rev": self.rev, "deleted": self.deleted, "whole": "whole" in self._changed}
        if self._new_points:
            change["points"] = self._new_points
        if self._new_logs:
            change["logs"] = [line.model_dump(mode="json") for line in self._new_logs]
        self._changed, self._new_points = set(), {}
        self._new_logs.clear()
        return change

    def _small(self) -> dict[str, Callable[[], object]]:
        return {
            "run": lambda: head(self.run),
            "workers": self._words.shown,
            "pace": self._pace.shown,
            "went_on": lambda: problem(self._went_on),
            "dropped": lambda: self._dropped,
            "link": lambda: self._link,
            "notice": lambda: self._notice,
            "answers": lambda: self._answers,
        }

    def _curve(self, name: str) -> Curve:
        return self._curves.setdefault(name, Curve())

    def _measure(self, event: MetricsReported) -> None:
        for name, value in event.values.items():
            curve = self._curve(name)
            before = curve.steps[-1:]
            if not curve.put(event.step, value):
                self._changed.add("whole")
            elif curve.steps[-1:] != before:
                new = self._new_points.setdefault(name, {"steps": [], "values": []})
                new["steps"].append(event.step)
                new["values"].append(value)
                if len(new["steps"]) > MAX_POINTS:
                    self._changed.add("whole")

    def _write(self, event: LogWritten) -> None:
        if self._logs and 0 < event.seq <= self._logs[-1].seq:
            return
        line = LogLine(
            seq=event.seq,
            at=event.at,
            level=event.level,
            text=event.text,
            worker=event.worker,
            attempt=event.attempt,
        )
        self._logs.append(_short(line))
        self._new_logs.append(_short(line))

    def _note(self, event: Event) -> None:
        """Remember what the run's record does not hold."""
        match event:
            case ProgressReported() if event.attempt == self.run.attempt:
                self._words.say(event.worker, event.progress)
                self._pace.see(event.progress, event.at)
                self._changed.update(("workers", "pace"))
            case AttemptAssigned():
                self._words.begin(event.workers)
                self._pace.reset()
                self._changed.update(("workers", "pace"))
            case AttemptStarted():
                self._words.meet(event.worker, event.host, event.pid)
                self._changed.add("workers")
            case WorkerLeft():
                self._words.leave(event.worker)
                self._changed.add("workers")
            case RunInterrupted():
                self._went_on = event.error
                self._changed.add("went_on")
            case MessagesDropped():
                self._dropped += event.count
                self._changed.add("dropped")
            case MetricsReported():
                self._measure(event)
            case LogWritten():
                self._write(event)
            case _:
                pass


def _short(line: LogLine) -> LogLine:
    if len(line.text) <= MAX_LINE:
        return line
    return line.model_copy(update={"text": line.text[:MAX_LINE] + "…"})
