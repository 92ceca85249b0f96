"""Deletes assets, and says how much room that makes."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path

from labpool.runtime.digests import size_of
from labpool.wire import Asset, AssetsRemoved, Conflict, NotFound, NotOurs, PruneRequest, Run
from labpool.wire.events import ArtifactDeleted
from labpool.wire.pages import DeleteQuery
from labpool_server.store import AsyncStore

from .assets import AssetService, of_runs
from .shelf import Shelf


class RemovalService:
    """Deletes what nobody uses.

    Args:
        store: Runs and what they have made.
        shelf: The catalog and the cache.
        assets: Finds what is to be deleted.
    """

    def __init__(self, store: AsyncStore, shelf: Shelf, assets: AssetService) -> None:
        self._store = store
        self._shelf = shelf
        self._assets = assets

    async def delete_asset(self, asset_id: str, query: DeleteQuery) -> AssetsRemoved:
        """Delete an asset from the disk.

        Raises:
            NotFound: There is no such asset.
            Conflict: It is not whole yet, or an active run uses it.
            NotOurs: Labpool did not bring it, and its name was not given.
        """
        asset = await self._assets.get_asset(asset_id)
        if asset.status == "downloading":
            raise Conflict(f"{asset.name} is being downloaded; cancel that first.")
        if not asset.ours and query.name != asset.name:
            raise NotOurs(
                f"{asset.name} was in the Hugging Face cache before Labpool. To delete it all the "
                "same, give its name, too.",
                name=asset.name,
            )
        await self._check_unused(asset)
        if asset.kind in ("checkpoint", "records"):
            freed = await self._delete_of_run(asset.source, asset.name, Path(asset.path or ""))
        else:
            freed = await asyncio.to_thread(self._shelf.delete, asset)
        return AssetsRemoved(ids=[asset.id], freed_bytes=freed)

    async def prune_checkpoints(self, request: PruneRequest) -> AssetsRemoved:
        """Delete all but the newest checkpoints of each run that has ended.

        Raises:
            NotFound: There is no such run.
            Conflict: The run has not ended.
        """
        if request.run_id is not None:
            run = await self._store.read(self._store.sync.run, request.run_id)
            if run is None:
                raise NotFound(f"There is no run {request.run_id!r}.", run_id=request.run_id)
            if not run.state.ended:
                raise _goes_on(run)
            runs = {run.id}
        else:
            runs = {asset.source for asset in await of_runs(self._store, "checkpoint")}
        used = await self._words_of_active_runs()
        gone, freed = [], 0
        for run_id in sorted(runs):
            for asset in await self._old_checkpoints(run_id, request.keep, used):
                path = Path(asset.path or "")
                if request.dry_run:
                    freed += await asyncio.to_thread(_size, path)
                else:
                    freed += await self._delete_of_run(run_id, asset.name, path)
                gone.append(asset.id)
        return AssetsRemoved(ids=gone, freed_bytes=freed)

    async def _old_checkpoints(
        self, run_id: str, keep: int, used: Mapping[str, str]
    ) -> list[Asset]:
        run = await self._store.read(self._store.sync.run, run_id)
        if run is None or not run.state.ended:
            return []
        kept = await of_runs(self._store, "checkpoint", run_id)
        losses = {a.id: a.meta["val_loss"] for a in kept if "val_loss" in a.meta}
        best = min(losses, key=lambda asset_id: losses[asset_id]) if losses else None
        return [
            asset
            for asset in kept[keep:]
            if asset.id != best and not asset.meta.get("final") and asset.id not in used
        ]

    async def _delete_of_run(self, run_id: str, name: str, path: Path) -> int:
        run = await self._store.read(self._store.sync.run, run_id)
        if run is not None and not run.state.ended:
            raise _goes_on(run)
        freed = await asyncio.to_thread(_size, path)
        attempt = run.attempt if run else 0
        await self._store.append(ArtifactDeleted(run_id=run_id, attempt=attempt, name=name))
        await asyncio.to_thread(_remove, path)
        return freed

    async def _check_unused(self, asset: Asset) -> None:
        used = await self._words_of_active_runs()
        run_id = used.get(asset.id) or (used.get(asset.source) if asset.source else None)
        if run_id is not None and run_id != asset.source:
            raise Conflict(f"The run {run_id} uses {asset.name}; wait for it.", run_id=run_id)

    async def _words_of_active_runs(self) -> dict[str, str]:
        """Return every text in the params of active runs, with the run's id."""
        active = await self._store.read(self._store.sync.active)
        return {
            value: run.id
            for run in active
            for value in run.params.values()
            if isinstance(value, str)
        }


def _goes_on(run: Run) -> Conflict:
    return Conflict(
        f"Run {run.id} is {run.state}; what it has made is what it goes on from.", run_id=run.id
    )


def _size(path: Path) -> int:
    return size_of(path) if path.exists() else 0


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
