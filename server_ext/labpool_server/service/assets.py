"""One list of all that is kept: models and data sets in the cache, what runs have made."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Literal

from labpool.wire import (
    Asset,
    AssetPage,
    AssetTotals,
    CatalogPage,
    Conflict,
    NotFound,
    RunState,
)
from labpool.wire._base import utc_now
from labpool.wire.pages import AssetsQuery, RunsQuery
from labpool_server.outgoing import Outgoing
from labpool_server.store import AsyncStore
from labpool_server.store.assets import slug

from .archive import zipped
from .merged import END, Begin, newest
from .shelf import DOWNLOAD, Shelf


async def of_runs(
    store: AsyncStore,
    kind: Literal["checkpoint", "records"] | None = None,
    run_id: str | None = None,
) -> list[Asset]:
    """Return the assets that runs have made, newest first.

    Args:
        store: Where they are written down.
        kind: Only these; None for all.
        run_id: Only of this run; None for every one.
    """
    query = AssetsQuery(kind=kind, source=run_id, limit=1000)
    found: list[Asset] = []
    while True:
        page = await store.read(store.sync.assets, query)
        found += page.items
        if page.next is None:
            return found
        query = query.model_copy(update={"after": page.next})


class AssetService:
    """Lists and counts.

    Args:
        store: Runs and what they have made.
        shelf: The catalog and the cache.
    """

    def __init__(self, store: AsyncStore, shelf: Shelf) -> None:
        self._store = store
        self._shelf = shelf

    async def catalog_models(self) -> CatalogPage:
        """Return the models of the catalog, with how each stands here."""
        return await asyncio.to_thread(self._catalog, "model")

    async def catalog_datasets(self) -> CatalogPage:
        """Return the data sets of the catalog, with how each stands here."""
        return await asyncio.to_thread(self._catalog, "dataset")

    async def list_assets(self, query: AssetsQuery) -> AssetPage:
        """Return one page of assets, newest first.

        Raises:
            InvalidRequest: The cursor is none of this list.
        """
        begin = Begin.read(query.after)
        asked = query.model_copy(update={"after": begin.stored})
        stored = await self._store.read(self._store.sync.assets, asked)
        on_shelf = await asyncio.to_thread(self._shelf.assets)
        shelved = begin.left([asset for asset in on_shelf if _fits(asset, query)])
        items = newest(stored.items, shelved, limit=query.limit)
        if stored.next is None and len(items) == len(stored.items) + len(shelved):
            return AssetPage(items=items)
        given = [asset for asset in shelved if asset in items]
        cursor = await self._behind(asked, stored, len(items) - len(given))
        return AssetPage(items=items, next=str(begin.after(cursor, given)))

    async def asset_totals(self) -> AssetTotals:
        """Return how many assets there are, and how large."""
        every = [*await of_runs(self._store), *await asyncio.to_thread(self._shelf.assets)]
        every_part = await asyncio.to_thread(self._shelf.parts)
        parts = [part for part in every_part if not part.busy]
        return AssetTotals(
            count=len(every),
            ready=sum(asset.status == "ready" for asset in every),
            size_bytes=sum(asset.size_bytes for asset in every),
            downloads_this_month=await self._downloads_this_month(),
            parts=len(parts),
            parts_bytes=sum(part.size_bytes for part in parts),
        )

    async def get_asset(self, asset_id: str) -> Asset:
        """Return an asset.

        Raises:
            NotFound: There is no such asset.
        """
        asset = await self._store.read(self._store.sync.asset, asset_id)
        asset = asset or await asyncio.to_thread(self._shelf.asset, asset_id)
        if asset is None:
            raise NotFound(f"There is no asset {asset_id!r}.", asset_id=asset_id)
        return asset

    async def asset_file(self, asset_id: str) -> Outgoing:
        """Return what to send as an asset's archive.

        Raises:
            NotFound: There is no such asset, or its files have gone.
            Conflict: It is not whole.
        """
        asset = await self.get_asset(asset_id)
        if asset.status != "ready":
            raise Conflict(f"{asset.name} is not whole: {asset.status}.", status=asset.status)
        path = Path(asset.path) if asset.path else None
        if path is None or not await asyncio.to_thread(path.exists):
            raise NotFound(f"The files of {asset.name} have gone.", asset_id=asset_id)
        of_a_run = asset.kind in ("checkpoint", "records")
        name = asset.id if of_a_run else slug(asset.name.replace("/", "--"))
        return Outgoing(
            name=f"{name}.zip",
            content_type="application/zip",
            blocks=lambda: zipped(path, name, _linked(path)),
        )

    async def _behind(self, asked: AssetsQuery, stored: AssetPage, count: int) -> str | None:
        """Return the store's cursor behind the first so many of its page's entries."""
        if count == 0:
            return asked.after
        if count < len(stored.items):
            asked = asked.model_copy(update={"limit": count})
            stored = await self._store.read(self._store.sync.assets, asked)
        return stored.next or END

    def _catalog(self, kind: str) -> CatalogPage:
        return CatalogPage(items=self._shelf.items(kind), problems=self._shelf.problems())

    async def _downloads_this_month(self) -> int:
        first = utc_now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        query = RunsQuery(kind=DOWNLOAD, state=RunState.SUCCEEDED, limit=1000)
        runs = (await self._store.read(self._store.sync.runs, query)).items
        return sum(run.ended_at is not None and run.ended_at >= first for run in runs)


def _linked(path: Path) -> Path | None:
    """Return the folder that links of an asset may lead to: a snapshot's bytes lie beside it."""
    return path.parent.parent if path.parent.name == "snapshots" else None


def _fits(asset: Asset, query: AssetsQuery) -> bool:
    return (
        query.kind in (None, asset.kind)
        and query.status in (None, asset.status)
        and query.source in (None, asset.source)
    )
