"""What a download brings, and that it brings nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import scan_cache_dir, snapshot_download

from labpool.hub import ready, scan
from labpool.jobs.download import KIND, Params
from labpool.jobs.download.run import run
from labpool.runtime.context import JobError
from labpool.wire.events import ProgressReported
from support.hub import HubRepo, LocalHub

from .conftest import BIG, REPO, SIZE, Desk, entry_for, noise, small_files


def test_snapshot(desk: Desk, repo: HubRepo) -> None:
    result = desk.run()
    snapshot = Path(result["path"])
    assert {p.relative_to(snapshot).as_posix(): p.read_bytes() for p in _files(snapshot)} == (
        small_files()
    )
    assert result == {
        "id": "tiny",
        "repo_id": REPO,
        "revision": repo.commit,
        "path": str(desk.root / "models--org--tiny" / "snapshots" / repo.commit),
        "bytes_total": repo.size(),
        "bytes_fetched": repo.size(),
        "files": 5,
        "seconds": result["seconds"],
    }


def test_standard_cache(desk: Desk, repo: HubRepo) -> None:
    result = desk.run()
    cache = scan_cache_dir(desk.root)
    assert cache.warnings == []
    assert cache.size_on_disk == repo.size()
    assert not cache.incomplete_files
    [cached] = cache.repos
    assert (cached.repo_id, list(cached.refs)) == (REPO, ["main"])
    for revision in (None, repo.commit):
        path = snapshot_download(
            REPO, revision=revision, cache_dir=desk.root, local_files_only=True
        )
        assert path == result["path"]
    links = [path for path in Path(result["path"]).rglob("*") if not path.is_dir()]
    assert not any(path.readlink().is_absolute() for path in links)


def test_second_run_asks_nothing(desk: Desk, hub: LocalHub) -> None:
    first = desk.run()
    hub.log.clear()
    second = desk.run()
    assert hub.log.all() == []
    assert second["path"] == first["path"]
    assert (second["bytes_total"], second["bytes_fetched"]) == (first["bytes_total"], 0)


def test_ready_only_when_whole(desk: Desk) -> None:
    assert ready(desk.root, desk.entry) is None
    desk.run()
    manifest = ready(desk.root, desk.entry)
    assert manifest is not None
    assert manifest.size_bytes() == desk.entry.size_bytes
    [found] = scan(desk.root)
    assert (found.ours, found.whole, found.catalog_id) == (True, True, "tiny")


def test_nothing_is_left_beside_it(desk: Desk) -> None:
    desk.run()
    assert desk.parts == []
    own = next(desk.root.glob("*/labpool"))
    assert sorted(p.suffix for p in own.iterdir() if p.is_file()) == ["", ".json"]
    assert not (own / "draft").exists()


def test_progress(desk: Desk, repo: HubRepo) -> None:
    desk.run()
    said = [e.progress for e in desk.last.events if isinstance(e, ProgressReported)]
    assert {p.unit for p in said} == {"byte"}
    assert (said[-1].done, said[-1].total) == (repo.size(), repo.size())
    done = [p.done for p in said]
    assert done == sorted(done)


def test_progress_is_not_hasty(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", rate=SIZE * 2, piece=10_000)
    result = desk.run(pulse_s=0.1)
    said = [e for e in desk.last.events if isinstance(e, ProgressReported)]
    assert len(said) <= 10 * result["seconds"] + 8


def test_allow_patterns(desk_for: Callable[..., Desk], hub: LocalHub, repo: HubRepo) -> None:
    desk = desk_for(repo, allow_patterns=["*.safetensors", "1_Pooling/"])
    result = desk.run()
    names = {p.relative_to(result["path"]).as_posix() for p in _files(Path(result["path"]))}
    assert names == {BIG, "1_Pooling/config.json"}
    assert hub.log.all("README") == []
    assert ready(desk.root, desk.entry) is not None
    assert ready(desk.root, entry_for(repo)) is None


def test_other_patterns_fetch_the_rest(
    desk_for: Callable[..., Desk], hub: LocalHub, repo: HubRepo
) -> None:
    some = desk_for(repo, allow_patterns=["*.safetensors"])
    some.run()
    hub.log.clear()
    whole = desk_for(repo)
    assert whole.run()["bytes_fetched"] == repo.size() - SIZE
    assert hub.log.bodies(BIG) == []
    assert ready(some.root, some.entry) is not None
    assert ready(whole.root, whole.entry) is not None


def test_data_set(desk_for: Callable[..., Desk], hub: LocalHub) -> None:
    rows = b"text,label\nx,y\n"
    repo = hub.add("org/rows", {"train.csv": rows}, repo_type="dataset")
    desk = desk_for(repo)
    result = desk.run()
    assert Path(result["path"], "train.csv").read_bytes() == rows
    path = snapshot_download(
        "org/rows", repo_type="dataset", cache_dir=desk.root, local_files_only=True
    )
    assert path == result["path"]


def test_revision_with_a_name(desk_for: Callable[..., Desk], hub: LocalHub) -> None:
    repo = hub.add("org/rows", {"a.csv": b"1"}, repo_type="dataset")
    repo.branches["refs/convert/parquet"] = repo.commit
    desk = desk_for(repo, revision="refs/convert/parquet")
    result = desk.run()
    assert result["revision"] == repo.commit
    assert ready(desk.root, desk.entry) is not None
    assert scan_cache_dir(desk.root).warnings == []
    refs = next(desk.root.glob("*/refs"))
    assert (refs / "refs/convert/parquet").read_text() == repo.commit
    assert not (refs / "main").exists()


def test_main_stays_where_it_is(desk: Desk, hub: LocalHub, repo: HubRepo) -> None:
    newer = hub.add(REPO, {**small_files(), "new.txt": b"new"})
    snapshot_download(REPO, cache_dir=desk.root, endpoint=hub.url)
    hub.add(REPO, small_files())
    desk.run()
    assert (desk.blobs.parent / "refs" / "main").read_text() == newer.commit


def test_two_files_with_the_same_bytes(desk_for: Callable[..., Desk], hub: LocalHub) -> None:
    data = noise(50_000)
    repo = hub.add("org/twice", {"a.bin": data, "b.bin": data})
    desk = desk_for(repo)
    result = desk.run()
    assert (result["files"], result["bytes_total"], result["bytes_fetched"]) == (2, 50_000, 50_000)
    assert len(hub.log.bodies("/cdn/")) == 1


def test_comes_with_labpool(desk: Desk, hub: LocalHub) -> None:
    desk.entry = desk.entry.model_copy(update={"repo_id": None, "revision": None})
    result = desk.run()
    assert (result["id"], result["repo_id"], result["bytes_total"]) == ("tiny", None, 0)
    assert hub.log.all() == []


def test_not_in_the_catalog(desk: Desk) -> None:
    with pytest.raises(JobError) as caught:
        run(Params(id="other"), desk.context())
    assert caught.value.code == "model_not_allowed"


def test_body(desk: Desk) -> None:
    assert run(Params(id="tiny"), desk.context())["files"] == 5


def test_kind() -> None:
    assert KIND.name == "download"
    assert KIND.secrets == ("hub_token",)
    field = KIND.params.model_json_schema()["properties"]["id"]
    assert field["x-labpool-catalog"] == "entry"
    assert field["title"]
    assert field["description"]


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
