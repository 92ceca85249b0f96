"""Files of the caller on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labpool.client.cli.files import Files
from labpool.client.cli.values import parse
from labpool.client.paths import absolute
from labpool.wire.errors import InvalidParams

SCHEMA = {
    "properties": {
        "dataset": {"x-labpool-asset": "dataset"},
        "file": {"x-labpool-path": True},
        "text": {},
    }
}


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("my.csv", "{}/my.csv"),
        ("./my", "{}/my"),
        ("../other/my.jsonl", "/there/other/my.jsonl"),
        ("~/my.csv", "/home/sara/my.csv"),
        ("/data/my.csv", "/data/my.csv"),
        ("persian-legal", "persian-legal"),
        ("model-v2.1", "model-v2.1"),
        (["persian-legal", "my.csv"], ["persian-legal", "{}/my.csv"]),
        ({"train": "a.csv", "test": ["b.csv"]}, {"train": "{}/a.csv", "test": ["{}/b.csv"]}),
        (3, 3),
    ],
)
def test_relative_paths_begin_at_the_caller(
    given: Any, made: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/sara")
    files = Files(Path("/there/here"))
    found = files.absolute({"dataset": given, "file": given, "text": given}, SCHEMA)
    expected = json.loads(json.dumps(made).replace("{}", "/there/here"))
    assert found == {"dataset": expected, "file": expected, "text": given}


def test_a_refusal_says_what_is_known_here(tmp_path: Path) -> None:
    (tmp_path / "here.csv").touch()
    files = Files(tmp_path)
    files.absolute({"dataset": ["here.csv", "gone.csv", "id"]}, SCHEMA)
    for at, told in enumerate(("does the server see the same disk?)", "machine, either)", "no")):
        explained = files.explained(InvalidParams.at(f"params.dataset.{at}", "no"))
        assert explained.message.endswith(told)
        assert explained.details["fields"][0]["field"] == f"params.dataset.{at}"


def test_a_path_object_begins_in_the_folder_of_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = {"a": Path("my.csv"), "b": ["my.csv", Path("/x")], "c": {"train": Path("y")}, "d": 1}
    made = {"a": f"{tmp_path}/my.csv", "b": ["my.csv", "/x"], "c": {"train": f"{tmp_path}/y"}}
    assert absolute(given) == made | {"d": 1}


def test_a_key_that_comes_again_is_a_list() -> None:
    assert parse(["dataset=a", "epochs=3", "dataset=b"]) == {"dataset": ["a", "b"], "epochs": 3}
    assert parse(["size.a=1", "size.a=2"]) == {"size": {"a": [1, 2]}}
