"""What a list or a table of names names: assets, entries of the catalog, and paths."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from labpool.wire import Asset, DownloadNeeded, InvalidParams
from labpool_server.service.kinds import Kinds
from labpool_server.service.readable import Readable
from labpool_server.service.secrets import SecretService
from labpool_server.service.sessions import SessionService
from labpool_server.service.shelf import HubSettings, Shelf
from labpool_server.vault import Vault

ROWS = "".join(f"word{n} {label},{label}\n" for n in range(9) for label in "ab")


def kinds_with(folder: Path, find: Callable[[str], Asset | None], *readable: Path) -> Kinds:
    vault = Vault(folder)
    shelf = Shelf(HubSettings(endpoint="http://hub.test", cache_dir=folder / "hub"), list)
    secrets, sessions = SecretService(vault, {}), SessionService(vault)
    return Kinds(find, shelf, secrets, sessions, Readable(readable))


@pytest.mark.parametrize("shape", ["{}", ["persian-legal", "{}"], {"train": ["{}"]}])
def test_an_asset_is_found_wherever_it_stands(tmp_path: Path, shape: Any) -> None:
    (tmp_path / "rows.csv").write_text("text,label\n" + ROWS, encoding="utf-8")
    asset = Asset(
        id="mine",
        name="mine",
        kind="dataset",
        size_bytes=1,
        status="ready",
        source="",
        created_at=datetime.now(UTC),
        path=str(tmp_path / "rows.csv"),
    )
    kinds = kinds_with(tmp_path, lambda name: asset if name == "mine" else None)
    dataset = put(shape, "mine")
    params = kinds.accept("train", {"dataset": dataset}, "sara")
    assert params["dataset"] == dataset
    paths, entries = kinds.named("train", params)
    assert paths == {"mine": asset.path}
    assert set(entries) == ({"persian-legal"} if isinstance(dataset, list) else set())


@pytest.mark.parametrize(
    ("shape", "field"),
    [
        ("{}", "params.dataset"),
        (["persian-legal", "{}"], "params.dataset.1"),
        ({"train": "persian-legal", "test": ["persian-legal", "{}"]}, "params.dataset.test.1"),
    ],
)
def test_a_path_that_may_not_be_read_is_refused_wherever_it_stands(
    tmp_path: Path, shape: Any, field: str
) -> None:
    kinds = kinds_with(tmp_path, lambda _: None, tmp_path)
    with pytest.raises(InvalidParams) as error:
        kinds.accept("train", {"dataset": put(shape, "/etc/hostname")}, "sara")
    (found,) = error.value.details["fields"]
    assert found["field"] == field
    assert "which runs may not read" in found["message"]


def test_all_that_is_to_be_downloaded_is_told_at_once(tmp_path: Path) -> None:
    kinds = kinds_with(tmp_path, lambda _: None)
    dataset = ["persian-legal", "imdb"]
    with pytest.raises(DownloadNeeded) as error:
        kinds.accept("train", {"dataset": dataset, "model": "minilm-l6-en"}, "sara")
    assert error.value.details["ids"] == ["imdb", "minilm-l6-en"]


def put(shape: Any, name: str) -> Any:
    match shape:
        case list():
            return [put(each, name) for each in shape]
        case dict():
            return {key: put(each, name) for key, each in shape.items()}
    return shape.replace("{}", name)
