"""What a recipe made of one target."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Any

from labpool.wire.items import Gap, Item
from labpool.wire.runs import RunState

from .records import table_html, table_text

if TYPE_CHECKING:
    from .run import Run


class Tried(list[dict[str, Any]]):
    """The records of one target, and what went wrong.

    Args:
        records: What came of it.
        item: The target as the run saw it; None where the run did not come as far.
        reason: Why it failed or is partial, a stable word; "" where all went well.
        message: The same in a sentence.
        log: What the run said, from warnings up.
    """

    def __init__(
        self,
        records: Iterable[dict[str, Any]],
        *,
        item: Item | None,
        reason: str = "",
        message: str = "",
        log: Iterable[str] = (),
    ) -> None:
        super().__init__(records)
        self.item = item
        self.reason = reason
        self.message = message
        self.log = list(log)

    @property
    def failed(self) -> bool:
        """Whether nothing came of it."""
        return self.item is None or self.item.state not in ("ok", "partial")

    @property
    def gaps(self) -> list[Gap]:
        """What is missing of it."""
        return self.item.gaps if self.item is not None else []

    @property
    def broken(self) -> int:
        """Parts that could not be read as records."""
        return self.item.broken if self.item is not None else 0

    @property
    def summary(self) -> str:
        """How it went, in a line."""
        if self.failed:
            return f"failed, {self.reason}: {self.message}"
        counted = f"{len(self)} records"
        return f"{counted}, partial, {self.reason}: {self.message}" if self.reason else counted

    def __repr__(self) -> str:
        return "\n".join(filter(None, [table_text(self), self.summary]))

    def _repr_html_(self) -> str:
        return f"{table_html(self)}<small>{escape(self.summary)}</small>"


def attempt(run: Run) -> Tried:
    """Wait for a run of one target, take what it brought and delete it.

    Args:
        run: The run; when the waiting is interrupted, it is cancelled.
    """
    try:
        _ = run.wait()
    finally:
        if not run.state.ended:
            _ = run.cancel().wait()
    try:
        return _taken(run)
    finally:
        run.delete()


def _taken(run: Run) -> Tried:
    found = run.items()
    item = next((each for each in found if each.depth == 0), None)
    reason, message = (item.reason, item.message) if item is not None else ("", "")
    error = run.error
    if error is not None and not reason:
        reason, message = error.code, error.message
    elif run.state is RunState.CANCELLED:
        reason, message = "cancelled", "The run was cancelled."
    log = [line.text for line in run.logs("warning")]
    return Tried(run.records(), item=item, reason=reason, message=message, log=log)
