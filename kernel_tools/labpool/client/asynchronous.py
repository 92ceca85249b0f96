"""Async twins of blocking methods: the same code, on a daemon thread.

A thread of its own for each call: a shared executor would run full of calls that wait for
runs, and its threads would keep the interpreter from ending.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import Future
from typing import Any, Concatenate, ParamSpec, TypeVar

from .stopping import Stop

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")

AHEAD = 1000
"""Items that a stream's thread may read ahead of who iterates."""


async def in_thread(call: Callable[[], T], stop: Stop | None = None) -> T:
    """Await a blocking call.

    Args:
        call: Runs on a daemon thread.
        stop: Set when the awaiting task is cancelled.
    """
    outcome: Future[T] = Future()
    threading.Thread(target=_settle, args=(call, outcome), daemon=True).start()
    try:
        return await asyncio.wrap_future(outcome)
    except asyncio.CancelledError:
        if stop:
            stop.set()
        raise


def _settle(call: Callable[[], T], outcome: Future[T]) -> None:
    if not outcome.set_running_or_notify_cancel():
        return
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001  it is raised where the call is awaited
        outcome.set_exception(error)
    else:
        outcome.set_result(result)


def twin(
    method: Callable[Concatenate[S, P], T],
) -> Callable[Concatenate[S, P], Coroutine[Any, Any, T]]:
    """Make the awaitable twin of a blocking method."""

    @functools.wraps(method)
    async def call(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await in_thread(functools.partial(method, self, *args, **kwargs))

    call.__doc__ = f"Awaitable twin of ``{method.__name__}``."
    return call


async def iterate(items: Iterator[T], stop: Stop) -> AsyncIterator[T]:
    """Iterate over a blocking iterator without blocking; ``stop`` ends it."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Callable[[], T]] = asyncio.Queue()
    room = threading.Semaphore(AHEAD)

    def put(get: Callable[[], T]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens
            loop.call_soon_threadsafe(queue.put_nowait, get)

    def pump() -> None:
        try:
            for item in items:
                put(functools.partial(_give, item))
                room.acquire()
                if stop.is_set():
                    break
            put(_end)
        except BaseException as error:  # noqa: BLE001  it is raised where the items are awaited
            put(functools.partial(_fail, error))

    threading.Thread(target=pump, daemon=True).start()
    try:
        while True:
            item = (await queue.get())()
            room.release()
            yield item
    except _EndError:
        return
    finally:
        stop.set()
        room.release()


class _EndError(Exception):
    """The iterator has no more items."""


def _give(item: T) -> T:
    return item


def _fail(error: BaseException) -> Any:
    raise error


def _end() -> Any:
    raise _EndError
