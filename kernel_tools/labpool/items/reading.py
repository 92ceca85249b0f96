"""Pages of a ledger. Cursors are places in the order, so they hold while rows are added."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence

from labpool.wire.errors import InvalidRequest
from labpool.wire.items import Item, ItemCounts, RecordRow
from labpool.wire.pages import ItemPage, ItemsQuery, RecordPage, RecordsQuery

from .database import Database
from .schema import GAP
from .storing import item_of, when

_RECORDS = """
SELECT r.seq, r.key, r.data, r.change, r.at, i.id AS item_id
FROM records r JOIN items i ON i.n = r.item
"""
CHUNK = 500


def counts(database: Database) -> ItemCounts:
    """Return how many items are in each state, and how many records there are."""
    with database.reading() as connection:
        found = dict(connection.execute("SELECT name, count FROM tally").fetchall())
    total = sum(found[state] for state in ("waiting", "running", "ok", "partial", "failed"))
    gaps = {name.removeprefix(GAP): found.pop(name) for name in [*found] if name.startswith(GAP)}
    return ItemCounts(total=total, gaps={code: n for code, n in gaps.items() if n}, **found)


def item(database: Database, item_id: str) -> Item | None:
    """Return one item, or None."""
    with database.reading() as connection:
        row = connection.execute("SELECT * FROM items WHERE id = ?", (item_id,)).fetchone()
    return item_of(row) if row else None


def items(database: Database, query: ItemsQuery) -> ItemPage:
    """Return a page of items, in their order.

    Raises:
        InvalidRequest: The cursor is none of ours.
    """
    where, values = ["n > ?"], [_place(query.after)]
    if query.state:
        where.append("state = ?")
        values.append(query.state)
    if query.gap:
        # Few items have any, and the index finds those: others are not looked at.
        where.append(
            "state = 'partial' AND EXISTS "
            "(SELECT 1 FROM json_each(gaps) WHERE json_extract(value, '$.code') = ?)"
        )
        values.append(query.gap)
    if query.search:
        fields = ("id", "target", "reason", "message", "gaps")
        where.append("(" + " OR ".join(rf"{name} LIKE ? ESCAPE '\'" for name in fields) + ")")
        values += [_pattern(query.search)] * len(fields)
    rows = _page(database, "SELECT * FROM items", where, values, "n", query.limit)
    more = str(rows[query.limit - 1]["n"]) if len(rows) > query.limit else None
    return ItemPage(items=[item_of(row) for row in rows[: query.limit]], next=more)


def records(database: Database, query: RecordsQuery) -> RecordPage:
    """Return a page of records, oldest first.

    Raises:
        InvalidRequest: The cursor is none of ours.
    """
    where, values = ["r.seq > ?"], [_place(query.after)]
    if query.change:
        where.append("r.change = ?")
        values.append(query.change)
    if query.item is not None:
        where.append("r.item = (SELECT n FROM items WHERE id = ?)")
        values.append(query.item)
    rows = _page(database, _RECORDS, where, values, "r.seq", query.limit)
    more = str(rows[query.limit - 1]["seq"]) if len(rows) > query.limit else None
    return RecordPage(items=[_record_of(row) for row in rows[: query.limit]], next=more)


def every_record(database: Database, last: int | None = None) -> Iterator[RecordRow]:
    """Return all records, oldest first, in chunks that hold no lock between them.

    Args:
        last: ``seq`` of the last one to take; None for the last there is when it begins.
    """
    last = last_seq(database) if last is None else last
    after = 0
    while True:
        where, values = ["r.seq > ?", "r.seq <= ?"], [after, last]
        rows = _page(database, _RECORDS, where, values, "r.seq", CHUNK)
        if not rows:
            return
        yield from map(_record_of, rows)
        after = rows[-1]["seq"]


def last_seq(database: Database) -> int:
    """Return the number of the newest record, 0 where there is none."""
    with database.reading() as connection:
        found = connection.execute("SELECT coalesce(max(seq), 0) FROM records").fetchone()[0]
    return int(found)


def _page(
    database: Database,
    select: str,
    where: list[str],
    values: Sequence[int | str],
    by: str,
    limit: int,
) -> list[sqlite3.Row]:
    """Return the rows of a page, and one more where there is one."""
    text = f"{select} WHERE {' AND '.join(where)} ORDER BY {by} LIMIT ?"
    with database.reading() as connection:
        return connection.execute(text, (*values, limit + 1)).fetchall()


def _record_of(row: sqlite3.Row) -> RecordRow:
    return RecordRow(
        key=row["key"],
        item_id=row["item_id"],
        data=json.loads(row["data"]),
        change=row["change"],
        at=when(row["at"]),
    )


def _place(after: str | None) -> int | str:
    if after is None:
        return 0
    if not (after.isascii() and after.isdigit() and len(after) <= 18):
        raise InvalidRequest(f"after: {after!r} is no cursor; take next of the page before.")
    return int(after)


def _pattern(text: str) -> str:
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"
