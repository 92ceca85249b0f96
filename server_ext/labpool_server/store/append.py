"""Take events in: number them, fold them, write what follows, all in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select, update

from labpool.wire.events import PART_SPAN, Event
from labpool.wire.runs import Run

from .intake import Intake, Word
from .spoken import Spoken
from .sql import chunks
from .stored import Stored
from .tables import counter, runs
from .tables import events as events_table


def append(conn: Connection, batch: Sequence[Event | Spoken]) -> list[Stored]:
    """Store those of some events that are new and may follow.

    Args:
        conn: A connection inside a transaction that may write.
        batch: Events in the order in which they happened; those of workers as they came.

    Returns:
        What was stored, in order.
    """
    events = [item.event if isinstance(item, Spoken) else item for item in batch]
    last = conn.execute(select(counter.c.value).with_for_update()).scalar_one()
    intake = Intake(last, _known(conn, events), _seen(conn, events))
    for event, item in zip(events, batch, strict=True):
        intake.take(event, item if isinstance(item, Spoken) else None)
    if intake.stored:
        intake.write(conn)
        conn.execute(update(counter).values(value=intake.seq))
    return intake.stored


def _known(conn: Connection, batch: Iterable[Event]) -> dict[str, Run | None]:
    """Return the runs that the events are about, as they stand."""
    found: dict[str, Run | None] = {}
    for part in chunks({event.run_id for event in batch}):
        rows = conn.execute(select(runs.c.id, runs.c.json).where(runs.c.id.in_(part)))
        found.update({id_: Run.model_validate_json(json) for id_, json in rows})
    return found


def _seen(conn: Connection, batch: Iterable[Event]) -> set[Word]:
    """Return the workers' messages in the range of these that were stored before."""
    spoken: dict[tuple[str, int, int], list[int]] = {}
    for event in batch:
        if event.n > 0:
            part = event.n // PART_SPAN
            spoken.setdefault((event.run_id, event.attempt, part), []).append(event.n)
    seen: set[Word] = set()
    log = events_table.c
    for (run_id, attempt, _), numbers in spoken.items():
        query = select(log.n).where(
            log.run_id == run_id,
            log.attempt == attempt,
            log.n > 0,
            log.n.between(min(numbers), max(numbers)),
        )
        seen.update((run_id, attempt, n) for n in conn.execute(query).scalars())
    return seen
