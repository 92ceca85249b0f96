"""What goes wrong on order, by ticket."""

from __future__ import annotations

import threading
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

PAGE, ACTIVITIES = "page", "activities"
BOTH = frozenset({PAGE, ACTIVITIES})

_WHERE: dict[str, AbstractSet[str]] = {
    **dict.fromkeys(
        ("500", "flaky", "429", "missing", "empty", "hang", "slow_body", "expired", "loop"), BOTH
    ),
    **dict.fromkeys(("redirect_private", "huge"), BOTH),
    **dict.fromkeys(("malformed", "bad_json"), frozenset({ACTIVITIES})),
    **dict.fromkeys(
        ("crash", "spin", "dialogs", "popups", "download", "attack"), frozenset({PAGE})
    ),
}
_TIMES = {"flaky": 2, "429": 1}


@dataclass(frozen=True)
class Fault:
    """One order.

    Attributes:
        name: What goes wrong; see the package.
        times: Requests of each place that it strikes; None: as the table in the package says.
        where: "page", "activities" or both; None: as the table in the package says.
    """

    name: str
    times: int | None = None
    where: AbstractSet[str] | None = None

    def __post_init__(self) -> None:
        if self.name not in _WHERE:
            raise ValueError(f"there is no fault {self.name!r}, only {', '.join(sorted(_WHERE))}")

    def places(self) -> AbstractSet[str]:
        """Return where it strikes."""
        return _WHERE[self.name] if self.where is None else self.where

    def limit(self) -> int | None:
        """Return how often it strikes each place; None for always."""
        return _TIMES.get(self.name) if self.times is None else self.times


class Faults:
    """The table: ``faults[3] = "flaky"``. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: dict[int, Fault] = {}
        self._struck: dict[tuple[int, str], int] = {}

    def __setitem__(self, ticket: int, fault: str | Fault) -> None:
        order = Fault(fault) if isinstance(fault, str) else fault
        with self._lock:
            self._forget(ticket)
            self._orders[ticket] = order

    def __getitem__(self, ticket: int) -> Fault:
        with self._lock:
            return self._orders[ticket]

    def __delitem__(self, ticket: int) -> None:
        with self._lock:
            del self._orders[ticket]
            self._forget(ticket)

    def get(self, ticket: int) -> Fault | None:
        """Return the order for a ticket."""
        with self._lock:
            return self._orders.get(ticket)

    def clear(self) -> None:
        """Have everything go right again."""
        with self._lock:
            self._orders.clear()
            self._struck.clear()

    def strike(self, ticket: int, place: str) -> str:
        """Return what goes wrong with this request, and count it; "" when nothing does."""
        with self._lock:
            order = self._orders.get(ticket)
            if order is None or place not in order.places():
                return ""
            count, limit = self._struck.get((ticket, place), 0), order.limit()
            if limit is not None and count >= limit:
                return ""
            self._struck[ticket, place] = count + 1
            return order.name

    def _forget(self, ticket: int) -> None:
        for place in BOTH:
            self._struck.pop((ticket, place), None)
