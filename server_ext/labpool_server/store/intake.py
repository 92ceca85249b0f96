"""One batch of events on its way in, and what has to be written for it.

This is passed some ten thousand times a second. Types are compared by ``type``, as pydantic's
``isinstance`` is slow, and the frequent words of workers are not copied to hold their number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete

from labpool.runtime.state import accepts, fold
from labpool.wire.events import (
    ArtifactDeleted,
    ArtifactSaved,
    Event,
    LogWritten,
    MessagesDropped,
    MetricsReported,
    ProgressReported,
    RunDeleted,
    RunQueued,
)
from labpool.wire.runs import Run

from . import assets, logs, points, runs
from .clean import storable
from .spoken import Spoken
from .sql import chunks, insert_rows
from .stored import Stored
from .tables import events
from .tables import runs as runs_table

Word = tuple[str, int, int]
"""Run id, attempt and number of a worker's message: the same three are the same message."""

QUIET = frozenset({MetricsReported, LogWritten, ArtifactSaved, ArtifactDeleted, MessagesDropped})
"""Events that change nothing of a run but ``seq``; of several only the last need be folded."""

_FREQUENT = frozenset({ProgressReported, MetricsReported, LogWritten})
_COLUMNS = ("seq", "run_id", "attempt", "n", "type", "level", "json")


@dataclass(slots=True)
class Intake:
    """Takes events one by one, then writes.

    Attributes:
        seq: Number given last.
        runs: The runs that the batch is about, by id; what was known before, then folded.
        seen: Workers' messages that are stored already.
        stored: What was taken, in order.
    """

    seq: int
    runs: dict[str, Run | None]
    seen: set[Word]
    stored: list[Stored] = field(default_factory=list)
    _rows: list[tuple[Any, ...]] = field(default_factory=list)
    _born: dict[str, RunQueued] = field(default_factory=dict)
    _changed: set[str] = field(default_factory=set)
    _last: dict[str, int] = field(default_factory=dict)
    _progress: dict[str, ProgressReported] = field(default_factory=dict)
    _deleted: set[str] = field(default_factory=set)
    _points: points.Fresh = field(default_factory=dict)
    _artifacts: assets.Changed = field(default_factory=dict)

    def take(self, event: Event, spoken: Spoken | None = None) -> None:
        """Take one event, or drop it: seen before, or not one that may follow.

        Args:
            event: The event, without a number.
            spoken: The same as its worker wrote it, if that is known.
        """
        word = (event.run_id, event.attempt, event.n)
        if word in self.seen or not accepts(self.runs.get(event.run_id), event):
            return
        seq = self.seq + 1
        if spoken is not None and type(event) in _FREQUENT:
            json = spoken.json(seq)
        else:
            event, json = storable(event, seq)
        self.seq = seq
        if event.n > 0:
            self.seen.add(word)
        self._note(event)
        self._fold(event, seq)
        level = logs.RANK[event.level] if type(event) is LogWritten else None
        self.stored.append(Stored(seq, event.run_id, event.type, json))
        self._rows.append((seq, event.run_id, event.attempt, event.n, event.type, level, json))

    def write(self, conn: Connection) -> None:
        """Write it all; what hangs on a run comes after the run."""
        for part in chunks(self._deleted):
            conn.execute(delete(events).where(events.c.run_id.in_(part)))
            conn.execute(delete(runs_table).where(runs_table.c.id.in_(part)))
        insert_rows(conn, events, _COLUMNS, self._rows)
        for id_, seq in self._last.items():
            run = self._caught_up(id_)
            self.runs[id_] = run and run.model_copy(update={"seq": max(run.seq, seq)})
        runs.write(conn, [run for id_ in self._changed if (run := self.runs[id_])], self._born)
        points.write(conn, self._points)
        assets.write(conn, self._artifacts)

    def _note(self, event: Event) -> None:
        kind = type(event)
        if kind is ProgressReported or kind is LogWritten:
            return
        match event:
            case MetricsReported():
                points.collect(self._points, event)
            case ArtifactSaved() | ArtifactDeleted():
                saved = event if isinstance(event, ArtifactSaved) else None
                self._artifacts[event.run_id, event.name] = saved
            case RunQueued():
                self._born[event.run_id] = event
            case RunDeleted():
                self._forget(event.run_id)

    def _fold(self, event: Event, seq: int) -> None:
        """Fold an event in, or keep it until more is known: of progress the last one counts."""
        run_id = event.run_id
        self._changed.add(run_id)
        if type(event) is ProgressReported:
            self._progress[run_id] = event
            self._last[run_id] = seq
        elif type(event) in QUIET:
            self._last[run_id] = seq
        else:
            self._last.pop(run_id, None)
            self.runs[run_id] = fold(self._caught_up(run_id), event)

    def _caught_up(self, run_id: str) -> Run | None:
        """Return a run with the latest progress, if that was not folded in yet."""
        run, progress = self.runs.get(run_id), self._progress.pop(run_id, None)
        return fold(run, progress) if progress else run

    def _forget(self, run_id: str) -> None:
        """Drop what was going to be written for a run that is deleted in the same batch."""
        self._deleted.add(run_id)
        self._born.pop(run_id, None)
        self._rows = [row for row in self._rows if row[1] != run_id]
        self.seen = {word for word in self.seen if word[0] != run_id}
        self._points = {key: new for key, new in self._points.items() if key[0] != run_id}
        self._artifacts = {key: new for key, new in self._artifacts.items() if key[0] != run_id}
