"""A body that starts processes in every way that there is, and ends none of them."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from multiprocessing.connection import Connection
from typing import Any

from labpool.runtime.context import JobContext

from . import SpawnParams

SLEEP = ["sleep", "600"]


def spawn(params: SpawnParams, ctx: JobContext) -> None:
    """Start processes and say their ids."""
    started = {
        "child": subprocess.Popen(SLEEP).pid,
        "stubborn": _stubborn(),
        "session": subprocess.Popen(SLEEP, start_new_session=True).pid,
        "daemon": _daemon(replace=True),
        "forked daemon": _daemon(replace=False),
        "multiprocessing": _multiprocessing("fork"),
        "spawned": _multiprocessing("spawn"),
        "forkserver": _multiprocessing("forkserver"),
    }
    ctx.log("info", json.dumps(started))
    ctx.flush()
    if params.hang:
        while True:
            signal.pause()


def _stubborn() -> int:
    """Start a process that does not end when it is asked to."""
    code = "import signal; signal.signal(15, signal.SIG_IGN); print(flush=True); signal.pause()"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    return process.pid


def _daemon(*, replace: bool) -> int:
    """Start a process as a daemon does: forked twice, in a session of its own."""
    answer, question = os.pipe()
    first = os.fork()
    if first == 0:
        os.setsid()
        if os.fork() == 0:
            os.write(question, str(os.getpid()).encode())
            if replace:
                os.execvp(SLEEP[0], SLEEP)
            while True:
                signal.pause()
        os._exit(0)
    os.waitpid(first, 0)
    pid = int(os.read(answer, 100))
    os.close(answer)
    os.close(question)
    return pid


def _multiprocessing(method: str) -> int:
    vars(multiprocessing.current_process())["_config"]["daemon"] = False  # as bodies do
    context: Any = multiprocessing.get_context(method)
    mine, its = context.Pipe()
    process = context.Process(target=_wait, args=(its,))
    process.start()
    mine.recv()
    return int(process.pid)


def _wait(connection: Connection) -> None:
    connection.send("there")
    while True:
        signal.pause()
