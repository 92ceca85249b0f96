"""What is missing of an item, as the table of items has it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from labpool.wire.items import Gap

from .work import plain


def words(gaps: Sequence[Gap]) -> tuple[str, str]:
    """Return reason and message of an item with gaps: the first one's code, all sentences."""
    reason = gaps[0].code if gaps else ""
    return reason, plain(" ".join(gap.message for gap in gaps if gap.message))


def as_text(gaps: Sequence[Gap]) -> str:
    """Return gaps as the table has them."""
    return plain(json.dumps([gap.model_dump() for gap in gaps], ensure_ascii=False))


def put(connection: sqlite3.Connection, n: int, gaps: Sequence[Gap]) -> None:
    """Give an item that has ended other gaps; one without any is ok."""
    values = ("partial" if gaps else "ok", *words(gaps), as_text(gaps), n)
    connection.execute(
        "UPDATE items SET state = ?, reason = ?, message = ?, gaps = ? WHERE n = ?", values
    )
