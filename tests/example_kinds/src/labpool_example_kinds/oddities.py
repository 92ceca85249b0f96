"""Bodies that do what no body should: raise what is no ``Exception``, say what is no JSON."""

from __future__ import annotations

import asyncio
import builtins
import os
import signal
import threading
from typing import Any

import numpy as np

from labpool.runtime.context import JobContext

from . import RaiseParams, SpeakParams


class PanicException(BaseException):
    """As an extension in Rust raises it when it panics."""


class Speechless(Exception):
    """An error whose words cannot be had."""

    def __str__(self) -> str:
        """Fail."""
        raise ValueError("no words")


def raise_(params: RaiseParams, ctx: JobContext) -> None:
    """Raise an error by its name."""
    ctx.log("info", "before")
    places = (globals(), vars(builtins), vars(asyncio))
    error = next(place[params.error] for place in places if params.error in place)
    raise error(params.words)


def speak(params: SpeakParams, ctx: JobContext) -> dict[str, Any]:
    """Say names of files that are no text, and numbers that are none of Python's."""
    name = os.fsdecode(b"caf\xe9.csv")
    if params.leaves_out:
        ctx.notice("rows_left_out", "3 of 10 rows are left out", count=np.int64(3), of=10)
        reader = threading.Thread(target=_break, name="reader")
        reader.start()
        reader.join()
    for line in range(params.lines):
        ctx.log("info", f"{ctx.attempt} {line} {name}")
    ctx.progress(np.float32(1), np.int64(2), name, name)
    ctx.metric(np.int64(ctx.attempt), **{name: np.float32(0.5)})
    file = ctx.run_dir / f"out-{ctx.attempt}"
    file.touch()
    ctx.artifact(file, meta={"accuracy": np.float32(0.5)})
    stored = ctx.flush()
    if ctx.attempt == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"stored": stored, "accuracy": np.float32(0.5)}


def _break() -> None:
    raise OSError("the socket is closed")
