"""Params of a scrape and the targets that they stand for."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from labpool.jobs.scrape import KIND, Params, Recipe
from labpool.jobs.scrape.check import check
from labpool.jobs.scrape.targets import Target, TargetError, Targets
from labpool.wire.errors import InvalidParams

RECIPE = """\
# what we keep
name: things
vars: {site: "https://h"}
page: {url: "{site}/t/{id}"}
fields:
  id: {target: id}
  title: h1
"""


def params(**values: Any) -> Params:
    return Params(**{"recipe": RECIPE, **values})


def ids(**values: Any) -> list[str]:
    return [target.id for target in Targets(params(**values))]


def paths(**values: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        params(**values)
    return [".".join(map(str, error["loc"])) for error in caught.value.errors()]


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({}, ["targets"]),
        ({"targets": []}, ["targets"]),
        ({"targets": ["1"], "pattern": "https://h/t/{1..2}"}, ["pattern"]),
        ({"targets": ["1"], "vars": {"sight": "x"}}, ["vars.sight"]),
        ({"targets": ["1"], "limit": 0}, ["limit"]),
        ({"targets": ["1"], "recipe": "no-such"}, ["recipe"]),
        ({"targets": ["1"], "recipe": "no-such.yaml"}, ["recipe"]),
        ({"targets": ["1"], "recipe": 3}, ["recipe"]),
        ({"targets": ["1"], "recipe": RECIPE + "fields: {}"}, ["recipe"]),
        ({"targets": ["1"], "recipe": {"name": "x"}}, ["recipe.fragments.x"]),
        ({"pattern": "h/{1..2}"}, ["pattern"]),
        ({"pattern": "https://h/{2..1}"}, ["pattern"]),
        ({"pattern": "https://h/{1..2"}, ["pattern"]),
        ({"pattern": "https://h/{a,}"}, ["pattern"]),
        ({"pattern": "https://h/{sight}"}, ["pattern"]),
        ({"pattern": "https://h/" + "{1..9}" * 7}, ["pattern"]),
    ],
)
def test_bad_params_name_their_field(values: dict[str, Any], where: list[str]) -> None:
    if where == ["recipe.fragments.x"]:
        where = ["recipe.fields"]
        assert where[0] in paths(**values)
    else:
        assert paths(**values) == where


def test_a_recipe_keeps_its_words_and_may_come_in_any_form(tmp_path: Path) -> None:
    given = params(targets=["1"])
    assert given.recipe == RECIPE
    assert Params.model_validate(given.model_dump(mode="json")) == given
    recipe = Recipe.from_yaml(RECIPE)
    path = tmp_path / "r.yaml"
    path.write_text(RECIPE)
    for form in (recipe, recipe.model_dump(by_alias=True), path, str(path)):
        assert params(recipe=form, targets=["1"]).made() == recipe
    named = Params(recipe="ticket-revisions", targets=["1"], vars={"site": "http://h"})
    assert named.made().vars == {"site": "http://h"}
    assert "activities" in named.recipe


def test_a_recipe_that_needs_no_target_has_one() -> None:
    recipe = RECIPE.replace("/t/{id}", "").replace("{target: id}", "h2@id")
    assert [t.id for t in Targets(Params(recipe=recipe))] == ["things"]


def test_texts_are_ids_or_addresses() -> None:
    given = ["7", 8, " https://h/t/9 ", "https://else/x", {"id": 7}, {"a": "b"}, "7"]
    targets = Targets(params(targets=given))
    found = list(targets)
    assert found[:4] == [
        Target("7", {"id": "7"}),
        Target("8", {"id": 8}),
        Target("9", {"url": "https://h/t/9", "id": "9"}),
        Target("https://else/x", {"url": "https://else/x"}),
    ]
    assert len(found[4].id) == 32
    assert targets.duplicates == 2
    assert ids(targets=[{"a": "b"}]) == [found[4].id]


@pytest.mark.parametrize(
    "bad", [True, 1.5, None, [], {}, "", " ", {"a b": 1}, {"id": [1]}, {"id": 1 << 64}, "\ud800"]
)
def test_what_is_no_target_is_refused_by_its_number(bad: Any) -> None:
    given = Params.model_construct(**{**params(targets=["1"]).model_dump(), "targets": ["1", bad]})
    with pytest.raises(TargetError, match="target 2: "):
        list(Targets(given))


def test_patterns_count_and_choose() -> None:
    assert ids(pattern="{site}/t/{08..11}") == ["08", "09", "10", "11"]
    assert ids(pattern="https://h/t/{a,b}{1..2}") == ["a1", "a2", "b1", "b2"]
    huge = Targets(params(pattern="https://h/t/{1..999999999999}/{1..999999999999}", limit=3))
    assert len(list(huge)) == 3
    assert huge.left_out() == 999_999_999_999**2 - 3


def test_files_are_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes('\ufeff{"id": 1}\r\n\n"2"\n{"id": "۳", "x": null}'.encode())
    assert ids(targets_file=str(path)) == ["1", "2", "۳"]
    table = tmp_path / "t.csv"
    table.write_bytes('\ufeffid,title\r\n1,"a\nb"\r\n2,\r\n1,again\r\n'.encode())
    targets = Targets(params(targets_file=str(table)))
    assert list(targets) == [Target("1", {"id": "1", "title": "a\nb"}), Target("2", {"id": "2"})]
    assert targets.duplicates == 1


def test_a_long_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(b'{"id": 1}\n{"id": 2}\n{"id": 3}\nnot json\n')
    assert [t.id for t in itertools.islice(Targets(params(targets_file=str(path))), 2)] == [
        "1",
        "2",
    ]
    assert ids(targets_file=str(path), limit=2) == ["1", "2"]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("t.jsonl", b'{"id": 1}\n{"id": 2', "line 2: not JSON.*cut off"),
        ("t.jsonl", b'{"id": 1}\n\xff\n', "line 2: not UTF-8"),
        ("t.jsonl", b'{"id": 1}\n[1]\n', "line 2: neither text nor"),
        ("t.jsonl", b"[" * 100_000, "line 1: not JSON"),
        ("t.jsonl", b'"' + b"a" * (1 << 21), "line 1: longer than"),
        ("t.jsonl", b'{"id": 1}\n{"no": 2}\n', "line 2: the recipe needs the field 'id'"),
        ("t.jsonl", b"", "no target"),
        ("t.csv", b"id,x\n", "no target"),
        ("t.csv", b"id,x\n1,2\n3\n", "line 3: 1 columns"),
        ("t.csv", b"id,id\n", "line 1: the column 'id'"),
        ("t.csv", b'id\n1\n"2', "line 3: "),
        ("t.csv", b"name\nx\n", "line 2: the recipe needs the field 'id'"),
        ("t.txt", b"1\n", "not a kind of file"),
        ("none.jsonl", None, "No such file"),
    ],
)
def test_a_bad_file_is_told_with_its_line(
    tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidParams, match=says) as caught:
        check(params(targets_file=str(path)), {}, {})
    assert caught.value.details["fields"][0]["field"] == "params.targets_file"


def test_selectors_are_checked_with_their_paths() -> None:
    bad = RECIPE.replace("title: h1", "title: 'h1['").replace(
        "fields:", "follow: {css: 'a::x'}\nlogin: {css: '>'}\nfields:"
    )
    with pytest.raises(InvalidParams) as caught:
        check(params(recipe=bad, targets=["1"]), {}, {})
    assert [f["field"] for f in caught.value.details["fields"]] == [
        "params.recipe.fields.title.css",
        "params.recipe.follow.css",
        "params.recipe.login.css",
    ]


def test_a_file_may_be_an_asset(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.write_text("1\n")
    check(params(targets_file="records-1"), {"records-1": path}, {})


def test_every_field_can_be_drawn() -> None:
    schema = KIND.params.model_json_schema()
    assert json.dumps(schema)
    assert schema["properties"]["recipe"]["type"] == "string"
    assert schema["properties"]["recipe"]["format"] == "textarea"
    assert schema["properties"]["session"]["x-labpool-session"] == "session"
    for name, field in schema["properties"].items():
        assert field["title"], name
        assert field["description"], name


def test_the_kind_is_light() -> None:
    code = (
        "import sys; from labpool.jobs.scrape import KIND, Recipe\n"
        "heavy = {'selectolax', 'jmespath', 'playwright', 'asyncio', 'httpx', 'dask'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
