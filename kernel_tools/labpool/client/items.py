"""The items of a run and the records that they brought, seen from Python."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from pydantic import ValidationError

from labpool.wire.errors import InvalidParams
from labpool.wire.items import Item, ItemCounts, ItemState, RecordChange, RetryRequest

from .asynchronous import twin
from .facts import Facts
from .listings import items as as_listing
from .records import Records
from .show import Listing


class WithItems(Facts):
    """The part of a run that has to do with what it works through."""

    def items(
        self,
        state: ItemState | None = None,
        search: str | None = None,
        limit: int | None = None,
        *,
        gap: str | None = None,
    ) -> Listing[Item]:
        """List the run's items in their order, each with how it stands, why, and what it lacks.

        Args:
            state: Only in this state: waiting, running, ok, partial or failed.
            search: Only with this text in id, target, reason, message or gaps.
            limit: How many at the most; None for all.
            gap: Only with a gap of this code, such as "max_pages"; ``item_counts().gaps`` has them.
        """
        query = {"state": state, "search": search, "gap": gap}
        return as_listing(self.connection.pages("list_items", self._path, query=query, limit=limit))

    def item_counts(self) -> ItemCounts:
        """Return how many items are in each state, and how many records there are."""
        answer: ItemCounts = self.connection.call("count_items", self._path)
        return answer

    def retry_items(
        self, states: Iterable[str] = ("failed",), ids: Iterable[str | int] | None = None
    ) -> Self:
        """Let the ended run try some of its items again; their records stay until it has others.

        Args:
            states: Those in these states: "failed", "partial".
            ids: Only these; None for all.

        Raises:
            Conflict: It has not ended, or has no such items.
        """
        wanted = {
            "states": [states] if isinstance(states, str) else list(states),
            "ids": None if ids is None else [str(each) for each in ids],
        }
        try:
            request = RetryRequest.model_validate(wanted)
        except ValidationError as error:
            raise InvalidParams.of(error, model=RetryRequest) from None
        self._keep(self.connection.call("retry_items", self._path, body=request))
        return self

    def records(self, change: RecordChange | None = None) -> Records:
        """Return the records that the run has brought so far; nothing is fetched before it is used.

        Args:
            change: Only those that are new, changed, same or gone since the run before.
        """
        return Records(self.connection, self.id, change)

    aitems = twin(items)
    aitem_counts = twin(item_counts)
    aretry_items = twin(retry_items)
    arecords = twin(records)
