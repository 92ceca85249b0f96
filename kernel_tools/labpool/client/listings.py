"""Which columns a list of runs, workers, kinds or assets has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from labpool.wire.assets import Asset
from labpool.wire.catalog import CatalogItem
from labpool.wire.events import ArtifactSaved
from labpool.wire.kinds import Kind
from labpool.wire.metrics import LogLine
from labpool.wire.workers import Worker

from .show import Listing, duration, moment, progress_text, size, standing

if TYPE_CHECKING:
    from .run import Run


def runs(items: Iterable[Run]) -> Listing[Run]:
    """Return runs as a table."""
    columns = {
        "id": lambda run: run.id,
        "kind": lambda run: run.kind,
        "name": lambda run: run.name,
        "state": lambda run: run.record.state.value,
        "standing": lambda run: standing(run.record),
        "created": lambda run: moment(run.created_at),
    }
    return Listing(items, columns, "No runs.")


def kinds(items: Iterable[Kind]) -> Listing[Kind]:
    """Return job kinds as a table."""
    columns = {
        "kind": lambda kind: kind.name,
        "title": lambda kind: kind.title,
        "available": lambda kind: "yes" if kind.available else f"no: {kind.reason}",
    }
    return Listing(items, columns, "No job kinds.")


def workers(items: Iterable[Worker]) -> Listing[Worker]:
    """Return workers as a table."""
    columns = {
        "worker": lambda worker: worker.id,
        "state": lambda worker: worker.state,
        "run": lambda worker: worker.run_id or "",
        "does": lambda worker: progress_text(worker.progress),
        "cpu": lambda worker: f"{worker.cpu:.0f} %",
        "memory": lambda worker: size(worker.memory_bytes),
        "up": lambda worker: duration(worker.uptime_s),
        "errors": lambda worker: str(worker.errors),
    }
    return Listing(items, columns, "No workers.")


def assets(items: Iterable[Asset]) -> Listing[Asset]:
    """Return assets as a table."""
    columns = {
        "id": lambda asset: asset.id,
        "kind": lambda asset: asset.kind,
        "name": lambda asset: asset.name,
        "size": lambda asset: size(asset.size_bytes),
        "status": lambda asset: asset.status,
        "source": lambda asset: asset.source,
        "created": lambda asset: moment(asset.created_at),
    }
    return Listing(items, columns, "No assets.")


def catalog(items: Iterable[CatalogItem]) -> Listing[CatalogItem]:
    """Return entries of the catalog as a table."""
    columns = {
        "id": lambda item: item.id,
        "kind": lambda item: item.kind,
        "title": lambda item: item.title.get("en", ""),
        "languages": lambda item: " ".join(item.languages),
        "size": lambda item: size(item.size_bytes),
        "license": lambda item: item.license,
        "status": lambda item: item.error.code if item.error else item.status,
    }
    return Listing(items, columns, "The catalog is empty.")


def artifacts(items: Iterable[ArtifactSaved]) -> Listing[ArtifactSaved]:
    """Return a run's files as a table."""
    columns = {
        "name": lambda each: each.name,
        "kind": lambda each: each.kind,
        "size": lambda each: size(each.size_bytes),
        "saved": lambda each: moment(each.at),
    }
    return Listing(items, columns, "No artifacts.")


def logs(items: Iterable[LogLine]) -> Listing[LogLine]:
    """Return log lines as a table."""
    columns = {
        "at": lambda line: moment(line.at),
        "level": lambda line: line.level,
        "text": lambda line: line.text,
    }
    return Listing(items, columns, "No log lines.")
