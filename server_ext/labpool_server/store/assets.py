"""Artifacts, and the assets that some of them are."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path, PurePosixPath

from sqlalchemy import Connection, delete, select

from labpool.wire.assets import Asset
from labpool.wire.events import ArtifactSaved
from labpool.wire.pages import AssetPage, AssetsQuery

from .sql import cursor, indexed, insert
from .tables import artifacts, events

Changed = dict[tuple[str, str], ArtifactSaved | None]
"""By run id and name: the event that saved an artifact, None for one that is gone."""

_LONGEST = 100
"""Characters of a name in an id."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._~-]+")


def slug(name: str) -> str:
    """Return a name as part of a URL; names that differ stay different."""
    safe = _UNSAFE.sub("-", name).strip("-")
    if safe == name and 0 < len(name) <= _LONGEST:
        return safe
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{safe[:_LONGEST]}-{mark}" if safe else mark


def write(conn: Connection, changed: Changed) -> None:
    """Write what artifacts are there now."""
    rows = [_row(event) for event in changed.values() if event]
    insert(conn, artifacts, rows, ("run_id", "name"))
    for run_id, name in (key for key, event in changed.items() if event is None):
        conn.execute(
            delete(artifacts).where(
                artifacts.c.run_id == run_id, artifacts.c.name == indexed(name)
            ),
        )


def _row(event: ArtifactSaved) -> dict[str, object]:
    is_asset = event.kind != "file"
    return {
        "run_id": event.run_id,
        "name": indexed(event.name),
        "seq": event.seq,
        "asset_id": f"{event.run_id}-{slug(event.name)}" if is_asset else None,
        "asset_kind": event.kind if is_asset else None,
    }


_SAVED = select(events.c.json).join_from(artifacts, events, artifacts.c.seq == events.c.seq)


def of_run(conn: Connection, run_id: str) -> list[ArtifactSaved]:
    """Return the artifacts that a run has on disk now, in the order they were saved."""
    query = _SAVED.where(artifacts.c.run_id == run_id).order_by(artifacts.c.seq)
    return [ArtifactSaved.model_validate_json(json) for json in conn.execute(query).scalars()]


def page(conn: Connection, query: AssetsQuery, runs_dir: Path) -> AssetPage:
    """Return assets, newest first. All are ready: an artifact is whole before it is told of."""
    if query.status not in (None, "ready"):
        return AssetPage(items=[])
    wanted = _SAVED.where(artifacts.c.asset_id.is_not(None))
    if query.kind is not None:
        wanted = wanted.where(artifacts.c.asset_kind == query.kind)
    if query.source is not None:
        wanted = wanted.where(artifacts.c.run_id == query.source)
    if query.after is not None:
        wanted = wanted.where(artifacts.c.seq < cursor(query.after))
    wanted = wanted.order_by(artifacts.c.seq.desc()).limit(query.limit + 1)
    saved = [ArtifactSaved.model_validate_json(json) for json in conn.execute(wanted).scalars()]
    more = len(saved) > query.limit
    return AssetPage(
        items=[_asset(event, runs_dir) for event in saved[: query.limit]],
        next=str(saved[query.limit - 1].seq) if more else None,
    )


def one(conn: Connection, asset_id: str, runs_dir: Path) -> Asset | None:
    """Return one asset, or None where there is no such."""
    query = _SAVED.where(artifacts.c.asset_id == asset_id).order_by(artifacts.c.seq.desc())
    json = conn.execute(query).scalars().first()
    return _asset(ArtifactSaved.model_validate_json(json), runs_dir) if json else None


def _asset(event: ArtifactSaved, runs_dir: Path) -> Asset:
    return Asset(
        id=f"{event.run_id}-{slug(event.name)}",
        name=event.name,
        kind="records" if event.kind == "records" else "checkpoint",
        size_bytes=event.size_bytes,
        status="ready",
        source=event.run_id,
        created_at=event.at,
        path=_place(runs_dir / event.run_id, event.path),
        meta=event.meta,
    )


def _place(folder: Path, path: str) -> str | None:
    """Return where an artifact lies, or None where its path leads out of the run's folder."""
    relative = PurePosixPath(path)
    if relative.is_absolute() or ".." in relative.parts:
        return None
    return str(folder / relative)
