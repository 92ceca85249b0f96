"""Log lines, read from the events that brought them."""

from __future__ import annotations

from sqlalchemy import Connection, select

from labpool.wire.events import LogLevel, LogWritten
from labpool.wire.metrics import LogLine
from labpool.wire.pages import LogPage, LogsQuery

from .tables import events

RANK: dict[LogLevel, int] = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def page(conn: Connection, run_id: str, query: LogsQuery) -> LogPage:
    """Return a run's log lines after an event, from a level up, oldest first."""
    rows = conn.execute(
        select(events.c.json)
        .where(
            events.c.run_id == run_id,
            events.c.seq > query.after,
            events.c.level >= RANK[query.level],
        )
        .order_by(events.c.seq)
        .limit(query.limit + 1),
    ).scalars()
    lines = [_line(LogWritten.model_validate_json(json)) for json in rows]
    more = len(lines) > query.limit
    return LogPage(
        items=lines[: query.limit],
        next=str(lines[query.limit - 1].seq) if more else None,
    )


def _line(event: LogWritten) -> LogLine:
    return LogLine(
        seq=event.seq,
        at=event.at,
        level=event.level,
        text=event.text,
        worker=event.worker,
        attempt=event.attempt,
    )
