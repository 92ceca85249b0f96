"""Two lists as one, newest first, with a cursor that knows where each of them goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Self

from labpool.wire import Asset, InvalidRequest

END = "0"
"""The store's cursor behind its last entry."""
_GAP = "~"


@dataclass(frozen=True)
class Begin:
    """Where a page begins in the store's list and in the shelf's.

    Attributes:
        stored: The store's own cursor; None for its start.
        shelved: Key of the last asset of the shelf that was given; None before the first.
    """

    stored: str | None = None
    shelved: str | None = None

    @classmethod
    def read(cls, cursor: str | None) -> Self:
        """Return what a cursor says.

        Raises:
            InvalidRequest: It is none of this list.
        """
        if cursor is None:
            return cls()
        stored, gap, shelved = cursor.partition(_GAP)
        if not gap:
            raise InvalidRequest(f"after: {cursor!r} is no cursor of this list.")
        return cls(stored or None, shelved or None)

    def __str__(self) -> str:
        return f"{self.stored or ''}{_GAP}{self.shelved or ''}"

    def left(self, shelved: Sequence[Asset]) -> list[Asset]:
        """Return what the shelf has from here on."""
        return [asset for asset in shelved if self.shelved is None or _key(asset) < self.shelved]

    def after(self, stored: str | None, shelved: Sequence[Asset]) -> Self:
        """Return where the next page begins.

        Args:
            stored: The store's cursor behind its entries of this page.
            shelved: The shelf's entries of this page, in order.
        """
        return type(self)(stored, _key(shelved[-1]) if shelved else self.shelved)


def newest(*lists: Sequence[Asset], limit: int) -> list[Asset]:
    """Return the newest assets of several lists, newest first."""
    return sorted(chain(*lists), key=lambda asset: asset.created_at, reverse=True)[:limit]


def _key(asset: Asset) -> str:
    return f"{int(asset.created_at.timestamp() * 1000):015d}.{asset.id}"
