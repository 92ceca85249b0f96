"""Who may have what, and that the token goes nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from labpool.runtime.context import JobError
from support.hub import HubRepo, LocalHub

from .conftest import BIG, Desk, small_files

TOKEN = "hf_averysecrettoken"


@pytest.fixture
def gated(hub: LocalHub) -> HubRepo:
    return hub.add("org/gated", small_files(), gated=True, tokens={TOKEN})


def code_of(desk: Desk) -> str:
    with pytest.raises(JobError) as caught:
        desk.run()
    assert not caught.value.retry
    assert TOKEN not in repr((caught.value.message, caught.value.details))
    assert not list(desk.root.glob("*/labpool/parts/*"))
    return caught.value.code


def test_gated_without_a_token(
    desk_for: Callable[..., Desk], hub: LocalHub, gated: HubRepo
) -> None:
    desk = desk_for(gated, gated=True)
    assert code_of(desk) == "token_needed"
    assert [r.method for r in hub.log.all("/resolve/")] == ["HEAD"]


def test_gated_with_another_token(desk_for: Callable[..., Desk], gated: HubRepo) -> None:
    desk = desk_for(gated)
    desk.secrets["hub_token"] = "hf_other"
    assert code_of(desk) == "access_denied"


def test_gated_with_the_token(desk_for: Callable[..., Desk], hub: LocalHub, gated: HubRepo) -> None:
    desk = desk_for(gated)
    desk.secrets["hub_token"] = TOKEN
    assert Path(desk.run()["path"], BIG).is_file()
    own, cdn = f"127.0.0.1:{hub.port}", f"localhost:{hub.port}"
    assert {(r.host, r.authorization) for r in hub.log.all()} == {
        (own, f"Bearer {TOKEN}"),
        (cdn, None),
    }
    assert TOKEN not in repr(desk.last.events)
    written = [path for path in desk.folder.rglob("*") if path.is_file()]
    assert not [path for path in written if TOKEN.encode() in path.read_bytes()]


@pytest.mark.parametrize("token", [None, "hf_other"])
def test_private(desk_for: Callable[..., Desk], hub: LocalHub, token: str | None) -> None:
    desk = desk_for(hub.add("org/mine", small_files(), private=True, tokens={TOKEN}))
    desk.secrets.update({"hub_token": token} if token else {})
    assert code_of(desk) == "repo_not_found"


def test_no_such_repository(desk: Desk) -> None:
    desk.entry = desk.entry.model_copy(update={"repo_id": "org/nowhere"})
    assert code_of(desk) == "repo_not_found"


def test_no_such_revision(desk: Desk) -> None:
    desk.entry = desk.entry.model_copy(update={"revision": "f" * 40})
    assert code_of(desk) == "revision_not_found"


def test_token_that_is_not_valid(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/api/", status=401)
    desk.secrets["hub_token"] = "hf_old"
    assert code_of(desk) == "access_denied"


def test_repository_name_that_leads_astray(desk: Desk, hub: LocalHub) -> None:
    desk.entry = desk.entry.model_copy(update={"repo_id": "../../etc"})
    assert code_of(desk) == "hub_error"
    assert hub.log.all() == []


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../b", "a//b", ".", "a\\b", "a\0b"])
def test_path_that_leaves_the_folder(
    desk_for: Callable[..., Desk], hub: LocalHub, path: str
) -> None:
    desk = desk_for(hub.add("org/odd", {"good": b"1", path: b"2"}))
    assert code_of(desk) == "hub_error"
    assert hub.log.all("/resolve/") == []


def test_file_that_is_a_folder_too(desk_for: Callable[..., Desk], hub: LocalHub) -> None:
    desk = desk_for(hub.add("org/odd", {"a": b"1", "a/b": b"2"}))
    assert code_of(desk) == "hub_error"


def test_no_file_fits(desk_for: Callable[..., Desk], repo: HubRepo) -> None:
    assert code_of(desk_for(repo, allow_patterns=["*.onnx"])) == "hub_error"
