"""What people may do with the items of a run and the records that they brought."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

from labpool.items import Ledger, stream_csv, stream_jsonl
from labpool.wire import Conflict, ItemCounts, NotFound, RetryRequest, Run, RunState
from labpool.wire.pages import (
    ItemPage,
    ItemsQuery,
    RecordPage,
    RecordsFileQuery,
    RecordsQuery,
    RunFileQuery,
)
from labpool_server.folder import DataFolder
from labpool_server.outgoing import Outgoing
from labpool_server.store import AsyncStore
from labpool_server.store.assets import slug

from .exports import kept_file, parquet_blocks
from .runs import RunService

LEDGER = "items.db"
"""File of the items in a run's folder."""
CONTENT_TYPES = {
    "jsonl": "application/jsonl; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}

T = TypeVar("T")


class ItemService:
    """Items and records, read from each run's own file.

    Args:
        store: Runs and their artifacts.
        folder: Where runs keep their files.
        runs: Finds runs, and lets them go on.
    """

    def __init__(self, store: AsyncStore, folder: DataFolder, runs: RunService) -> None:
        self._store = store
        self._folder = folder
        self._runs = runs

    async def list_items(self, run_id: str, query: ItemsQuery) -> ItemPage:
        """Return a page of items in their order; none before the run has made its first.

        Raises:
            NotFound: There is no such run.
        """
        return await self._read(run_id, lambda ledger: ledger.items(query), ItemPage(items=[]))

    async def count_items(self, run_id: str) -> ItemCounts:
        """Return how many items are in each state, and how many records there are.

        Raises:
            NotFound: There is no such run.
        """
        return await self._read(run_id, Ledger.counts, ItemCounts())

    async def list_records(self, run_id: str, query: RecordsQuery) -> RecordPage:
        """Return a page of records, oldest first.

        Raises:
            NotFound: There is no such run.
        """
        empty = RecordPage(items=[])
        return await self._read(run_id, lambda ledger: ledger.records(query), empty)

    async def retry_items(self, run_id: str, request: RetryRequest) -> Run:
        """Let a run that has ended try some of its items again.

        Raises:
            NotFound: There is no such run.
            Conflict: It has not ended, or has no such items.
            TooManyRequests: Its owner has as many active runs of this kind as one may have.
        """
        run = await self._runs.ended_run(run_id)

        async def wait_again() -> None:
            path = self._path(run_id)
            again = partial(_retry, request=request, state=run.state)
            if not await asyncio.to_thread(_read, path, again, 0):
                raise _nothing(request)

        return await self._runs.requeue(run, "items", wait_again)

    async def records_file(self, run_id: str, query: RecordsFileQuery) -> Outgoing:
        """Return all records as one file.

        Raises:
            NotFound: There is no such run, or it has made no items yet.
            KindUnavailable: Parquet needs what is not installed.
        """
        run = await self._runs.get_run(run_id)
        path = self._path(run_id)
        if not await asyncio.to_thread(path.exists):
            raise NotFound(f"{run.name} has no records yet.", run_id=run_id)

        def blocks() -> Iterator[bytes]:
            with Ledger.open(path, create=False) as ledger:
                if query.format == "parquet":
                    yield from parquet_blocks(ledger, path.parent, changes=query.changes)
                else:
                    stream = stream_csv if query.format == "csv" else stream_jsonl
                    yield from stream(ledger, changes=query.changes)

        return Outgoing(
            name=f"{slug(run.name)}.{query.format}",
            content_type=CONTENT_TYPES[query.format],
            blocks=blocks,
            headers={"X-Content-Type-Options": "nosniff"},
        )

    async def run_file(self, run_id: str, query: RunFileQuery) -> Outgoing:
        """Return one file that a run keeps, by the name of the artifact.

        Raises:
            NotFound: There is no such run, or it keeps no such file.
        """
        await self._runs.get_run(run_id)
        saved = await self._store.read(self._store.sync.artifacts, run_id)
        path = next((each.path for each in saved if each.name == query.name), None)
        found = None
        if path is not None:
            found = await asyncio.to_thread(kept_file, self._folder.run(run_id), path)
        if found is None:
            raise NotFound(f"The run keeps no file {query.name!r}.", run_id=run_id)
        return found

    async def _read(self, run_id: str, read: Callable[[Ledger], T], otherwise: T) -> T:
        await self._runs.get_run(run_id)
        return await asyncio.to_thread(_read, self._path(run_id), read, otherwise)

    def _path(self, run_id: str) -> Path:
        return self._folder.run(run_id) / LEDGER


def _read(path: Path, read: Callable[[Ledger], T], otherwise: T) -> T:
    """Open a ledger, read it and close it."""
    try:
        ledger = Ledger.open(path, create=False)
    except FileNotFoundError:
        return otherwise
    with ledger:
        return read(ledger)


def _retry(ledger: Ledger, request: RetryRequest, state: RunState) -> int:
    """Let items wait again, and return how many there are to do.

    A run that succeeded left none waiting. If some wait, the word that lets the run go on was lost
    after the last request: they count, or nobody would ever try them.
    """
    left = ledger.counts().waiting if state is RunState.SUCCEEDED else 0
    return left + ledger.retry(request.states, request.ids)


def _nothing(request: RetryRequest) -> Conflict:
    which = "no item of the run" if request.ids is None else "none of these items"
    states = " or ".join(request.states)
    return Conflict(f"There is nothing to try again: {which} is {states}.", states=request.states)
