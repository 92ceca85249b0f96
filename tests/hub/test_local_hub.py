"""The tests' own Hub is one that the Hub's library takes for the real one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from support.hub import LocalHub

FILES: dict[str, bytes | Path] = {"config.json": b"{}", "sub/big.bin": bytes(200_000)}


@pytest.fixture
def hub() -> Iterator[LocalHub]:
    with LocalHub() as hub:
        yield hub


def test_snapshot_download(hub: LocalHub, tmp_path: Path) -> None:
    repo = hub.add("org/a", FILES)
    path = Path(snapshot_download("org/a", cache_dir=tmp_path, endpoint=hub.url))
    assert path.name == repo.commit
    assert (path / "sub/big.bin").read_bytes() == bytes(200_000)
    assert (path / "config.json").resolve().name == repo.files["config.json"].git_hash


def test_repo_info(hub: LocalHub) -> None:
    repo = hub.add("org/rows", FILES, repo_type="dataset", gated=True)
    info = HfApi(endpoint=hub.url).dataset_info("org/rows", files_metadata=True)
    assert (info.sha, info.gated) == (repo.commit, "auto")
    siblings = {one.rfilename: one for one in info.siblings or []}
    large = siblings["sub/big.bin"]
    assert large.lfs is not None
    assert (large.size, large.lfs.sha256) == (200_000, repo.files["sub/big.bin"].sha256)
    assert siblings["config.json"].blob_id == repo.files["config.json"].git_hash


def test_refusals(hub: LocalHub, tmp_path: Path) -> None:
    hub.add("org/gated", FILES, gated=True, tokens={"good"})
    hub.add("org/mine", FILES, private=True, tokens={"good"})
    api = HfApi(endpoint=hub.url, token=False)
    for token, raised in ((False, GatedRepoError), ("bad", GatedRepoError)):
        with pytest.raises(raised):
            api.hf_hub_download("org/gated", "config.json", cache_dir=tmp_path, token=token)
    api.hf_hub_download("org/gated", "config.json", cache_dir=tmp_path, token="good")
    with pytest.raises(RepositoryNotFoundError):
        api.model_info("org/mine")
    with pytest.raises(RepositoryNotFoundError):
        api.model_info("org/nothing")
    with pytest.raises(RevisionNotFoundError):
        api.model_info("org/gated", revision="v9")


def test_as_a_program(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "org" / "a"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text("{}")
    with subprocess.Popen(
        [sys.executable, "-m", "support.hub", "--root", str(tmp_path)],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        with urlopen(f"{url}/org/a/resolve/main/config.json") as answer:
            assert answer.read() == b"{}"
        process.communicate()
    assert process.returncode == 0
