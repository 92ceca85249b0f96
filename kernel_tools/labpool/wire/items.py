"""The items that a run works through, and the records that they bring."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ._base import Record, Timestamp

ItemState = Literal["waiting", "running", "ok", "partial", "failed"]
"""Where an item is. The last three are ends: all that was asked for, some of it, nothing."""

RecordChange = Literal["new", "changed", "same", "gone"]
"""What became of a record since the earlier run that this one was compared with."""


class Gap(Record):
    """Something of an item that is missing or was cut, and what is known of it.

    Whatever works on an item can say one, at any stage; an item that has one is never ``ok``.

    Attributes:
        code: What kind of gap, a stable snake_case word; the words are those of ``Item.reason``.
        message: The same in a sentence that says what to do next.
        args: Facts: ``address`` where to go on or what it is about, ``limit``, ``seconds``,
            ``count``, ``key``, ``item``, whichever there are.
    """

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")
    message: str = ""
    args: dict[str, str | int | float] = Field(default_factory=dict)


class Item(Record):
    """One item of a run.

    Attributes:
        n: Its place in the order, from 1.
        target: What is to be worked on, in the words of the job.
        depth: Steps from the items that the run began with, 0 for those.
        reason: Why it is partial (its first gap) or failed, a stable snake_case word; ""
            otherwise.
        message: The same in a sentence that says what to do next.
        gaps: What is missing of it; none where it is ok.
        worker: Who has it or had it last; "" before that.
        tries: How often it was begun since it was last asked for.
        records: Records that it has brought and that no item before it has brought, too.
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
    gaps: list[Gap] = Field(default_factory=list)
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
        duplicates: Records that came with the key of one that an item before it has brought. That
            one stays, this one is kept beside it.
        conflicts: Those of them that have other values; their items are partial.
        left_out: Items that were given or found and not added, because the run has as many as it
            may have.
        repeated: Items that were given more than once, each time after the first.
        gaps: What is missing of items that are partial: its code, and how many items say it.
    """

    waiting: int = Field(default=0, ge=0)
    running: int = Field(default=0, ge=0)
    ok: int = Field(default=0, ge=0)
    partial: int = Field(default=0, ge=0)
    failed: int = Field(default=0, ge=0)
    total: int = Field(default=0, ge=0)
    records: int = Field(default=0, ge=0)
    duplicates: int = Field(default=0, ge=0)
    conflicts: int = Field(default=0, ge=0)
    left_out: int = Field(default=0, ge=0)
    repeated: int = Field(default=0, ge=0)
    gaps: dict[str, int] = Field(default_factory=dict)


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
