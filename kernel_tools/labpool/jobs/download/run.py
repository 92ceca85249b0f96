"""The body of a download: what the worker calls."""

from __future__ import annotations

from typing import Any

from labpool.runtime.context import JobContext

from .params import Params


def run(params: Params, ctx: JobContext) -> dict[str, Any]:
    """Fetch an entry of the catalog into the Hugging Face cache, from the last byte on.

    Args:
        params: See ``Params``.
        ctx: The worker's door to everything else.

    Returns:
        Plain JSON: id, repo_id, revision (the commit), path (of the snapshot), bytes_total,
        bytes_fetched (by this attempt), files (how many), seconds (of this attempt); with
        ``verify`` also repaired: the names of the files that were wrong and were fetched again.

    Raises:
        Cancelled: The run was asked to end; what was fetched is kept.
        JobError: See ``errors``.
    """
    from .work import download  # the kind itself stays light

    return download(params, ctx)
