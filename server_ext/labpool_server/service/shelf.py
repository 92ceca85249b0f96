"""What the catalog lists and what the Hugging Face cache holds. Reads files: not on the loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import labpool_catalog
from labpool import hub
from labpool.wire import Asset, CatalogEntry, CatalogItem, CatalogProblem, Run, RunState
from labpool_server.store.assets import slug

DOWNLOAD = "download"
"""The kind of the runs that download an entry; their params have its ``id``."""
_NOT_ON_THE_WIRE = {"builtin", "labels"}
REVISION_CHARS = 12
"""Digits of a commit that go into an id."""


@dataclass(frozen=True, kw_only=True)
class HubSettings:
    """Where models and data sets come from and go to.

    Attributes:
        endpoint: URL of the Hub.
        cache_dir: Folder of the Hugging Face cache.
        catalog_dirs: Folders with more catalog files.
        token: The server's own token at the Hub, or "".
        part_days: Days after which a half done download is thrown away, 0 for never.
    """

    endpoint: str
    cache_dir: Path
    catalog_dirs: tuple[Path, ...] = ()
    token: str = field(default="", repr=False)
    part_days: float = 7.0

    def for_jobs(self) -> dict[str, str]:
        """Return what a job is told of it."""
        return {"hub_endpoint": self.endpoint, "hub_cache": str(self.cache_dir)}


class Shelf:
    """The catalog and the cache together.

    Args:
        settings: Where they are.
        downloads: Returns the download runs, newest first.
    """

    def __init__(self, settings: HubSettings, downloads: Callable[[], Sequence[Run]]) -> None:
        self.settings = settings
        self._downloads = downloads

    def entry(self, entry_id: str) -> CatalogEntry | None:
        """Return the entry of an id, or None."""
        listed = labpool_catalog.read(self.settings.catalog_dirs).get(entry_id)
        return _on_the_wire(listed) if listed else None

    def ids(self) -> list[str]:
        """Return the ids of all entries."""
        catalog = labpool_catalog.read(self.settings.catalog_dirs)
        return [entry.id for entry in (*catalog.models, *catalog.datasets)]

    def problems(self) -> list[CatalogProblem]:
        """Return what is wrong with the catalog's files."""
        found = labpool_catalog.read(self.settings.catalog_dirs).problems
        return [CatalogProblem(file=str(p.file), line=p.line, message=p.message) for p in found]

    def items(self, kind: str | None = None) -> list[CatalogItem]:
        """Return the catalog's entries, of one kind or all, with how each stands."""
        items = self._items(self._latest_downloads())
        return [item for item in items if kind is None or item.kind == kind]

    def assets(self) -> list[Asset]:
        """Return what is in the cache or on its way into it, newest first."""
        found = {asset.id: asset for asset in self._on_disk()}
        latest = self._latest_downloads()
        for item in self._items(latest):
            key = asset_id(item.kind, item.repo_id or "", item.revision)
            if item.status == "downloading" or (item.status == "error" and key in found):
                found[key] = _expected(item, latest[item.id], found.get(key))
        return sorted(found.values(), key=lambda asset: (asset.created_at, asset.id), reverse=True)

    def asset(self, wanted: str) -> Asset | None:
        """Return an asset by its id or by its id in the catalog, or None."""
        return next((a for a in self.assets() if wanted in (a.id, a.source) and wanted), None)

    def delete(self, asset: Asset) -> int:
        """Delete what is in the cache; return the bytes that the disk has again."""
        repo_id, revision = asset.meta["repo_id"], asset.meta["revision"]
        repo_type: Literal["model", "dataset"] = "dataset" if asset.kind == "dataset" else "model"
        return hub.delete(self.settings.cache_dir, repo_type, repo_id, revision)

    def parts(self) -> list[hub.Part]:
        """Return the files that downloads left half done."""
        return hub.parts(self.settings.cache_dir)

    def throw_away_old_parts(self) -> None:
        """Delete half done files that nobody went on with for long."""
        if self.settings.part_days > 0:
            hub.remove_old_parts(self.settings.cache_dir, self.settings.part_days * 86_400)

    def _latest_downloads(self) -> dict[str, Run]:
        latest: dict[str, Run] = {}
        for run in self._downloads():
            latest.setdefault(str(run.params.get("id")), run)
        return latest

    def _items(self, latest: Mapping[str, Run]) -> list[CatalogItem]:
        catalog = labpool_catalog.read(self.settings.catalog_dirs)
        listed = [_on_the_wire(each) for each in (*catalog.models, *catalog.datasets)]
        return [self._item(entry, latest.get(entry.id)) for entry in listed]

    def _item(self, entry: CatalogEntry, run: Run | None) -> CatalogItem:
        facts = entry.model_dump() | {"run_id": run.id if run else None}
        if entry.repo_id is None:
            return CatalogItem(**facts, status="ready")
        if hub.ready(self.settings.cache_dir, entry):
            here = asset_id(entry.kind, entry.repo_id, entry.revision)
            return CatalogItem(**facts, status="ready", asset_id=here)
        if run is not None and not run.state.ended and not run.needs_resume:
            return CatalogItem(**facts, status="downloading", progress=run.progress)
        if run is not None and run.error is not None and run.state is not RunState.CANCELLED:
            return CatalogItem(**facts, status="error", error=run.error)
        return CatalogItem(**facts, status="absent")

    def _on_disk(self) -> Iterator[Asset]:
        for snapshot in hub.scan(self.settings.cache_dir):
            yield Asset(
                id=asset_id(snapshot.repo_type, snapshot.repo_id, snapshot.revision),
                name=snapshot.repo_id,
                kind=snapshot.repo_type,
                size_bytes=snapshot.size_bytes,
                status="ready" if snapshot.whole else "error",
                source=snapshot.catalog_id or "",
                created_at=snapshot.modified,
                path=str(snapshot.path),
                ours=snapshot.ours,
                meta={"repo_id": snapshot.repo_id, "revision": snapshot.revision},
            )


def asset_id(kind: str, repo_id: str, revision: str | None) -> str:
    """Return the id of a repository's revision in the cache."""
    return slug(f"{kind}--{repo_id.replace('/', '--')}--{(revision or '')[:REVISION_CHARS]}")


def _expected(item: CatalogItem, run: Run, begun: Asset | None) -> Asset:
    """Return the asset that a download makes, as far as it has come."""
    on_disk = begun.size_bytes if begun else 0
    return Asset(
        id=asset_id(item.kind, item.repo_id or "", item.revision),
        name=item.repo_id or item.id,
        kind=item.kind,
        size_bytes=int(item.progress.done) if item.progress else on_disk,
        status="downloading" if item.status == "downloading" else "error",
        source=item.id,
        created_at=run.created_at,
        meta={"repo_id": item.repo_id, "revision": item.revision, "run_id": item.run_id}
        | ({"error": item.error.model_dump()} if item.error else {}),
    )


def _on_the_wire(listed: labpool_catalog.Entry) -> CatalogEntry:
    facts = listed.model_dump(exclude=_NOT_ON_THE_WIRE)
    return CatalogEntry.model_validate(facts)
