"""What is put into a ledger: new items, and what became of those that were worked on."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from labpool.wire.items import Gap


@dataclass(frozen=True)
class NewItem:
    """An item to work on.

    Attributes:
        id: What tells it from the run's other items; the same in the next run, for comparing.
        target: What is to be worked on; plain JSON.
        depth: Steps from the items that the run begins with.
    """

    id: str
    target: Mapping[str, Any]
    depth: int = 0


@dataclass(frozen=True)
class NewRecord:
    """A record that an item brought; ``data`` is plain JSON, ``key`` unique in the run."""

    key: str
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Done:
    """What became of an item.

    Attributes:
        state: How it ended. One that failed brings no records, and keeps those of an earlier try.
        reason: Why it failed, a stable word; of one that is partial, its first gap says it.
        message: The same in a sentence.
        gaps: What is missing of it. One that has a gap is partial or failed, never ok.
        records: All that it brought; they take the place of what it brought before.
        broken: Parts that could not be read as records.
        seconds: How long it took, 0 or more.
        artifact: Path of a file kept of it, within the run's folder.
        tries: Tries that this took since it was claimed, 1 or more.
        found: Items to be added; those that the run has already are passed over.
        most_items: Items that the run may have at the most; None for any number.
    """

    state: Literal["ok", "partial", "failed"]
    reason: str = ""
    message: str = ""
    gaps: Sequence[Gap] = ()
    records: Sequence[NewRecord] = ()
    broken: int = 0
    seconds: float | None = None
    artifact: str | None = None
    tries: int = 1
    found: Sequence[NewItem] = ()
    most_items: int | None = None

    def __post_init__(self) -> None:
        """Refuse what the tables cannot hold.

        Raises:
            ValueError: A value is out of its range.
        """
        if self.state == "ok" and self.gaps:
            raise ValueError("An item of which something is missing is not ok; call it partial.")
        if self.state == "partial" and not self.gaps:
            gap = Gap(code=self.reason or "partial", message=self.message)
            object.__setattr__(self, "gaps", (gap,))
        if self.state == "failed" and self.records:
            raise ValueError("An item that failed brings no records; call it partial.")
        if self.broken < 0 or self.tries < 1:
            raise ValueError("broken is 0 or more, tries is 1 or more.")
        if self.seconds is not None and not (math.isfinite(self.seconds) and self.seconds >= 0):
            raise ValueError("seconds is a finite number, 0 or more.")


def plain(text: str) -> str:
    """Return a text that UTF-8 can carry: half of a surrogate pair becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def as_json(data: Mapping[str, Any], what: str) -> str:
    """Return JSON for a column.

    Args:
        what: Names the thing in the error.

    Raises:
        ValueError: It is no plain JSON: an object of another type, or an infinite number.
    """
    try:
        return plain(json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")))
    except (TypeError, ValueError) as error:
        raise ValueError(f"{what} is not plain JSON: {error}.") from error


def digest(data: Mapping[str, Any]) -> bytes:
    """Return what is equal for records with equal data, whatever the order of their fields."""
    text = plain(json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
    return hashlib.blake2b(text.encode("utf-8"), digest_size=16).digest()
