"""What a recipe may say, and how it is told what is wrong with one."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from labpool.jobs.scrape import Recipe
from labpool.jobs.scrape.recipe.yaml import dump, load

PAGE: dict[str, Any] = {
    "name": "things",
    "page": {"url": "https://h/{id}"},
    "fields": {"id": {"target": "id"}, "title": "h1"},
}
API: dict[str, Any] = {
    "name": "things",
    "api": [{"name": "list", "url": "https://h/{id}?c={cursor}", "next": "next"}],
    "fragments": {"in": "list", "each": "items", "html": "html", "css": "b"},
    "fields": {"id": {"json": "id"}},
}


def changed(base: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return a recipe with one value put elsewhere; "a.0.b" goes through lists, too."""
    data = copy.deepcopy(base)
    *way, last = [int(p) if p.isdigit() else p for p in path.split(".")]
    place: Any = data
    for part in way:
        place = place.setdefault(part, {}) if isinstance(part, str) else place[part]
    place[last] = value
    return data


def refused(data: dict[str, Any]) -> dict[str, str]:
    """Return path to message of all that is wrong."""
    with pytest.raises(ValidationError) as caught:
        Recipe.model_validate(data)
    return {".".join(map(str, e["loc"])): e["msg"] for e in caught.value.errors()}


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("name", "No Slug", "name"),
        ("page.url", "ftp://h/{id}", "page.url"),
        ("page.url", "https://h/{id.x}", "page.url"),
        ("page.url", "https://h/{cursor}", "page.url"),
        ("page.wait_until", "networkidle", "page.wait_until"),
        ("page.no_such", 1, "page.no_such"),
        ("fields.title", {"css": "h1", "json": "x"}, "fields.title"),
        ("fields.title", {}, "fields.title"),
        ("fields.title", {"json": "x"}, "fields.title.json"),
        ("fields.title", {"css": "h1", "get": "inner"}, "fields.title.get"),
        ("fields.title", {"css": "h1", "type": "int"}, "fields.title.type"),
        ("fields.title", {"css": "h1", "pattern": "("}, "fields.title.pattern"),
        ("fields.title", {"css": "h1", "pattern": "a"}, "fields.title.pattern"),
        ("fields.title", {"css": "h1", "pattern": "((a+)+)$"}, "fields.title.pattern"),
        ("fields.title", {"css": "h1", "pattern": "(" + "a" * 600 + ")"}, "fields.title.pattern"),
        ("fields.title", {"css": "h1", "format": "%Y"}, "fields.title"),
        ("fields.title", {"css": "h1", "type": "date", "format": "%Q%"}, "fields.title"),
        ("fields.title", {"css": "h1", "timezone": "Mars/Base"}, "fields.title.timezone"),
        ("fields.title", {"css": "h1", "required": 1}, "fields.title.required"),
        ("fields.title", {"css": "h1", "required": True, "default": "x"}, "fields.title"),
        ("fields.bad-name", "h1", "fields.bad-name.[key]"),
        ("key", ["nope"], "key.0"),
        ("key", [], "key"),
        ("fields.id", {"target": "id", "required": False}, "key.0"),
        ("fragments", {"in": "list"}, "fragments.in"),
        ("fragments", {"in": "page", "each": "x"}, "fragments"),
        ("mode", "page+api", "api"),
        ("limits.rate_per_s", 0, "limits.rate_per_s"),
        ("limits.rate_per_s", "2", "limits.rate_per_s"),
        ("limits.tries", 1.0, "limits.tries"),
        ("limits.tries", True, "limits.tries"),
        ("follow.pattern", "(a|b)*", "follow.pattern"),
        ("login", {}, "login"),
        ("login.json", "a ||", "login.json"),
        ("login.json", "foo(@)", "login.json"),
        ("login.status", [99], "login.status.0"),
        ("user_agent", "a\r\nX: y", "user_agent"),
        ("robots", "yes", "robots"),
    ],
)
def test_what_is_wrong_is_told_by_its_path(path: str, value: Any, where: str) -> None:
    assert list(refused(changed(PAGE, path, value))) == [where]


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("api.0.next", None, "api.0"),
        ("api.0.name", "page", "api.0"),
        ("api.0.json", {"a": 1}, "api.0"),
        ("api.0.headers", {"X": "{a.b}"}, "api.0.headers.X"),
        ("api.0.headers", {"X": "a\nb"}, "api.0.headers.X"),
        ("api.0.headers", {"X y": "a"}, "api.0.headers.X y.[key]"),
        ("api.0.csrf", {"header": "X"}, "api.0.csrf"),
        ("api.0.csrf", {"header": "X", "css": "meta"}, "api.0.csrf.css"),
        ("fragments", {"in": "page"}, "fragments.in"),
        ("fragments", {"in": "other"}, "fragments.in"),
        ("fragments", {"in": "list", "css": "b"}, "fragments"),
        ("fragments.each", "a[", "fragments.each"),
        ("fields.x", "b", ""),
        ("next", {"css": "a"}, "next"),
        ("follow", {"css": "a"}, "follow"),
    ],
)
def test_calls_are_checked_too(path: str, value: Any, where: str) -> None:
    data = changed(API, path, value)
    if not where:
        del data["fragments"]["html"], data["fragments"]["css"]
        where = "fields.x.css"
    assert list(refused(data)) == [where]


def test_all_that_is_wrong_is_told_at_once() -> None:
    data = changed(changed(PAGE, "key", ["a", "b"]), "fields.title", {"json": "x"})
    assert set(refused(data)) == {"key.0", "key.1", "fields.title.json"}


def test_a_key_is_asked_for() -> None:
    data = copy.deepcopy(PAGE)
    data["fields"] = {"title": "h1"}
    told = refused(data)
    assert "id" in told["key"]
    assert "uuid" in told["key"]


def test_what_follows_from_the_rest() -> None:
    page = Recipe.model_validate(PAGE)
    assert (page.mode, page.key, page.fragments.source) == ("page", ["id"], "page")
    assert page.fields["id"].required
    assert not page.fields["title"].required
    assert Recipe.model_validate(API).mode == "api"
    both = Recipe.model_validate({**API, "page": PAGE["page"]})
    assert both.mode == "page+api"
    assert both.needs() == {"id"}


def test_the_short_form() -> None:
    fields = {"id": "h1@data-id", "a": " p > a[href='x@y'] ", "mail": "[title='a@b.c']"}
    recipe = Recipe.model_validate({**PAGE, "fields": fields})
    assert (recipe.fields["id"].css, recipe.fields["id"].get) == ("h1", "@data-id")
    assert recipe.fields["id"].required
    assert (recipe.fields["a"].css, recipe.fields["a"].get) == ("p > a[href='x@y']", "text")
    assert recipe.fields["mail"].get == "text"


@pytest.mark.parametrize(
    ("pattern", "slow"),
    [
        ("(a+)+", True),
        ("(?:a|aa)*", True),
        ("(?:(?:a*)b)+", True),
        ("(a{2,}){3,}", True),
        (r"(a)\1", True),
        (r"(\(+)", False),
        (r"[(+)*]+(x)", False),
        (r"(?:ab)+(\d+)", False),
        (r"(a+)b+", False),
        (r"(a|b)?", False),
        (r"([\d,]+)\s*\+", False),
    ],
)
def test_a_pattern_that_could_take_for_ever_is_refused(pattern: str, slow: bool) -> None:
    data = changed(PAGE, "follow.pattern", pattern)
    if slow:
        assert "for ever" in refused(data)["follow.pattern"]
    else:
        assert Recipe.model_validate(data).follow is not None


YAML = """\
name: things
description: on
page:
  url: https://h/{id}
  wait_for: [h1, "#a"]
fields:
  id: {target: id}
  no: {css: "#no", default: 012}
  since: {value: 2024-01-01}
  flag: {value: yes}
limits: {rate_per_s: 0.5}
"""


def test_yaml_has_no_traps() -> None:
    recipe = Recipe.from_yaml("\ufeff" + YAML)
    assert recipe.description == "on"
    assert recipe.fields["no"].default == "012"
    assert recipe.fields["since"].value == "2024-01-01"
    assert recipe.fields["flag"].value == "yes"
    assert recipe.page is not None
    assert recipe.page.ready == ("h1", "#a")
    assert Recipe.from_yaml(recipe.to_yaml()) == recipe


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("name: a\nname: b", 2, "here twice"),
        ("name: [a\nb: c", 2, "not YAML"),
        ("name: &a x\nb: *a", 1, "anchors"),
        ("name: !!python/object:os.system x", 1, "tag"),
        (YAML.replace("wait_for", "wait_four"), 5, "no such field; did you mean"),
        (YAML.replace("0.5", "fast"), 11, "number"),
        (
            YAML.replace("{target: id}", "{target: id, requird: true}"),
            7,
            "no such field; did you mean",
        ),
        ("a: " + "[" * 30 + "]" * 30, 1, "deep"),
        ('name: "\\ud800"', 1, "surrogate"),
        ("? [a, b]\n: c", 1, "must be a word"),
        ("name: a\n\x07", 2, "not YAML"),
    ],
)
def test_errors_have_lines(text: str, line: int, says: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(f"line {line}: ")) as caught:
        Recipe.from_yaml(text)
    assert any(says in e["msg"] for e in caught.value.errors())


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]", "12", "a" * 300_000])
def test_what_is_no_recipe_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        Recipe.from_yaml(text)


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)
    | st.sampled_from(["on", "no", "012", "1e3", "0x1f", "1_000", "12:30:00", "~", "=", "<<", ".5"])
)


@given(st.dictionaries(st.text("abc é=<", min_size=1), scalars | st.lists(scalars), max_size=5))
def test_yaml_comes_back_as_it_was(data: dict[str, Any]) -> None:
    assert load(dump(data))[0] == data


def test_recipes_are_found_by_name_and_by_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(YAML, encoding="utf-8")
    assert Recipe.load(path) == Recipe.from_yaml(YAML)
    shipped = Recipe.load("ticket-revisions")
    assert Recipe.from_yaml(shipped.to_yaml()) == shipped
    for name in ("no-such", tmp_path / "no.yaml", "/etc/passwd"):
        with pytest.raises(FileNotFoundError, match="ticket-revisions"):
            Recipe.load(name)
    path.write_bytes(b"name: a\nb: \xff\n")
    with pytest.raises(ValidationError, match="line 2"):
        Recipe.load(path)


def test_variables_can_be_given_and_must_be_where_they_are_open() -> None:
    data = {**PAGE, "page": {"url": "{site}/{lang}/{id}"}, "vars": {"site": None, "lang": "fa"}}
    recipe = Recipe.model_validate(data)
    assert recipe.needs() == {"id"}
    assert recipe.with_vars({"site": "http://h"}).page_url({"id": 3}) == "http://h/fa/3"
    assert recipe.with_vars({"site": "http://h"}).fields_of("http://h/fa/3") == {"id": "3"}
    with pytest.raises(ValidationError) as caught:
        recipe.with_vars({"sight": "x"})
    assert {e["loc"] for e in caught.value.errors()} == {("site",), ("sight",)}


def test_the_name_that_sites_see() -> None:
    assert re.fullmatch(r"Labpool/\S+", Recipe.model_validate(PAGE).agent)
    contact = Recipe.model_validate({**PAGE, "contact": "me@example.org"})
    assert contact.agent.endswith(" (+me@example.org)")
    assert Recipe.model_validate({**PAGE, "user_agent": "Mine/1"}).agent == "Mine/1"
