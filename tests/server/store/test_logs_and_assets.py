"""Log lines by level, artifacts, and the assets that checkpoints are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from labpool.wire import Asset, InvalidRequest
from labpool.wire.events import (
    ArtifactDeleted,
    ArtifactSaved,
    AttemptAssigned,
    LogLevel,
    LogWritten,
    RunQueued,
    RunSucceeded,
)
from labpool.wire.pages import AssetsQuery, LogsQuery
from labpool_server.store import Store


@pytest.fixture(autouse=True)
def run(store: Store) -> None:
    store.append([
        RunQueued(run_id="r1", kind="train", name="x", params={}),
        AttemptAssigned(run_id="r1", attempt=1, workers=["w"]),
    ])  # fmt: skip


def saved(n: int, name: str, size: int = 10, path: str = "checkpoints/1") -> ArtifactSaved:
    return ArtifactSaved(
        run_id="r1", attempt=1, n=n, name=name, kind="checkpoint", path=path, size_bytes=size,
        sha256="0" * 64, meta={"step": n},
    )  # fmt: skip


def test_log_lines_by_level_in_pages(store: Store) -> None:
    levels: list[LogLevel] = ["debug", "info", "warning", "error"]
    store.append([
        LogWritten(run_id="r1", attempt=1, n=n, level=levels[n % 4], text=f"line {n}")
        for n in range(1, 41)
    ])  # fmt: skip
    for level, count in (("debug", 40), ("info", 30), ("warning", 20), ("error", 10)):
        query, texts = LogsQuery.model_validate({"level": level, "limit": 7}), []
        while True:
            page = store.logs("r1", query)
            texts += [line.text for line in page.items]
            if page.next is None:
                break
            query = query.model_copy(update={"after": int(page.next)})
        assert len(texts) == count
        assert texts == sorted(texts, key=lambda text: int(text.split()[1]))


def test_a_checkpoint_is_an_asset_until_it_is_deleted(store: Store, tmp_path: Path) -> None:
    store.append([saved(1, "best"), saved(2, "last")])
    asset = store.asset("r1-best")
    assert isinstance(asset, Asset)
    assert (asset.name, asset.kind, asset.status, asset.source) == (
        "best", "checkpoint", "ready", "r1",
    )  # fmt: skip
    assert asset.path == str(tmp_path / "runs" / "r1" / "checkpoints" / "1")
    assert asset.meta == {"step": 1}
    store.append([ArtifactDeleted(run_id="r1", attempt=1, n=3, name="best")])
    assert store.asset("r1-best") is None
    assert [item.name for item in store.assets(AssetsQuery()).items] == ["last"]


def test_saving_again_replaces(store: Store) -> None:
    store.append([saved(1, "best", 10), saved(2, "last")])
    store.append([saved(3, "best", 20)])
    assert [(a.name, a.size_bytes) for a in store.artifacts("r1")] == [("last", 10), ("best", 20)]
    [newest, _] = store.assets(AssetsQuery()).items
    assert (newest.name, newest.size_bytes) == ("best", 20)


def test_a_file_is_an_artifact_and_no_asset(store: Store) -> None:
    store.append([saved(1, "report.html").model_copy(update={"kind": "file"})])
    assert [a.name for a in store.artifacts("r1")] == ["report.html"]
    assert store.assets(AssetsQuery()).items == []


def test_ids_are_url_safe_and_differ_where_names_do(store: Store) -> None:
    names = ["best", "a b", "a-b", "a/b", "بهترین", "..", "", "x" * 3000, "x" * 3001]
    store.append([saved(n, name) for n, name in enumerate(names, 1)])
    ids = [asset.id for asset in store.assets(AssetsQuery()).items]
    assert len(set(ids)) == len(names)
    assert all(re.fullmatch(r"r1-[A-Za-z0-9._~-]+", id_) for id_ in ids)
    found = [store.asset(id_) for id_ in ids]
    assert [asset.name for asset in found if asset] == names[::-1]


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "a/../../b"])
def test_a_path_that_leads_out_of_the_run_is_not_shown(store: Store, path: str) -> None:
    store.append([saved(1, "best", path=path)])
    asset = store.asset("r1-best")
    assert asset is not None
    assert asset.path is None


def test_pages_of_assets(store: Store) -> None:
    store.append([saved(n, f"c{n}") for n in range(1, 8)])
    names, after = [], None
    while True:
        page = store.assets(AssetsQuery(limit=3, after=after, kind="checkpoint", status="ready"))
        names += [asset.name for asset in page.items]
        after = page.next
        if after is None:
            break
    assert names == [f"c{n}" for n in range(7, 0, -1)]
    assert store.assets(AssetsQuery(kind="model")).items == []
    assert store.assets(AssetsQuery(status="error")).items == []
    with pytest.raises(InvalidRequest):
        store.assets(AssetsQuery(after="x"))


def test_assets_of_one_run(store: Store) -> None:
    other = RunQueued(run_id="r2", kind="train", name="r2", params={})
    assigned = AttemptAssigned(run_id="r2", attempt=1, workers=["w"])
    theirs = [saved(n, f"t{n}").model_copy(update={"run_id": "r2"}) for n in range(1, 4)]
    store.append([saved(1, "a"), other, assigned, *theirs, saved(2, "b")])
    page = store.assets(AssetsQuery(source="r1", limit=1))
    assert [asset.name for asset in page.items] == ["b"]
    page = store.assets(AssetsQuery(source="r1", limit=1, after=page.next))
    assert ([asset.name for asset in page.items], page.next) == (["a"], None)
    assert store.assets(AssetsQuery(source="r3")).items == []


def test_assets_go_with_their_run(store: Store) -> None:
    store.append([saved(1, "best"), RunSucceeded(run_id="r1", attempt=1)])
    store.delete("r1")
    assert store.asset("r1-best") is None
    assert store.artifacts("r1") == []
