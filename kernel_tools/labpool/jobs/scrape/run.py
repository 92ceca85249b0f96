"""The body of a scrape: what each of its workers calls."""

from __future__ import annotations

from typing import Any

from labpool.runtime.context import JobContext

from .params import Params


def run(params: Params, ctx: JobContext) -> dict[str, Any]:
    """Read the targets' pages, as many at once as the site is to bear, and keep their records.

    Args:
        params: See ``Params``.
        ctx: The worker's door to everything else.

    Returns:
        Plain JSON; see ``finish.finish``.

    Raises:
        Cancelled: The run was asked to end; items that ended are kept.
        JobError: See ``work.scrape``.
    """
    from .work import scrape  # the kind itself stays light

    return scrape(params, ctx)
