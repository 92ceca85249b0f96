"""Small SQL that both SQLite and PostgreSQL understand."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar

from sqlalchemy import Connection, Table

from labpool.wire.errors import InvalidRequest

T = TypeVar("T")

_MOST = 500
"""Values in one IN list: well below what any database allows."""

_BLOCK = 50
"""Rows of one INSERT: a statement a row costs twice as much. SQLite takes 999 values or more."""

_LONGEST = 400
"""Characters of a text in an index; PostgreSQL takes about 2,700 bytes a row."""


def chunks(values: Collection[T]) -> Iterator[list[T]]:
    """Cut values into lists that fit into one statement."""
    whole = list(values)
    for start in range(0, len(whole), _MOST):
        yield whole[start : start + _MOST]


def insert(
    conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], keys: Sequence[str] = ()
) -> None:
    """Insert rows, past SQLAlchemy's care for each value, which costs more than SQLite does.

    Args:
        conn: A connection inside a transaction that may write.
        table: Where to.
        rows: All with the same columns in the same order, no two with the same keys.
        keys: A row that exists with the same keys has its other columns changed; none to fail.
    """
    if rows:
        insert_rows(conn, table, list(rows[0]), [tuple(row.values()) for row in rows], keys)


def insert_rows(
    conn: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    keys: Sequence[str] = (),
) -> None:
    """Insert rows that are tuples already; else as ``insert``."""
    if not rows:
        return
    quote = conn.dialect.identifier_preparer.quote
    names = ", ".join(map(quote, columns))
    mark = "?" if conn.dialect.name == "sqlite" else "%s"
    begin = f"INSERT INTO {table.name} ({names}) VALUES "  # noqa: S608 - own names
    one, end = f"({', '.join([mark] * len(columns))})", ""
    if keys:
        changes = ", ".join(f"{quote(n)} = excluded.{quote(n)}" for n in columns if n not in keys)
        deed = f"UPDATE SET {changes}" if changes else "NOTHING"
        end = f" ON CONFLICT ({', '.join(map(quote, keys))}) DO {deed}"
    whole = len(rows) - len(rows) % _BLOCK
    if whole:
        starts = range(0, whole, _BLOCK)
        blocks = [tuple(chain.from_iterable(rows[i : i + _BLOCK])) for i in starts]
        conn.exec_driver_sql(begin + ", ".join([one] * _BLOCK) + end, blocks)
    if whole < len(rows):
        conn.exec_driver_sql(begin + one + end, list(rows[whole:]))


def indexed(text: str) -> str:
    """Return text as any index takes it: without NUL, and a long one cut but still its own."""
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]} {hashlib.sha256(text.encode()).hexdigest()}"
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def cursor(after: str) -> int:
    """Read a cursor.

    Raises:
        InvalidRequest: No page ends in this cursor.
    """
    if after.isascii() and after.isdigit() and len(after) < 19:
        return int(after)
    raise InvalidRequest("after is no cursor of this list. Take it from next of the page before.")
