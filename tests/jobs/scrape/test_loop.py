"""The browser's own loop leaves nothing of the processes that it has started."""

from __future__ import annotations

import asyncio
import gc
import sys

import psutil

from labpool.jobs.scrape.browser.loop import PrivateLoop


async def start() -> int:
    """Start a process that goes on, as a driver does whose stop was cut; return its id."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import time; print(1, flush=True); time.sleep(600)",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    await process.stdout.readline()
    return process.pid


def test_a_process_that_is_left_is_ended_and_its_pipes_are_closed() -> None:
    files = psutil.Process().num_fds()
    private = PrivateLoop("test")
    pid = private.submit(start()).result(60)
    private.stop(patience_s=30)
    assert not psutil.pid_exists(pid)
    assert psutil.Process().num_fds() == files
    del private
    gc.collect()  # says what was left open, as an error
