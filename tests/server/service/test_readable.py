"""Which folders of the server runs may read."""

from __future__ import annotations

from pathlib import Path

import pytest

from labpool_server.service.readable import Readable


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "set").mkdir(parents=True)
    (folder / "set" / "train.csv").write_text("text,label\n")
    (tmp_path / "secret.csv").write_text("secret")
    (folder / "link.csv").symlink_to(tmp_path / "secret.csv")
    (folder / "inner").symlink_to("set")
    (folder / "leaky").mkdir()
    (folder / "leaky" / "train.csv").symlink_to(tmp_path / "secret.csv")
    return folder


@pytest.mark.parametrize("name", ["set", "set/train.csv", "inner", "not_there.csv"])
def test_what_lies_in_a_readable_folder_may_be_named(data: Path, name: str) -> None:
    assert Readable([data]).refusal(str(data / name)) == ""


@pytest.mark.parametrize(
    "name", ["link.csv", "leaky", "../secret.csv", "set/../../secret.csv", "../not_there"]
)
def test_what_leads_out_of_it_is_refused(data: Path, name: str) -> None:
    why = Readable([data]).refusal(str(data / name))
    assert str(data) in why
    assert "readable_dirs" in why
    assert Readable().refusal(str(data / name)) == ""


def test_a_relative_path_is_told_as_what_it_is(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(data.parent)
    assert Readable([data]).refusal("bert-lstm") == ""
    assert Readable([data]).refusal("data/set") == ""
    assert str(data.parent / "secret.csv") in Readable([data]).refusal("secret.csv")
