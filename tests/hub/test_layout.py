"""Where the cache is, and that no name leads out of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub.file_download import repo_folder_name
from hypothesis import given
from hypothesis import strategies as st

from labpool.hub import Repo, cache_root, repo_of
from labpool.hub.layout import repos, stays_inside

from .conftest import entry


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "~/.cache/huggingface/hub"),
        ({"XDG_CACHE_HOME": "/x"}, "/x/huggingface/hub"),
        ({"HF_HOME": "/h"}, "/h/hub"),
        ({"HF_HOME": "/h", "HF_HUB_CACHE": "/c"}, "/c"),
        ({"HUGGINGFACE_HUB_CACHE": "/old"}, "/old"),
        ({"HF_HOME": "$HOME/h"}, "~/h/hub"),
    ],
)
def test_where_the_library_has_it(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str
) -> None:
    for name in ("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cache_root({}) == Path(expected).expanduser()
    code = "from huggingface_hub.constants import HF_HUB_CACHE as c; print(c)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == str(cache_root({}))


def test_settings_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", "/c")
    assert cache_root({"hub_cache": "/mine"}) == Path("/mine")


@pytest.mark.parametrize("repo_id", ["bert", "org/name", "org-x/na_me.v1"])
def test_folder_name(repo_id: str) -> None:
    repo = Repo(Path("/c"), "dataset", repo_id)
    assert repo.folder.name == repo_folder_name(repo_id=repo_id, repo_type="dataset")


@pytest.mark.parametrize(
    "repo_id", ["", "..", "org/..", "../x", "/etc", "a/b/c", "a\\b", "a b", "org/", "a\0"]
)
def test_names_that_are_none(repo_id: str) -> None:
    with pytest.raises(ValueError, match="name of a repository"):
        Repo(Path("/c"), "model", repo_id)


def test_entry_without_a_repository() -> None:
    with pytest.raises(ValueError, match="comes with Labpool"):
        repo_of(Path("/c"), entry(repo_id=None))


@given(st.text(max_size=12))
def test_paths_stay_inside(path: str) -> None:
    if stays_inside(path):
        base = Path("/base/snapshot")
        assert (base / path).resolve().is_relative_to(base)
        assert (base / path) != base


def test_other_folders_are_passed_over(root: Path) -> None:
    for name in ("models--org--a", "datasets--b", "spaces--x--y", "models--", "junk", ".locks"):
        (root / name).mkdir(parents=True)
    (root / "models--file").write_text("")
    assert [(r.repo_type, r.repo_id) for r in repos(root)] == [("dataset", "b"), ("model", "org/a")]
    assert repos(root / "nowhere") == []


def test_light_to_import() -> None:
    code = (
        "import sys, labpool.hub; "
        "print([m for m in ('httpx', 'httpcore', 'huggingface_hub', 'dask') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
