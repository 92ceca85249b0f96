"""A service that keeps runs in memory, and authorizers that refuse."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from typing import Any

from jupyter_server.auth import Authorizer
from traitlets import List

from labpool.runtime.state import fold
from labpool.wire import (
    AssetPage,
    AssetsRemoved,
    AssetTotals,
    CatalogPage,
    Conflict,
    EventPage,
    InvalidParams,
    ItemCounts,
    ItemPage,
    KindPage,
    LogPage,
    MetricsAnswer,
    Monitoring,
    NotFound,
    Pool,
    PoolSeen,
    RecordPage,
    Run,
    RunChange,
    RunPage,
    RunRemoved,
    RunRequest,
    SecretPage,
    SessionKept,
    SessionPage,
)
from labpool.wire import events as ev
from labpool.wire._base import utc_now
from labpool_server.fanout import FanOut
from labpool_server.store.stored import Stored


class MemoryService:
    """Keeps runs and events in lists; starts no job."""

    def __init__(self, capacity: int = 10_000) -> None:
        self.log: list[Stored] = []
        self.runs: dict[str, Run] = {}
        self.fan_out = FanOut(capacity=capacity)
        self.times: list[float] = []
        self.reads = 0

    def record(self, *happened: Any) -> list[Stored]:
        """Store events and hand them on."""
        items = []
        for event in happened:
            numbered = event.model_copy(update={"seq": len(self.log) + 1})
            run = fold(self.runs.get(event.run_id), numbered)
            if run is None:
                self.runs.pop(event.run_id, None)
            else:
                self.runs[event.run_id] = run
            text = numbered.model_dump_json()
            items.append(Stored(numbered.seq, event.run_id, event.type, text))
            self.log.append(items[-1])
        self.fan_out.publish(items)
        return items

    async def ready(self) -> None:
        """Nothing to wait for."""

    def operation(self, name: str) -> Callable[..., Any]:
        return getattr(self, name)  # type: ignore[no-any-return]  # what it is, the route knows

    async def list_kinds(self) -> KindPage:
        return KindPage(items=[])

    async def create_run(self, request: RunRequest, owner: str) -> Run:
        if request.kind != "sleep":
            raise InvalidParams.at("kind", "there is no such kind; take sleep")
        run_id = f"r{len(self.runs) + 1}"
        self.record(
            ev.RunQueued(
                run_id=run_id,
                kind=request.kind,
                name=request.name or "sleep",
                params=request.params,
                owner=owner,
            )
        )
        return self.runs[run_id]

    async def list_runs(self, query: Any) -> RunPage:
        return RunPage(items=list(self.runs.values())[: query.limit])

    async def get_run(self, run_id: str) -> Run:
        try:
            return self.runs[run_id]
        except KeyError:
            raise NotFound(f"There is no run {run_id}.") from None

    async def delete_run(self, run_id: str) -> RunRemoved:
        if not (await self.get_run(run_id)).state.ended:
            raise Conflict("The run goes on; cancel it first.")
        self.record(ev.RunDeleted(run_id=run_id))
        return RunRemoved(id=run_id, freed_bytes=5)

    async def change_run(self, run_id: str, change: RunChange, by: str) -> Run:
        self.record(ev.RunRenamed(run_id=run_id, name=change.name, by=by))
        return await self.get_run(run_id)

    async def cancel_run(self, run_id: str, by: str) -> Run:
        if (await self.get_run(run_id)).state.ended:
            raise Conflict("The run has ended.")
        self.record(ev.CancelRequested(run_id=run_id, by=by), ev.RunCancelled(run_id=run_id, by=by))
        return self.runs[run_id]

    async def resume_run(self, run_id: str, by: str) -> Run:
        if not (await self.get_run(run_id)).state.ended:
            raise Conflict("The run goes on.")
        self.record(ev.RunRequeued(run_id=run_id, reason="resumed"))
        return self.runs[run_id]

    async def run_events(self, run_id: str, query: Any) -> EventPage:
        await self.get_run(run_id)
        items = await self._read(query.after or 0, query.limit, run_id)
        return EventPage(items=[ev.event_adapter.validate_json(item.json) for item in items])

    async def run_metrics(self, run_id: str, query: Any) -> MetricsAnswer:
        await self.get_run(run_id)
        return MetricsAnswer()

    async def run_logs(self, run_id: str, query: Any) -> LogPage:
        await self.get_run(run_id)
        return LogPage(items=[])

    @property
    def last_seq(self) -> int:
        return self.fan_out.last_seq

    async def active_runs(self) -> list[Run]:
        return [run for run in self.runs.values() if not run.state.ended]

    async def kind_titles(self) -> dict[str, dict[str, str]]:
        return {"sleep": {"en": "Sleep"}}

    async def pool_changes(self) -> AsyncIterator[str]:
        yield PoolSeen(pool=await self.get_pool(), alerts=[]).model_dump_json()
        await asyncio.Event().wait()

    async def get_pool(self) -> Pool:
        return Pool(state="stopped", mode="local", minimum=0, maximum=2)

    async def change_pool(self, change: Any) -> Pool:
        size = change.n_workers or 0
        return Pool(state="stopped", mode="local", minimum=change.minimum or size, maximum=size)

    async def restart_worker(self, worker_id: str) -> Pool:
        raise NotFound(f"There is no worker {worker_id}.")

    async def monitoring(self) -> Monitoring:
        return Monitoring(cpu=0, memory_bytes=1, response_ms=1, active_runs=0, queued_runs=0)

    async def list_assets(self, query: Any) -> AssetPage:
        return AssetPage(items=[])

    async def get_asset(self, asset_id: str) -> Any:
        raise NotFound(f"There is no asset {asset_id}.")

    async def asset_totals(self) -> AssetTotals:
        return AssetTotals(
            count=0, ready=0, size_bytes=0, downloads_this_month=0, parts=0, parts_bytes=0
        )

    asset_file = get_asset

    async def delete_asset(self, asset_id: str, query: Any) -> Any:
        raise NotFound(f"There is no asset {asset_id}.")

    async def prune_checkpoints(self, request: Any) -> AssetsRemoved:
        return AssetsRemoved(ids=[], freed_bytes=0)

    async def catalog_models(self) -> CatalogPage:
        return CatalogPage(items=[])

    catalog_datasets = catalog_models

    async def list_items(self, run_id: str, query: Any) -> ItemPage:
        return ItemPage(items=[])

    async def count_items(self, run_id: str) -> ItemCounts:
        return ItemCounts()

    async def retry_items(self, run_id: str, request: Any) -> Run:
        return await self.get_run(run_id)

    async def list_records(self, run_id: str, query: Any) -> RecordPage:
        return RecordPage(items=[])

    async def records_file(self, run_id: str, query: Any) -> Any:
        raise NotFound(f"There is no run {run_id}.")

    run_file = records_file

    async def list_sessions(self, owner: str) -> SessionPage:
        return SessionPage(items=[])

    async def save_session(self, name: str, request: Any, owner: str) -> SessionKept:
        return SessionKept(name=name, hosts=[], cookies=0, saved_at=utc_now())

    async def delete_session(self, name: str, owner: str) -> None:
        raise NotFound(f"There is no {name}.")

    async def list_secrets(self, owner: str) -> SecretPage:
        return SecretPage(items=[])

    async def save_secret(self, name: str, request: Any, owner: str) -> None:
        self.saved = (name, owner)

    async def delete_secret(self, name: str, owner: str) -> None:
        raise NotFound(f"There is no {name}.")

    async def begin(self, after: int | None, run_id: str | None) -> int:
        if after is None and run_id:
            return 0

        async def last_stored() -> int:
            return len(self.log)

        return await self.fan_out.begin(after, last_stored)

    def stream(self, after: int | None, run_id: str | None) -> AsyncIterator[list[Stored]]:
        if after is None:
            after = 0 if run_id else self.fan_out.last_seq

        async def read(start: int, limit: int) -> list[Stored]:
            return await self._read(start, limit, run_id)

        return self.fan_out.stream(after, read, run_id)

    def record_response(self, seconds: float) -> None:
        self.times.append(seconds)

    async def _read(self, after: int, limit: int, run_id: str | None) -> list[Stored]:
        self.reads += 1
        await asyncio.sleep(0)
        later = (item for item in self.log[after:] if run_id is None or item.run_id == run_id)
        return list(itertools.islice(later, limit))


class OnlyRead(Authorizer):
    """Lets everybody look, and nobody do anything."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        return action == "read"


class Nobody(Authorizer):
    """Lets nobody do anything, and writes down what it was asked."""

    asked: Any = List()

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        self.asked.append((action, resource))
        return False
