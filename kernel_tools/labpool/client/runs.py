"""Which columns a list of runs has."""

from __future__ import annotations

from collections.abc import Iterable

from .run import Run
from .show import Listing, moment, standing


def runs(items: Iterable[Run]) -> Listing[Run]:
    """Return runs as a table."""
    columns = {
        "id": lambda run: run.id,
        "kind": lambda run: run.kind,
        "name": lambda run: run.name,
        "state": lambda run: run.record.state.value,
        "standing": lambda run: standing(run.record),
        "created": lambda run: moment(run.created_at),
    }
    return Listing(items, columns, "No runs.")
