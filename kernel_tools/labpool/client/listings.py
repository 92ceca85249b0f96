"""Which columns a list of workers, kinds, assets or items has."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable

from labpool.wire.assets import Asset
from labpool.wire.catalog import CatalogItem
from labpool.wire.events import ArtifactSaved
from labpool.wire.items import Item, RecordRow
from labpool.wire.kinds import Kind
from labpool.wire.metrics import LogLine
from labpool.wire.runs import Notice
from labpool.wire.sessions import SessionKept
from labpool.wire.workers import Worker

from .show import Listing, duration, moment, progress_text, size


def kinds(items: Iterable[Kind]) -> Listing[Kind]:
    """Return job kinds as a table."""
    columns = {
        "kind": lambda kind: kind.name,
        "title": lambda kind: kind.title,
        "available": lambda kind: "yes" if kind.available else f"no: {kind.reason}",
    }
    return Listing(items, columns, "No job kinds.")


def workers(items: Iterable[Worker]) -> Listing[Worker]:
    """Return workers as a table; with a column for GPUs where any has one."""
    found = list(items)
    columns: dict[str, Callable[[Worker], str]] = {
        "worker": lambda worker: worker.id,
        "state": lambda worker: worker.state,
        "run": lambda worker: worker.run_id or "",
        "does": lambda worker: progress_text(worker.progress),
        "cpu": lambda worker: f"{worker.cpu:.0f} %",
        "memory": lambda worker: size(worker.memory_bytes),
        **({"gpu": _gpus} if any(worker.gpus for worker in found) else {}),
        "up": lambda worker: duration(worker.uptime_s),
        "errors": lambda worker: str(worker.errors),
    }
    return Listing(found, columns, "No workers.")


def _gpus(worker: Worker) -> str:
    """Return the GPU that the worker's run has, or which of them it may use."""
    for gpu in worker.gpus:
        if gpu.held:
            return f"{gpu.name}, {size(gpu.memory_used_bytes)} of {size(gpu.memory_bytes)}"
    names = Counter(gpu.name for gpu in worker.gpus)
    return ", ".join(f"{count} {name}" for name, count in names.items())


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


def notices(found: Iterable[Notice]) -> Listing[Notice]:
    """Return what a run gives notice of as a table."""
    columns = {"code": lambda notice: notice.code, "message": lambda notice: notice.message}
    return Listing(found, columns, "No notices.")


def items(found: Iterable[Item]) -> Listing[Item]:
    """Return items of a run as a table."""
    columns = {
        "item": lambda item: item.id,
        "state": lambda item: item.state,
        "records": lambda item: str(item.records),
        "broken": lambda item: str(item.broken or ""),
        "tries": lambda item: str(item.tries),
        "took": lambda item: "" if item.seconds is None else f"{item.seconds:.1f} s",
        "worker": lambda item: item.worker,
        "reason": lambda item: item.reason,
        "message": lambda item: item.message,
    }
    return Listing(found, columns, "No items.")


def changes(found: Iterable[RecordRow]) -> Listing[RecordRow]:
    """Return records that are not as they were as a table."""
    columns = {
        "change": lambda row: row.change or "",
        "item": lambda row: row.item_id,
        "record": lambda row: json.dumps(row.data, ensure_ascii=False),
    }
    return Listing(found, columns, "Nothing has changed.")


def sessions(found: Iterable[SessionKept]) -> Listing[SessionKept]:
    """Return sessions at web sites as a table."""
    columns = {
        "session": lambda session: session.name,
        "sites": lambda session: ", ".join(session.hosts),
        "cookies": lambda session: str(session.cookies),
        "saved": lambda session: moment(session.saved_at),
        "ends": lambda session: moment(session.expires_at),
    }
    return Listing(found, columns, "No sessions.")
