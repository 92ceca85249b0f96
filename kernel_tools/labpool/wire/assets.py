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
        source: Where it comes from: a run id, a catalog id.
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
    path: str | None = None
    meta: dict[str, Any] = Field(default_factory=dict)
