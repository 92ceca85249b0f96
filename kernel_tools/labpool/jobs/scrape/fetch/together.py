"""Several things at the same time, of which few are worth anything without the others."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

from .failures import ItemFailed

Task = asyncio.Task[Any]


async def all_of(tasks: Collection[Task], *, outlast: Task | None = None) -> None:
    """Wait until all tasks have come to their end; when one fails, cancel the others.

    In Python 3.11 a ``TaskGroup`` leaves whoever waits in it counted as cancelled once a task has
    failed; a time limit around it then ends with ``CancelledError``, and takes more than it should.

    Args:
        tasks: Some of them.
        outlast: One more, which comes to its end where only an item failed: it is of use later.

    Raises:
        ExceptionGroup: What they failed with.
    """
    every = {*tasks, *([outlast] if outlast else [])}
    try:
        await asyncio.wait(every, return_when=asyncio.FIRST_EXCEPTION)
        failed = [e for task in every if task.done() and (e := _error(task))]
        if outlast is not None and all(isinstance(e, ItemFailed) for e in failed):
            await asyncio.wait({outlast})
    finally:
        for task in every:
            task.cancel()
        await asyncio.wait(every)
    errors = [error for task in every if (error := _error(task))]
    if errors:
        raise BaseExceptionGroup("not all of them succeeded", errors)


def _error(task: Task) -> BaseException | None:
    return None if task.cancelled() else task.exception()
