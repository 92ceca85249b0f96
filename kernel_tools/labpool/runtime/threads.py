"""Which attempt a thread works for, so that an error that ends it is told to whoever reads the run.

Python hands the error of a thread to ``threading.excepthook`` and to nobody else: the body goes on
and may succeed. Several attempts may share a process, and a thread does not know who started it;
so each start of a thread is noted, here, for as long as an attempt is under way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

Tell = Callable[[threading.Thread, BaseException], None]

_lock = threading.RLock()
_told: WeakKeyDictionary[threading.Thread, Tell] = WeakKeyDictionary()
_under_way: set[Tell] = set()
_start = threading.Thread.start
_previous = threading.excepthook
_covered = {"start": False, "hook": False}


@contextmanager
def watching_threads(tell: Tell) -> Iterator[None]:
    """Call ``tell`` with each error that ends a thread which this one started, or one of those.

    Args:
        tell: Called on the thread that ends, with it and the error; not after this has ended.
    """
    mine = threading.current_thread()
    with _lock:
        if not _under_way:
            _install()
        _under_way.add(tell)
        _told[mine] = tell
    try:
        yield
    finally:
        with _lock:
            _told.pop(mine, None)
            _under_way.discard(tell)
            if not _under_way:
                _restore()


def _install() -> None:
    """Put the hooks in, but for one that others have put theirs over: it is called already."""
    global _previous, _start  # noqa: PLW0603 - the hooks themselves belong to the process
    if not _covered["start"]:
        _start = threading.Thread.start
        threading.Thread.start = _noted  # type: ignore[method-assign, assignment]
    if not _covered["hook"]:
        _previous, threading.excepthook = threading.excepthook, _hook


def _restore() -> None:
    """Give the hooks back, unless somebody has put others over them."""
    _covered["start"] = threading.Thread.start is not _noted
    if not _covered["start"]:
        threading.Thread.start = _start  # type: ignore[method-assign]
    _covered["hook"] = threading.excepthook is not _hook
    if not _covered["hook"]:
        threading.excepthook = _previous


def _noted(thread: threading.Thread) -> None:
    with _lock:
        tell = _told.get(threading.current_thread())
        if tell is not None:
            _told[thread] = tell
    _start(thread)


def _hook(args: threading.ExceptHookArgs, /) -> None:
    with _lock:
        tell = _told.get(args.thread) if args.thread else None
        tell = tell if tell in _under_way else None
    try:
        if tell and args.thread and args.exc_value and not isinstance(args.exc_value, SystemExit):
            tell(args.thread, args.exc_value)
    finally:
        _previous(args)
