"""Templates of addresses, filled and read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labpool.jobs.scrape.template import TemplateError, fill, fill_json, fill_text, match, names

values = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
TEMPLATES = [
    "https://host/{a}/x/{b}",
    "{site}/t/{a}?q={b}&c=1",
    "{site}/{a}.{{x}}/{b}#{c}",
    "{site}/{a}/{a}/{b}",
]


@pytest.mark.parametrize("template", TEMPLATES)
@given(a=values, b=values, c=values)
def test_what_fills_a_template_is_read_back(template: str, a: str, b: str, c: str) -> None:
    variables = {"site": "http://127.0.0.1:8000/base?x=.*"}
    fields = {k: v for k, v in {"a": a, "b": b, "c": c}.items() if k in names(template)}
    url = fill(template, fields, variables)
    assert match(template, url, variables) == fields
    assert match(template, url.replace("127", "128").replace("host", "h"), variables) is None


@pytest.mark.parametrize(
    "template", ["{", "}", "{}", "{a.b}", "{a[0]}", "{a!r}", "{a:>9}", "{0}", "{a b}", "{a{b}}"]
)
def test_a_template_that_cannot_be_read_is_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        names(template)


@pytest.mark.parametrize("fields", [{}, {"b": "x"}, {"id": ""}, {"id": "\ud800"}])
def test_a_missing_value_is_named(fields: dict[str, str]) -> None:
    with pytest.raises(TemplateError, match="id"):
        fill("https://h/{id}", fields)


def test_values_are_encoded_and_variables_are_not() -> None:
    assert (
        fill("{s}/{id}", {"id": "../a b/é?"}, {"s": "http://h"})
        == "http://h/..%2Fa%20b%2F%C3%A9%3F"
    )
    assert fill("{s}/x", {"s": "a/b"}, {"s": "http://h"}) == "a%2Fb/x"
    assert fill("{url}", {"url": "https://h/a?b=c#d"}) == "https://h/a?b=c#d"
    assert fill("h?c={cursor}", {"cursor": ""}) == "h?c="
    assert fill_text("id {id}, {{x}}", {"id": "a b"}) == "id a b, {x}"


def test_json_keeps_types() -> None:
    body = {"id": "{id}", "text": "no {id}", "list": ["{id}", 1, None, True], "{id}": 2.5}
    assert fill_json(body, {"id": 7}) == {
        "id": 7,
        "text": "no 7",
        "list": [7, 1, None, True],
        "{id}": 2.5,
    }


def test_a_page_is_known_by_its_address() -> None:
    assert match("http://h/t/{id}", "http://h/t/12#top") == {"id": "12"}
    assert match("http://h/t/{id}", "http://h/t/12/edit") is None
    assert match("http://h/t/{id}", "http://h/t/%ff") is None
    assert match("{url}", "http://h/x") == {"url": "http://h/x"}
