"""Runs a notebook in a kernel of its own: cell after cell, each saved when it is done."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from labpool.runtime.context import JobContext, JobError

from .copies import Copies
from .params import Params
from .source import Unreadable, inject, kernel_of, read
from .speech import Speech, plain

START_S = 120
"""How long a kernel may take to answer for the first time, seconds."""
LOOK_S = 0.1
"""How often the run looks whether it was asked to end, seconds."""
GRACE_S = 3.0
"""How long an interrupted cell may take to end before its kernel is ended, seconds."""
SAVE_S = 2.0
"""Shortest time between two saves of a cell that goes on, seconds."""
MOST_TRACEBACK = 16_000
"""Characters of a traceback that go into the run's error; all of it is in the notebook."""


def run(params: Params, ctx: JobContext) -> dict[str, Any]:
    """Run a notebook.

    Returns:
        How many cells were run (``cells``), how many of them failed (``errors``), and where the
        copy is (``notebook``).

    Raises:
        JobError: ``cell_error``, ``cell_timeout``, ``kernel_died``, ``kernel_missing`` or
            ``notebook_unreadable``; what was done until then is in the copy.
    """
    source = Path(params.path).expanduser()
    try:
        notebook = inject(read(source), params.parameters)
        kernel = kernel_of(notebook, params.kernel)
    except Unreadable as error:
        raise JobError("notebook_unreadable", error.message) from error
    beside = Path(params.output).expanduser() if params.output else _beside(source, ctx.run_id)
    copies = Copies(ctx.run_dir / source.name, beside)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    work = _Work(notebook, params, ctx, copies)
    try:
        asyncio.run(work.run(kernel, source.parent))
    finally:
        copies.save(notebook)
        ctx.artifact(copies.run_file, meta={"notebook": str(beside)})
        if copies.refused:
            words = f"{copies.refused}; the copy is among the run's artifacts"
            ctx.notice("copy_refused", words, path=str(beside))
    return _result(ctx, notebook, copies, len(work.cells))


def _beside(source: Path, run_id: str) -> Path:
    return source.with_name(f"{source.stem}.{run_id}{source.suffix}")


def _result(ctx: JobContext, notebook: NotebookNode, copies: Copies, count: int) -> dict[str, Any]:
    failed = sum(
        any(output.output_type == "error" for output in cell.get("outputs", []))
        for cell in notebook.cells
    )
    if failed:
        words = f"{failed} of {count} cells failed; the notebook shows where"
        ctx.notice("cells_failed", words, failed=failed, cells=count)
    where = copies.run_file if copies.refused else copies.beside
    return {"cells": count, "errors": failed, "notebook": str(where)}


class _Client(NotebookClient):
    """Tells what a cell puts out as it comes."""

    heard: Callable[[dict[str, Any]], None]

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """Take in a message of the kernel, and pass it on."""
        try:
            return super().process_message(msg, cell, cell_index)
        finally:
            self.heard(msg)


class _Work:
    """One notebook on its way.

    Attributes:
        cells: Positions of the cells that are run.
    """

    def __init__(
        self, notebook: NotebookNode, params: Params, ctx: JobContext, copies: Copies
    ) -> None:
        self._notebook = notebook
        self._params = params
        self._ctx = ctx
        self._copies = copies
        self._saved_at = 0.0
        self._speech = Speech(lambda line: ctx.log("info", line))
        self.cells = [
            at
            for at, cell in enumerate(notebook.cells)
            if cell.cell_type == "code" and cell.source.strip()
        ]

    async def run(self, kernel: str, folder: Path) -> None:
        """Run all cells in a new kernel."""
        async with self._started(kernel, folder) as (client, manager):
            watch = asyncio.create_task(self._watch(manager))
            try:
                for number, at in enumerate(self.cells):
                    self._ctx.check_cancelled()
                    await self._run_cell(client, number, at)
                client.set_widgets_metadata()
            finally:
                watch.cancel()
        self._ctx.progress(len(self.cells), len(self.cells), "cell")

    @asynccontextmanager
    async def _started(
        self, kernel: str, folder: Path
    ) -> AsyncIterator[tuple[_Client, AsyncKernelManager]]:
        """Start a kernel that nobody else on this machine can reach, and end it afterwards."""
        private = tempfile.mkdtemp(prefix="labpool-")  # 0700; its sockets need short paths
        manager = AsyncKernelManager(kernel_name=kernel, transport="ipc")
        manager.ip = f"{private}/k"
        manager.connection_file = f"{private}/kernel.json"
        client = _Client(
            self._notebook,
            km=manager,
            timeout=self._params.cell_timeout_s,
            startup_timeout=START_S,
            allow_errors=self._params.allow_errors,
            coalesce_streams=True,
        )
        client.heard = self._hear
        try:
            await self._start(client, manager, kernel, folder)
            yield client, manager
        finally:
            with suppress(RuntimeError):  # it never began
                await manager.shutdown_kernel(now=True)
            if client.kc is not None:
                client.kc.stop_channels()
            shutil.rmtree(private, ignore_errors=True)

    async def _start(
        self, client: _Client, manager: AsyncKernelManager, kernel: str, folder: Path
    ) -> None:
        self._ctx.progress(0, len(self.cells), "cell", f"starting the kernel {kernel}")
        try:
            await manager.start_kernel(cwd=str(folder))
            await client.async_start_new_kernel_client()
        except Exception as error:
            raise JobError(
                "kernel_missing",
                f"The kernel {kernel} does not start: {str(error) or type(error).__name__}. "
                "`jupyter kernelspec list` shows which there are.",
            ) from error

    async def _run_cell(self, client: _Client, number: int, at: int) -> None:
        cell = self._notebook.cells[at]
        title = cell.source.strip().splitlines()[0][:80]
        self._ctx.progress(number, len(self.cells), "cell", title)
        which = f"Cell {number + 1} of {len(self.cells)}"
        try:
            await client.async_execute_cell(cell, at)
        except CellExecutionError as error:
            self._ctx.check_cancelled()
            raise JobError(
                "cell_error",
                f"{which}: {error.ename}: {plain(error.evalue)}",
                cell=at,
                traceback=plain(error.traceback)[-MOST_TRACEBACK:],
            ) from error
        except CellTimeoutError as error:
            raise JobError(
                "cell_timeout",
                f"{which} took longer than {self._params.cell_timeout_s:g} s.",
                cell=at,
            ) from error
        except DeadKernelError as error:
            self._ctx.check_cancelled()
            raise JobError(
                "kernel_died",
                f"{which}: its kernel died. A process that takes more memory than there is dies "
                "so, and one that crashes.",
                cell=at,
            ) from error
        finally:
            self._speech.end()
            self._save()

    async def _watch(self, manager: AsyncKernelManager) -> None:
        """Interrupt the cell when the run is asked to end; where that does not help, its kernel."""
        while not self._ctx.cancelled():  # noqa: ASYNC110 - another thread is asked
            await asyncio.sleep(LOOK_S)
        await manager.interrupt_kernel()
        await asyncio.sleep(GRACE_S)
        await manager.shutdown_kernel(now=True)

    def _hear(self, message: dict[str, Any]) -> None:
        if message["msg_type"] == "stream":
            self._speech.hear(message["content"]["text"])
        if asyncio.get_running_loop().time() - self._saved_at > SAVE_S:
            self._save()

    def _save(self) -> None:
        self._copies.save(self._notebook)
        self._saved_at = asyncio.get_running_loop().time()
