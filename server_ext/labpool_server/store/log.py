"""The event log as it is read: by number, over all runs or of one."""

from __future__ import annotations

from sqlalchemy import Connection, select

from .stored import Stored
from .tables import BRIEF, counter, events


def after(
    conn: Connection, seq: int, limit: int, run_id: str | None, *, brief: bool = False
) -> list[Stored]:
    """Return up to ``limit`` events that follow ``seq``, oldest first.

    Args:
        run_id: The only run to read of, or None for all.
        brief: Leave out progress, metrics and log lines.
    """
    query = select(events.c.seq, events.c.run_id, events.c.type, events.c.json)
    if run_id is not None:
        query = query.where(events.c.run_id == run_id)
    if brief:
        query = query.where(BRIEF)
    rows = conn.execute(query.where(events.c.seq > seq).order_by(events.c.seq).limit(limit))
    return [Stored(*row) for row in rows]


def last_seq(conn: Connection) -> int:
    """Return the number given last, 0 before the first event."""
    value: int = conn.execute(select(counter.c.value)).scalar_one()
    return value
