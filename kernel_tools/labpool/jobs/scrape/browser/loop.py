"""An event loop on a thread of its own: Playwright's objects belong to the loop that made them."""

from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Coroutine
from concurrent.futures import CancelledError, Future, wait
from contextlib import suppress
from typing import Any, Generic, TypeVar

T = TypeVar("T")

END_S = 1.0
"""How long processes that are left may take to end once they are killed, seconds."""
PAUSE_S = 0.01
"""Pause between two looks whether they have ended, seconds."""


class Underway(Generic[T]):
    """A coroutine on its way on another thread's loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T]) -> None:
        self._loop = loop
        self._work = work
        self._ended: Future[T] = Future()
        self._task: asyncio.Task[T] | None = None
        loop.call_soon_threadsafe(self._start)

    def result(self, timeout: float | None = None) -> T:
        """Wait for its end and return its result.

        Raises:
            CancelledError: It was cancelled, and has ended.
            TimeoutError: It goes on after that many seconds, or that is how it ended.
        """
        return self._ended.result(timeout)

    def wait(self, seconds: float) -> bool:
        """Wait for its end; return whether it has come."""
        return bool(wait([self._ended], seconds).done)

    def ended(self) -> bool:
        """Whether it has ended, cleaned up and all."""
        return self._ended.done()

    def cancel(self) -> None:
        """Ask it to end; ``result`` tells when it has."""
        self._loop.call_soon_threadsafe(self._cancel)

    def _start(self) -> None:
        self._task = self._loop.create_task(self._work)
        self._task.add_done_callback(self._end)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _end(self, task: asyncio.Task[T]) -> None:
        error = CancelledError() if task.cancelled() else task.exception()
        if error is not None:
            self._ended.set_exception(error)
        else:
            self._ended.set_result(task.result())


class _Loop(asyncio.SelectorEventLoop):
    """A loop that knows the processes it has started: asyncio closes nothing of them by itself.

    Attributes:
        started: Their transports.
    """

    def __init__(self) -> None:
        super().__init__()
        self.started: weakref.WeakSet[asyncio.SubprocessTransport] = weakref.WeakSet()

    async def subprocess_exec(self, *args: Any, **options: Any) -> Any:
        """Start a process, and keep its transport in mind."""
        transport, protocol = await super().subprocess_exec(*args, **options)
        self.started.add(transport)
        return transport, protocol

    async def end_processes(self) -> None:
        """End the processes that are left, and let go of their pipes."""
        for transport in list(self.started):
            transport.close()
        async with asyncio.timeout(END_S):
            # The watcher of children tells nobody else.
            while any(each.get_returncode() is None for each in list(self.started)):  # noqa: ASYNC110
                await asyncio.sleep(PAUSE_S)


class PrivateLoop:
    """Runs coroutines for other threads.

    Args:
        name: Of the thread.
    """

    def __init__(self, name: str) -> None:
        self.loop = _Loop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, work: Coroutine[Any, Any, T]) -> Underway[T]:
        """Start a coroutine."""
        return Underway(self.loop, work)

    def stop(self, patience_s: float) -> None:
        """End the thread; whatever still runs is cancelled first."""
        asyncio.run_coroutine_threadsafe(self._finish(), self.loop)
        self._thread.join(patience_s)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        self.loop.close()

    async def _finish(self) -> None:
        await asyncio.sleep(0)  # a task that has not begun would let its connection fall
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        with suppress(TimeoutError):
            await self.loop.end_processes()
        await asyncio.sleep(0)  # connections that were cut let go of their sockets
        await asyncio.sleep(0)
        self.loop.stop()
