"""What a page hears of runs that it does not watch."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from labpool_server.store.stored import Stored

DETAIL = ("log_written", "metrics_reported")
"""Types that only a page which shows the run has a use for."""
PROGRESS = "progress_reported"


def brief(batch: Sequence[Stored], watched: Collection[str]) -> list[Stored]:
    """Leave out what a page at a glance does not show.

    Args:
        batch: Events, oldest first.
        watched: Ids of the runs of which everything is told.

    Returns:
        The events without log lines and metrics, and with one progress for each run: the
        latest. Of watched runs, all.
    """
    latest = {item.run_id: item.seq for item in batch if item.type == PROGRESS}
    return [
        item
        for item in batch
        if item.run_id in watched
        or (item.type not in DETAIL and (item.type != PROGRESS or latest[item.run_id] == item.seq))
    ]
