"""The items that a run works through, and the records that they bring."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ._base import Record, Timestamp

ItemState = Literal["waiting", "running", "ok", "partial", "failed"]
"""Where an item is. The last three are ends: all that was asked for, some of it, nothing."""

RecordChange = Literal["new", "changed", "same", "gone"]
"""What became of a record since the earlier run that this one was compared with."""


class Item(Record):
    """One item of a run.

    Attributes:
        n: Its place in the order, from 1.
        target: What is to be worked on, in the words of the job.
        depth: Steps from the items that the run began with, 0 for those.
        reason: Why it is partial or failed, a stable snake_case word; "" otherwise.
        message: The same in a sentence that says what to do next.
        worker: Who has it or had it last; "" before that.
        tries: How often it was begun since it was last asked for.
        records: Records that it has brought and that no other item has brought since.
        broken: Parts of it that could not be read as records.
        seconds: How long its last try took.
        artifact: Path of a file that was kept of it, within the run's folder.
        at: When any of this last changed.
    """

    id: str
    n: int = Field(ge=1)
    target: dict[str, Any]
    depth: int = Field(default=0, ge=0)
    state: ItemState
    reason: str = ""
    message: str = ""
    worker: str = ""
    tries: int = Field(default=0, ge=0)
    records: int = Field(default=0, ge=0)
    broken: int = Field(default=0, ge=0)
    seconds: float | None = Field(default=None, ge=0)
    artifact: str | None = None
    at: Timestamp


class ItemCounts(Record):
    """All items of a run together.

    Attributes:
        total: Items in any state.
        records: Different records; those that are gone are not among them.
        duplicates: Records that came again with a key that was there, and took its place.
        left_out: Items that were found and not added, because the run has as many as it may have.
    """

    waiting: int = Field(default=0, ge=0)
    running: int = Field(default=0, ge=0)
    ok: int = Field(default=0, ge=0)
    partial: int = Field(default=0, ge=0)
    failed: int = Field(default=0, ge=0)
    total: int = Field(default=0, ge=0)
    records: int = Field(default=0, ge=0)
    duplicates: int = Field(default=0, ge=0)
    left_out: int = Field(default=0, ge=0)


class RetryRequest(Record):
    """Which items of a run that has ended are to be tried again.

    Attributes:
        states: Those in these states.
        ids: Only these; None for all.
    """

    states: list[Literal["failed", "partial"]] = Field(default=["failed"], min_length=1)
    ids: list[str] | None = Field(default=None, max_length=10_000)


class RecordRow(Record):
    """One record of a run.

    Attributes:
        key: What tells it from all others of the run.
        item_id: The item that brought it last; of one that is gone, the item that had it.
        data: The record itself; of one that is gone, as it was.
        change: None as long as nothing was compared.
        at: When it was stored.
    """

    key: str
    item_id: str
    data: dict[str, Any]
    change: RecordChange | None = None
    at: Timestamp
