"""What the server keeps of models, data sets, checkpoints and records, seen from Python."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from labpool.wire.assets import Asset, AssetsRemoved, AssetTotals, PruneRequest
from labpool.wire.catalog import CatalogItem

from . import downloads
from .archives import save_archive
from .asynchronous import twin
from .connection import Connection
from .listings import assets, catalog
from .show import Listing


class WithAssets:
    """The part of a pool that has to do with the catalog and with assets."""

    connection: Connection

    def catalog(self) -> Listing[CatalogItem]:
        """List the models and data sets that may be downloaded, and how each stands."""
        return catalog(downloads.listed(self.connection))

    def save_token(self, token: str | None = None) -> None:
        """Leave your token at the Hugging Face Hub with the server, which keeps it encrypted.

        Args:
            token: The token; asked for when absent, so that it stays out of the notebook.
        """
        downloads.save_token(self.connection, token)

    def delete_token(self) -> None:
        """Let the server forget your token."""
        self.connection.call("delete_secret", {"name": downloads.HUB_TOKEN})

    def assets(
        self,
        *,
        kind: Literal["model", "dataset", "checkpoint", "records"] | None = None,
        status: Literal["ready", "downloading", "error"] | None = None,
        source: str | None = None,
        limit: int | None = 100,
    ) -> Listing[Asset]:
        """List models, data sets, checkpoints and record sets, newest first.

        Args:
            kind: Only of this kind.
            status: Only in this status.
            source: Only of this run, by its id.
            limit: How many at the most.
        """
        query = {"kind": kind, "status": status, "source": source}
        return assets(self.connection.pages("list_assets", limit=limit, query=query))

    def asset(self, asset_id: str) -> Asset:
        """Return an asset by its id."""
        answer: Asset = self.connection.call("get_asset", {"asset_id": asset_id})
        return answer

    def asset_totals(self) -> AssetTotals:
        """Return how many assets there are, how large, and how much was downloaded."""
        answer: AssetTotals = self.connection.call("asset_totals")
        return answer

    def delete_asset(self, asset_id: str, *, name: str | None = None) -> AssetsRemoved:
        """Delete an asset from the server's disk.

        Args:
            asset_id: The asset.
            name: Its name; needed for what was in the cache before Labpool.

        Returns:
            What is gone, and the bytes that are free again.

        Raises:
            Conflict: An active run uses it.
            NotOurs: Labpool did not bring it, and ``name`` is not its name.
        """
        answer: AssetsRemoved = self.connection.call(
            "delete_asset", {"asset_id": asset_id}, query={"name": name}
        )
        return answer

    def prune_checkpoints(self, keep: int, *, run_id: str | None = None) -> AssetsRemoved:
        """Delete all but the newest checkpoints of runs that have ended; the best one stays.

        Args:
            keep: How many of each run to keep, 1 or more.
            run_id: Only of this run.
        """
        request = PruneRequest(keep=keep, run_id=run_id)
        answer: AssetsRemoved = self.connection.call("prune_checkpoints", body=request)
        return answer

    def save_asset(self, asset_id: str, path: Path | str | None = None) -> Path:
        """Save an asset's files here, as a zip archive.

        Args:
            asset_id: The asset.
            path: File to write; by its own name into the present folder when absent.

        Returns:
            The archive; it is there only when it is whole.
        """
        return save_archive(self.connection, asset_id, path)

    acatalog = twin(catalog)
    asave_token = twin(save_token)
    adelete_token = twin(delete_token)
    aassets = twin(assets)
    aasset = twin(asset)
    aasset_totals = twin(asset_totals)
    adelete_asset = twin(delete_asset)
    aprune_checkpoints = twin(prune_checkpoints)
    asave_asset = twin(save_asset)
