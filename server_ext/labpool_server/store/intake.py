"""One batch of events on its way in, and what has to be written for it."""

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
    RunDeleted,
    RunQueued,
)
from labpool.wire.runs import Run

from . import assets, logs, points, runs
from .clean import storable
from .sql import chunks, insert
from .stored import Stored
from .tables import events
from .tables import runs as runs_table

Word = tuple[str, int, int]
"""Run id, attempt and number of a worker's message: the same three are the same message."""

QUIET = (MetricsReported, LogWritten, ArtifactSaved, ArtifactDeleted, MessagesDropped)
"""Events that change nothing of a run but ``seq``; of several only the last need be folded."""


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
    _rows: list[dict[str, Any]] = field(default_factory=list)
    _born: dict[str, RunQueued] = field(default_factory=dict)
    _changed: set[str] = field(default_factory=set)
    _unfolded: dict[str, Event] = field(default_factory=dict)
    _deleted: set[str] = field(default_factory=set)
    _points: points.Fresh = field(default_factory=dict)
    _artifacts: assets.Changed = field(default_factory=dict)

    def take(self, event: Event) -> None:
        """Take one event, or drop it: seen before, or not one that may follow."""
        word = (event.run_id, event.attempt, event.n)
        if word in self.seen or not accepts(self.runs.get(event.run_id), event):
            return
        event, json = storable(event, self.seq + 1)
        self.seq = event.seq
        if event.n > 0:
            self.seen.add(word)
        self._note(event)
        self._fold(event)
        self._keep(event, json)

    def write(self, conn: Connection) -> None:
        """Write it all; what hangs on a run comes after the run."""
        for part in chunks(self._deleted):
            conn.execute(delete(events).where(events.c.run_id.in_(part)))
            conn.execute(delete(runs_table).where(runs_table.c.id.in_(part)))
        insert(conn, events, self._rows)
        for id_, event in self._unfolded.items():
            self.runs[id_] = fold(self.runs[id_], event)
        runs.write(conn, [run for id_ in self._changed if (run := self.runs[id_])], self._born)
        points.write(conn, self._points)
        assets.write(conn, self._artifacts)

    def _note(self, event: Event) -> None:
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

    def _fold(self, event: Event) -> None:
        self._changed.add(event.run_id)
        if isinstance(event, QUIET):
            self._unfolded[event.run_id] = event
        else:
            self._unfolded.pop(event.run_id, None)
            self.runs[event.run_id] = fold(self.runs.get(event.run_id), event)

    def _keep(self, event: Event, json: str) -> None:
        self.stored.append(Stored(event.seq, event.run_id, event.type, json))
        level = logs.RANK[event.level] if isinstance(event, LogWritten) else None
        self._rows.append({
            "seq": event.seq, "run_id": event.run_id, "attempt": event.attempt, "n": event.n,
            "type": event.type, "level": level, "json": json,
        })  # fmt: skip

    def _forget(self, run_id: str) -> None:
        """Drop what was going to be written for a run that is deleted in the same batch."""
        self._deleted.add(run_id)
        self._born.pop(run_id, None)
        self._rows = [row for row in self._rows if row["run_id"] != run_id]
        self.seen = {word for word in self.seen if word[0] != run_id}
        self._points = {key: new for key, new in self._points.items() if key[0] != run_id}
        self._artifacts = {key: new for key, new in self._artifacts.items() if key[0] != run_id}
