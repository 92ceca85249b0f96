"""Small SQL that both SQLite and PostgreSQL understand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from labpool.wire.errors import InvalidRequest

T = TypeVar("T")

_MOST = 500
"""Values in one IN list: well below what any database allows."""


def chunks(values: Collection[T]) -> Iterator[list[T]]:
    """Cut values into lists that fit into one statement."""
    whole = list(values)
    for start in range(0, len(whole), _MOST):
        yield whole[start : start + _MOST]


def upsert(
    conn: Connection, table: Table, keys: Sequence[str], rows: Sequence[Mapping[str, Any]],
) -> None:  # fmt: skip
    """Insert rows; where one with the same keys exists, its other columns change.

    Args:
        rows: One or more, all with the same columns, no two with the same keys.
    """
    new = (sqlite if conn.dialect.name == "sqlite" else postgresql).insert(table)
    rest = {name: new.excluded[name] for name in rows[0] if name not in keys}
    whole = (
        new.on_conflict_do_update(index_elements=list(keys), set_=rest)
        if rest
        else new.on_conflict_do_nothing(index_elements=list(keys))
    )
    conn.execute(whole, list(rows))


def plain(text: str) -> str:
    """Return text without the one character that PostgreSQL cannot keep."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def cursor(after: str) -> int:
    """Read a cursor.

    Raises:
        InvalidRequest: No page ends in this cursor.
    """
    if after.isascii() and after.isdigit() and len(after) < 19:
        return int(after)
    raise InvalidRequest("after is no cursor of this list. Take it from next of the page before.")
