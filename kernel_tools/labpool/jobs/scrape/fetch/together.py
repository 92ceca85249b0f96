"""Several things at the same time, of which none is worth anything without the others."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any


async def all_of(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Wait until all tasks have come to their end; when one fails, cancel the others.

    In Python 3.11 a ``TaskGroup`` leaves whoever waits in it counted as cancelled once a task has
    failed; a time limit around it then ends with ``CancelledError``, and takes more than it should.

    Raises:
        ExceptionGroup: What they failed with.
    """
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    errors = [error for task in tasks if not task.cancelled() and (error := task.exception())]
    if errors:
        raise BaseExceptionGroup("not all of them succeeded", errors)
