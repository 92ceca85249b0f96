"""Checkpoints and the cache as one list: in pages of any size, each asset comes once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labpool.wire import Asset, AssetPage, InvalidRequest
from labpool.wire.pages import AssetsQuery
from labpool_server.service.assets import AssetService

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def made(name: str, second: int, kind: Any) -> Asset:
    at = EPOCH + timedelta(seconds=second)
    return Asset(
        id=name, name=name, kind=kind, size_bytes=1, status="ready", source="", created_at=at
    )


class Checkpoints:
    """The store's side: newest first, with a number as its cursor, as the real one has."""

    def __init__(self, seconds: list[int]) -> None:
        self.rows = [made(f"c{i}", at, "checkpoint") for i, at in enumerate(sorted(seconds), 1)]
        self.sync = self

    async def read(self, call: Callable[..., Any], *args: Any) -> Any:
        return call(*args)

    def assets(self, query: AssetsQuery) -> AssetPage:
        before = int(query.after) if query.after is not None else len(self.rows) + 1
        left = list(enumerate(self.rows, 1))[: max(0, before - 1)][::-1]
        page = left[: query.limit]
        more = len(left) > query.limit
        return AssetPage(items=[row for _, row in page], next=str(page[-1][0]) if more else None)


class Cache:
    """The shelf's side."""

    def __init__(self, seconds: list[int]) -> None:
        rows = [made(f"m{i}", at, "model") for i, at in enumerate(seconds)]
        self.rows = sorted(rows, key=lambda row: (row.created_at, row.id), reverse=True)

    def assets(self) -> list[Asset]:
        return self.rows


async def all_pages(service: AssetService, limit: int) -> list[Asset]:
    found: list[Asset] = []
    after = None
    while True:
        page = await service.list_assets(AssetsQuery(limit=limit, after=after))
        assert len(page.items) <= limit
        found += page.items
        if page.next is None:
            return found
        after = page.next


moments = st.lists(st.integers(0, 20), max_size=12)


@given(moments, moments, st.integers(1, 9))
async def test_every_asset_comes_once_and_newest_first(
    stored: list[int], shelved: list[int], limit: int
) -> None:
    store, shelf = Checkpoints(stored), Cache(shelved)
    service = AssetService(cast("Any", store), cast("Any", shelf))
    found = await all_pages(service, limit)
    assert sorted(asset.id for asset in found) == sorted(a.id for a in store.rows + shelf.rows)
    moments_found = [asset.created_at for asset in found]
    assert moments_found == sorted(moments_found, reverse=True)


async def test_a_cursor_of_another_list_is_refused() -> None:
    service = AssetService(cast("Any", Checkpoints([])), cast("Any", Cache([])))
    with pytest.raises(InvalidRequest, match="cursor"):
        await service.list_assets(AssetsQuery(after="17"))
