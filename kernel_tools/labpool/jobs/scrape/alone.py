"""What only one of a run's workers does at a time."""

from __future__ import annotations

from contextlib import AbstractContextManager

from labpool.runtime.context import JobContext
from labpool.runtime.locks import holding


def alone(ctx: JobContext, name: str) -> AbstractContextManager[None]:
    """Wait until no other worker of the run is in a block of this name, and be in it.

    Raises:
        Cancelled: The job was asked to end meanwhile.
    """
    return holding(ctx.run_dir / f".{name}.lock", ctx)
