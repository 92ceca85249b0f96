"""What runs leave behind and start from: models, data sets, checkpoints."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ._base import Record, Timestamp


class Asset(Record):
    """One asset.

    Attributes:
        id: URL-safe id.
        size_bytes: Bytes on disk.
        source: Where it comes from: a run id, a catalog id; "" for what was in the Hugging Face
            cache without Labpool.
        ours: Whether Labpool brought it. What is not is deleted only when asked for by name.
        path: Where it lies on the server's disk.
        meta: Facts that go with it (step, accuracy, ...).
    """

    id: str
    name: str
    kind: Literal["model", "dataset", "checkpoint", "records"]
    size_bytes: int = Field(ge=0)
    status: Literal["ready", "downloading", "error"]
    source: str
    created_at: Timestamp
    ours: bool = True
    path: str | None = None
    meta: dict[str, Any] = Field(default_factory=dict)


class AssetTotals(Record):
    """All assets together.

    Attributes:
        count: Assets of every status.
        ready: Those that are whole.
        size_bytes: Bytes of all of them on disk.
        downloads_this_month: Downloads that succeeded since the first of the month, UTC.
        parts: Files that downloads left half done; they go on from there.
        parts_bytes: Bytes of those.
    """

    count: int = Field(ge=0)
    ready: int = Field(ge=0)
    size_bytes: int = Field(ge=0)
    downloads_this_month: int = Field(ge=0)
    parts: int = Field(ge=0)
    parts_bytes: int = Field(ge=0)


class AssetsRemoved(Record):
    """What a deletion took away.

    Attributes:
        ids: The assets.
        freed_bytes: Bytes that the disk has again; what other assets share stays.
    """

    ids: list[str]
    freed_bytes: int = Field(ge=0)


class PruneRequest(Record):
    """Which checkpoints may go: of each run all but the newest, and never its best or its last.

    Attributes:
        keep: Checkpoints to keep of each run, 1 or more.
        run_id: Only of this run; None for all runs that have ended.
        dry_run: Only tell what would go and what that would free.
    """

    keep: int = Field(ge=1, le=1000)
    run_id: str | None = Field(default=None, max_length=200)
    dry_run: bool = Field(default=False, strict=True)
