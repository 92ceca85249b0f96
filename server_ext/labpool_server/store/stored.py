"""An event as it lies in the log."""

from __future__ import annotations

from typing import NamedTuple


class Stored(NamedTuple):
    """One event of the log, ready to be sent.

    Attributes:
        seq: Its number in the log, over all runs, rising.
        run_id: The run it is about.
        type: The event's type ("run_queued", ...).
        json: The whole event as one line of JSON.
    """

    seq: int
    run_id: str
    type: str
    json: str
