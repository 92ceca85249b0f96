"""Which area of the service answers which route."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .assets import AssetService
from .items import ItemService
from .pool import PoolService
from .removal import RemovalService
from .runs import RunService
from .secrets import SecretService
from .sessions import SessionService

Operation = Callable[..., Any]
"""A coroutine function that gives a route's answer."""


@dataclass(frozen=True, kw_only=True)
class Areas:
    """The areas of the service that answer requests."""

    list_kinds: Operation
    runs: RunService
    items: ItemService
    pool: PoolService
    assets: AssetService
    removal: RemovalService
    secrets: SecretService
    sessions: SessionService


def operations(areas: Areas) -> Mapping[str, Operation]:
    """Return the operation of each route, by the route's ``id``.

    What is no operation the handlers answer by themselves: the streams and the contract.
    """
    return {
        "list_kinds": areas.list_kinds,
        "create_run": areas.runs.create_run,
        "list_runs": areas.runs.list_runs,
        "get_run": areas.runs.get_run,
        "delete_run": areas.runs.delete_run,
        "change_run": areas.runs.change_run,
        "cancel_run": areas.runs.cancel_run,
        "resume_run": areas.runs.resume_run,
        "run_events": areas.runs.run_events,
        "run_metrics": areas.runs.run_metrics,
        "run_logs": areas.runs.run_logs,
        "list_items": areas.items.list_items,
        "count_items": areas.items.count_items,
        "retry_items": areas.items.retry_items,
        "list_records": areas.items.list_records,
        "records_file": areas.items.records_file,
        "run_file": areas.items.run_file,
        "get_pool": areas.pool.get_pool,
        "change_pool": areas.pool.change_pool,
        "restart_worker": areas.pool.restart_worker,
        "monitoring": areas.pool.monitoring,
        "catalog_models": areas.assets.catalog_models,
        "catalog_datasets": areas.assets.catalog_datasets,
        "list_assets": areas.assets.list_assets,
        "get_asset": areas.assets.get_asset,
        "asset_totals": areas.assets.asset_totals,
        "asset_file": areas.assets.asset_file,
        "delete_asset": areas.removal.delete_asset,
        "prune_checkpoints": areas.removal.prune_checkpoints,
        "list_secrets": areas.secrets.list_secrets,
        "save_secret": areas.secrets.save_secret,
        "delete_secret": areas.secrets.delete_secret,
        "list_sessions": areas.sessions.list_sessions,
        "save_session": areas.sessions.save_session,
        "delete_session": areas.sessions.delete_session,
    }
