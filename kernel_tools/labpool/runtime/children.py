"""What a job's body starts ends with it: at its end, and when its worker dies."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import uuid
from collections.abc import Collection
from contextlib import suppress

import psutil

from . import guardian

PR_SET_CHILD_SUBREAPER = 36
"""Of Linux's ``prctl(2)``: whoever loses its parent below this process becomes its child."""

MARK = "LABPOOL_PROCESS"
"""Environment variable by which the guardian knows what a worker has started."""

TERM_S = 1.0
"""How long processes may take to end by themselves, seconds."""


class Children:
    """The processes below a worker's process.

    Attributes:
        guarded: Whether the process is the worker's alone: everything below it is its jobs'.
    """

    def __init__(self) -> None:
        self.guarded = False
        self._spared: set[psutil.Process] = set()
        self._guardian: subprocess.Popen[bytes] | None = None

    def guard(self) -> None:
        """Keep everything that the jobs of this process start below it, and from outliving it.

        Orphans stay below it, and the guardian is started, on Linux only.
        """
        self.guarded = True
        if sys.platform != "linux":
            return
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
        mark = uuid.uuid4().hex
        self._guardian = subprocess.Popen(
            [sys.executable, "-I", "-S", guardian.__file__, f"{MARK}={mark}", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={},
            cwd="/",
            start_new_session=True,  # a Ctrl-C is not for it
        )
        self._spared = {psutil.Process(self._guardian.pid)}
        os.environ[MARK] = mark

    def begin(self) -> None:
        """Take note of what there is before a job begins; in a guarded process it is known."""
        if not self.guarded:
            self._spared = set(_below(psutil.Process()))

    def end(self, warm: Collection[int]) -> None:
        """End everything that a job has left, and wait for its end.

        Args:
            warm: Processes that stay, with everything below them.
        """
        me = psutil.Process()
        kept = set(self._spared)
        for child in me.children():
            if child.pid in warm:
                kept |= {child, *_below(child)}
        for finish in (psutil.Process.terminate, psutil.Process.kill):
            left = [process for process in _below(me) if process not in kept]
            if not left:
                return
            for process in left:
                with suppress(psutil.Error):
                    finish(process)
            _stop_forkserver({process.pid for process in left})
            psutil.wait_procs(left, timeout=TERM_S)


def _below(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _stop_forkserver(ending: set[int]) -> None:
    """Let multiprocessing know that its server ends: it starts another only if it hears so."""
    module = sys.modules.get("multiprocessing.forkserver")
    server = module._forkserver if module else None  # noqa: SLF001 - there is no public way
    pid = getattr(server, "_forkserver_pid", None)
    if server is not None and pid in ending:
        with suppress(psutil.Error):
            psutil.Process(pid).kill()
        server._stop()  # noqa: SLF001 - as above
