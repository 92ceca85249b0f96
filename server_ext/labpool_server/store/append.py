"""Take events in: number them, fold them, write what follows from them, all in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from labpool.runtime.state import accepts, fold
from labpool.wire.events import (
    ArtifactDeleted,
    ArtifactSaved,
    Event,
    LogWritten,
    MetricsReported,
    RunDeleted,
    RunQueued,
)
from labpool.wire.runs import Run

from . import assets, logs, points
from .tables import counter, events, run_tags, runs
from .log import Stored
from .sql import chunks, plain, upsert

Word = tuple[str, int, int]
"""Run id, attempt and number of a worker's message: the same three are the same message."""


def append(conn: Connection, batch: Sequence[Event]) -> list[Stored]:
    """Store those of some events that are new and may follow.

    Args:
        conn: A connection inside a transaction that may write.
        batch: Events in the order in which they happened.

    Returns:
        What was stored, in order.
    """
    last = conn.execute(select(counter.c.value).with_for_update()).scalar_one()
    intake = _Intake(last, _known(conn, batch), _seen(conn, batch))
    for event in batch:
        intake.take(event)
    if intake.stored:
        intake.write(conn)
    return intake.stored


def _known(conn: Connection, batch: Iterable[Event]) -> dict[str, Run | None]:
    """Return the runs that the events are about, as they stand."""
    ids = {event.run_id for event in batch}
    found: dict[str, Run | None] = {}
    for part in chunks(ids):
        rows = conn.execute(select(runs.c.id, runs.c.json).where(runs.c.id.in_(part)))
        found.update({id_: Run.model_validate_json(json) for id_, json in rows})
    return found


def _seen(conn: Connection, batch: Iterable[Event]) -> set[Word]:
    """Return the workers' messages among these that were stored before."""
    spoken: dict[tuple[str, int], list[int]] = {}
    for event in batch:
        if event.n > 0:
            spoken.setdefault((event.run_id, event.attempt), []).append(event.n)
    seen: set[Word] = set()
    for (run_id, attempt), numbers in spoken.items():
        query = select(events.c.n).where(events.c.run_id == run_id, events.c.attempt == attempt)
        for part in chunks(sorted(numbers)):
            found = query.where(events.c.n > 0, events.c.n.between(part[0], part[-1]))
            seen.update((run_id, attempt, n) for n in conn.execute(found).scalars())
    return seen


@dataclass(slots=True)
class _Intake:
    """One call's events on their way in, and what has to be written for them."""

    seq: int
    runs: dict[str, Run | None]
    seen: set[Word]
    stored: list[Stored] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    born: dict[str, RunQueued] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    deleted: set[str] = field(default_factory=set)
    points: points.Fresh = field(default_factory=dict)
    artifacts: dict[tuple[str, str], ArtifactSaved | None] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        """Take one event, or drop it: seen before, or not one that may follow."""
        word = (event.run_id, event.attempt, event.n)
        run = self.runs.get(event.run_id)
        if word in self.seen or not accepts(run, event):
            return
        if event.n > 0:
            self.seen.add(word)
        self.seq += 1
        event = event.model_copy(update={"seq": self.seq})
        self._note(event)
        self.runs[event.run_id] = fold(run, event)
        self.changed.add(event.run_id)
        self._keep(event)

    def _note(self, event: Event) -> None:
        match event:
            case MetricsReported():
                points.collect(self.points, event)
            case ArtifactSaved() | ArtifactDeleted():
                saved = event if isinstance(event, ArtifactSaved) else None
                self.artifacts[event.run_id, event.name] = saved
            case RunQueued():
                self.born[event.run_id] = event
            case RunDeleted():
                self._forget(event.run_id)

    def _forget(self, run_id: str) -> None:
        """Drop what this call was going to write for a run that it then deletes."""
        self.deleted.add(run_id)
        self.born.pop(run_id, None)
        self.rows = [row for row in self.rows if row["run_id"] != run_id]
        self.seen = {word for word in self.seen if word[0] != run_id}
        self.points = {key: new for key, new in self.points.items() if key[0] != run_id}
        self.artifacts = {key: new for key, new in self.artifacts.items() if key[0] != run_id}

    def _keep(self, event: Event) -> None:
        json = event.model_dump_json()
        self.stored.append(Stored(event.seq, event.run_id, event.type, json))
        level = logs.RANK[event.level] if isinstance(event, LogWritten) else None
        self.rows.append({
            "seq": event.seq, "run_id": event.run_id, "attempt": event.attempt, "n": event.n,
            "type": event.type, "level": level, "json": json,
        })  # fmt: skip

    def write(self, conn: Connection) -> None:
        """Write it all; what hangs on a run comes after the run."""
        for part in chunks(self.deleted):
            conn.execute(delete(events).where(events.c.run_id.in_(part)))
            conn.execute(delete(runs).where(runs.c.id.in_(part)))
        conn.execute(insert(events), self.rows)
        self._write_runs(conn)
        points.write(conn, self.points)
        assets.write(conn, self.artifacts)
        conn.execute(update(counter).values(value=self.seq))

    def _write_runs(self, conn: Connection) -> None:
        folded = {id_: run for id_ in self.changed if (run := self.runs[id_])}
        new = [_first(run, self.born[id_].seq) for id_, run in folded.items() if id_ in self.born]
        old = [_later(run) for id_, run in folded.items() if id_ not in self.born]
        if new:
            conn.execute(insert(runs), new)
        if old:
            conn.execute(_UPDATE, old)
        tags = [{"tag": plain(tag), "run_id": id_}
                for id_, queued in self.born.items() for tag in set(queued.tags)]  # fmt: skip
        if tags:
            upsert(conn, run_tags, ("tag", "run_id"), tags)


_UPDATE = (
    update(runs)
    .where(runs.c.id == bindparam("key"))
    .values(state=bindparam("now"), json=bindparam("snapshot"))
)


def _first(run: Run, born: int) -> dict[str, Any]:
    return {
        "id": run.id,
        "born": born,
        "kind": plain(run.kind),
        "state": run.state.value,
        "priority": run.priority,
        "search": plain(f"{run.name}\n{run.id}".casefold()),
        "json": run.model_dump_json(),
    }


def _later(run: Run) -> dict[str, Any]:
    """Return what may change after a run's first event; the rest is as it was asked for."""
    return {"key": run.id, "now": run.state.value, "snapshot": run.model_dump_json()}
