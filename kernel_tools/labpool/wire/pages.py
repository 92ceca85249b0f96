"""Lists on the wire and what may be asked of them."""

from __future__ import annotations

from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BeforeValidator, Field

from ._base import Record
from .assets import Asset
from .catalog import CatalogItem, CatalogProblem
from .events import Event, LogLevel
from .items import Item, ItemState, RecordChange, RecordRow
from .kinds import Kind
from .metrics import LogLine
from .runs import Run, RunState
from .secrets import SecretKept
from .sessions import SessionKept

Entry = TypeVar("Entry")


class Page(Record, Generic[Entry]):
    """One page of a list.

    Attributes:
        items: The entries.
        next: Pass it as ``after`` for the next page; None on the last one.
    """

    items: list[Entry]
    next: str | None = None


class RunPage(Page[Run]):
    """Runs, newest first."""


class EventPage(Page[Event]):
    """Events, oldest first."""


class LogPage(Page[LogLine]):
    """Log lines, oldest first."""


class KindPage(Page[Kind]):
    """Job kinds, by name."""


class AssetPage(Page[Asset]):
    """Assets, newest first."""


class CatalogPage(Page[CatalogItem]):
    """Entries of the catalog, in its order.

    Attributes:
        problems: What is wrong with the catalog's files, and therefore left out.
    """

    problems: list[CatalogProblem] = Field(default_factory=list)


class SecretPage(Page[SecretKept]):
    """The secrets of whoever asks, without their values."""


class ItemPage(Page[Item]):
    """Items of a run, in their order."""


class RecordPage(Page[RecordRow]):
    """Records of a run, oldest first."""


class SessionPage(Page[SessionKept]):
    """The sessions of whoever asks, without what is in them."""


def _split(value: object) -> object:
    return [part for part in value.split(",") if part] if isinstance(value, str) else value


Names = Annotated[list[str], BeforeValidator(_split)]
"""A list that comes as one comma-separated query value."""


class RunsQuery(Record):
    """Which runs to list.

    Attributes:
        after: Cursor from the page before.
        search: Text to find in name or id, letter case ignored.
    """

    kind: str | None = None
    state: RunState | None = None
    tag: str | None = None
    search: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=1000)
    after: str | None = Field(default=None, max_length=200)


class EventsQuery(Record):
    """Where to begin: events with a ``seq`` greater than ``after``.

    None means from the start for one run, and from now on for all runs. A number that was never
    given out answers 409 ``events_reset``: the event log is another one.

    Attributes:
        brief: On a page of one run's events: leave out progress, metrics and log lines.
    """

    after: int | None = Field(default=None, ge=0, le=2**63 - 1)
    limit: int = Field(default=1000, ge=1, le=10_000)
    brief: bool = False


class LogsQuery(Record):
    """Which log lines: after which event, and from which level up."""

    after: int = Field(default=0, ge=0, le=2**63 - 1)
    limit: int = Field(default=1000, ge=1, le=10_000)
    level: LogLevel = "debug"


class MetricsQuery(Record):
    """Which series, and how many points of each at the most (minima and maxima are kept)."""

    names: Names | None = None
    max_points: int | None = Field(default=None, ge=4, le=1_000_000)


class AssetsQuery(Record):
    """Which assets to list.

    Attributes:
        source: Only those that come from there: a run id, a catalog id.
    """

    kind: Literal["model", "dataset", "checkpoint", "records"] | None = None
    status: Literal["ready", "downloading", "error"] | None = None
    source: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=100, ge=1, le=1000)
    after: str | None = Field(default=None, max_length=200)


class ItemsQuery(Record):
    """Which items of a run to list.

    Attributes:
        gap: Only those that have a gap of this code.
        search: Text to find in id, target, reason, message or gaps; the case of ASCII letters is
            ignored.
        after: Cursor from the page before.
    """

    state: ItemState | None = None
    gap: str | None = Field(default=None, max_length=64)
    search: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=100, ge=1, le=1000)
    after: str | None = Field(default=None, max_length=200)


class RecordsQuery(Record):
    """Which records of a run to list.

    Attributes:
        item: Only those of the item with this id.
        after: Cursor from the page before.
    """

    change: RecordChange | None = None
    item: str | None = Field(default=None, max_length=2000)
    limit: int = Field(default=100, ge=1, le=1000)
    after: str | None = Field(default=None, max_length=200)


class RecordsFileQuery(Record):
    """How to write records into a file.

    Attributes:
        format: JSON lines, CSV in UTF-8, or Parquet (which needs pyarrow on the server).
        changes: Whether to say of each record what became of it since the run before, and to
            give those that are gone.
    """

    format: Literal["jsonl", "csv", "parquet"] = "jsonl"
    changes: bool = False


class RunFileQuery(Record):
    """Which file of a run.

    Attributes:
        name: Name of the artifact.
    """

    name: str = Field(min_length=1, max_length=1000)


class DeleteQuery(Record):
    """How to delete an asset.

    Attributes:
        name: The asset's name; what Labpool did not bring is deleted only with it.
    """

    name: str | None = Field(default=None, max_length=1000)


class NoQuery(Record):
    """Takes nothing."""
