"""What was fetched becomes records, and whatever does not is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labpool.jobs.scrape import Recipe
from labpool.jobs.scrape.parse import Broken, Got, Parsed, csrf_from_page, expired, parse
from labpool.jobs.scrape.recipe import Csrf
from labpool.jobs.scrape.targets import Target

TARGET = Target("7", {"id": 7})
TICKETS = Recipe.load("ticket-revisions")
PAGE = {"name": "p", "page": {"url": "https://h/{id}"}}


def revision(column: str, old: list[str], new: list[str]) -> str:
    olds = "".join(f'<span class="old strikethrough">{text}</span>' for text in old)
    news = "".join(f'<span class="new added">{text}</span>' for text in new)
    return (
        f'<div class="revision" data-columnid="{column}">'
        f'<span data-columntype="select">{column}</span>{olds}{news}</div>'
    )


def activity(number: int, *revisions: str) -> dict[str, Any]:
    return {
        "id": number,
        "uuid": f"u{number}",
        "created": "2025-11-12T10:20:30+03:30",
        "author": {"name": "سارا"},
        "html": f"<div class=activity>{''.join(revisions)}</div>",
    }


def tickets(*activities: Any, join: bool = True, recipe: Recipe = TICKETS) -> Parsed:
    got = Got(None, "", {"activities": [{"activities": list(activities), "next": None}]})
    return parse(recipe, got, TARGET, join=join)


def page(fields: dict[str, Any], html: str, **more: Any) -> Parsed:
    recipe = Recipe.model_validate({**PAGE, "fields": {"id": {"target": "id"}, **fields}, **more})
    return parse(recipe, Got(html, "https://h/7", {}), TARGET)


def reasons(parsed: Parsed) -> list[tuple[str, str]]:
    return [(b.where, b.field) for b in parsed.broken]


# --------------------------------------------------------------------------- the example


def test_ticket_revisions() -> None:
    parsed = tickets(
        activity(
            1, revision("status", ["باز"], ["بسته"]), revision("tags", ["a", "b"], ["می\u200cشود"])
        ),
        activity(2),
        {**activity(3), "html": ""},
    )
    assert parsed.broken == []
    assert parsed.skipped == 2
    assert [r.key for r in parsed.records] == ['["u1","status"]', '["u1","tags"]']
    assert parsed.records[1].data == {
        "uuid": "u1",
        "ticket_id": 7,
        "column": "tags",
        "type": "select",
        "old": ["a", "b"],
        "new": ["می\u200cشود"],
        "created": "2025-11-12T06:50:30Z",
        "author": "سارا",
    }
    assert json.loads(json.dumps(parsed.records[1].data)) == parsed.records[1].data


@pytest.mark.parametrize(
    ("api", "where"),
    [
        ({}, "activities"),
        ({"activities": []}, "activities"),
        ({"activities": [{"error": "x"}]}, "activities, page 1"),
        ({"activities": [{"activities": {}}]}, "activities, page 1"),
        ({"activities": [None]}, "activities, page 1"),
        ({"activities": [{"activities": []}, "text"]}, "activities, page 2"),
        ({"activities": [{"activities": [7]}]}, "activities, page 1, object 1"),
        (
            {"activities": [{"activities": [{**activity(1), "html": 5}]}]},
            "activities, page 1, object 1",
        ),
    ],
)
def test_an_answer_of_another_form_is_broken(api: dict[str, Any], where: str) -> None:
    parsed = parse(TICKETS, Got(None, "", api), TARGET)
    assert (parsed.records, reasons(parsed)) == ([], [(where, "")])


@pytest.mark.parametrize(
    "cut", ["<div class=revision data-colu", "<div class='revision", "<!-- ", "<b>", "<div><table>"]
)
def test_a_fragment_that_was_cut_off_is_told_and_takes_no_neighbour_along(cut: str) -> None:
    bad = {**activity(2), "html": revision("a", [], ["x"]) + cut}
    parsed = tickets(
        activity(1, revision("a", [], ["1"])), bad, activity(3, revision("a", [], ["3"]))
    )
    assert [r.data["new"] for r in parsed.records] == [["1"], ["x"], ["3"]]
    assert reasons(parsed) == [("activities, page 1, object 2", "")]
    assert "cut off" in parsed.broken[0].reason


def test_what_is_required_and_missing_is_told() -> None:
    lost = {**activity(1, revision("status", [], [])), "uuid": None}
    bad_date = {**activity(2, revision("status", [], [])), "created": "soon"}
    parsed = tickets(lost, bad_date)
    assert reasons(parsed) == [
        ("activities, page 1, object 1, record 1", "uuid"),
        ("activities, page 1, object 2, record 1", "created"),
    ]
    assert [r.data["created"] for r in parsed.records] == [None]
    empty = tickets(activity(1, revision("", [], [])))
    assert reasons(empty) == [("activities, page 1, object 1, record 1", "column")]


def test_a_record_that_comes_twice_is_kept_once_and_a_rival_is_told() -> None:
    one, other = revision("a", [], ["1"]), revision("a", [], ["2"])
    parsed = tickets(activity(1, one), activity(1, one), activity(1, other))
    assert (len(parsed.records), parsed.skipped) == (1, 1)
    assert reasons(parsed) == [("activities, page 1, object 3, record 1", "")]


def test_html_that_is_not_there_is_told_unless_the_recipe_allows_for_it() -> None:
    parsed = tickets({**activity(1), "html": None}, {"uuid": "u2"})
    assert (len(parsed.broken), parsed.skipped) == (2, 0)
    data = TICKETS.model_dump(by_alias=True)
    data["fragments"] = {**data["fragments"], "html": "html || ''"}
    parsed = tickets({**activity(1), "html": None}, recipe=Recipe.model_validate(data))
    assert (len(parsed.broken), parsed.skipped) == (0, 1)


def test_fragments_that_must_give_records() -> None:
    data = TICKETS.model_dump(by_alias=True)
    data["fragments"] = {**data["fragments"], "at_least": 2}
    parsed = tickets(
        activity(1, revision("a", [], [])), activity(2), recipe=Recipe.model_validate(data)
    )
    assert len(parsed.records) == 1
    assert len(parsed.broken) == 2


def test_ten_thousand_fragments() -> None:
    parsed = tickets(*(activity(n, revision("a", [str(n)], [])) for n in range(10_000)))
    assert [r.data["old"] for r in parsed.records] == [[str(n)] for n in range(10_000)]
    assert parsed.broken == []


# ------------------------------------------------------------------ joined and one by one

MARKUP = st.lists(
    st.sampled_from(
        [
            "<div>",
            "</div>",
            "<b>",
            "</b>",
            "<a/href=x>",
            "</a>",
            "<p>",
            "</p>",
            "<i/class='",
            '<p/title="',
            "<!--",
            "-->",
            "<table>",
            "<tr>",
            "<td>",
            "</table>",
            "<select>",
            "<option>",
            "<form>",
            "</form>",
            "<applet>",
            "</applet>",
            "<object>",
            "<button>",
            "</button>",
            "<li>",
            "<h1>",
            "<h2>",
            "</h1>",
            "<svg>",
            "<title>",
            "<textarea>",
            "<script>",
            "<template>",
            "<nobr>",
            "</body>",
            "</html>",
            "<body/class=revision>",
            "<plaintext>",
            "<ruby><rt>",
            "<font>",
            "<dd>",
            "</",
            "<",
            "&amp",
            "&lt;",
            "'",
            '"',
            ">",
            "می\u200cشود",
            "\x00",
            "<br/>",
            "<pre>\n",
            "<![CDATA[",
            "<?x",
            "<math><mi>",
            "<frameset>",
            "<noscript>",
            "<marquee>",
            "<center>",
            "<x-y>",
            "<span/class=added>",
            "<span/data-columntype=t>",
            "</span>",
            "<div/class='revision'data-columnid=x>",
            revision("status", ["old"], ["new"]),
        ]
    ),
    max_size=8,
).map("".join)


@settings(max_examples=400)
@given(st.lists(MARKUP, min_size=2, max_size=5))
def test_both_ways_of_parsing_find_the_same(htmls: list[str]) -> None:
    objects = [{**activity(n), "html": html} for n, html in enumerate(htmls)]
    assert tickets(*objects) == tickets(*objects, join=False)


@pytest.mark.parametrize("css", ["span:first-child", "* > span", "div + div", "[class] span"])
def test_selectors_do_not_see_neighbours(css: str) -> None:
    data = TICKETS.model_dump(by_alias=True)
    data["fields"]["type"] = {"css": css}
    recipe = Recipe.model_validate(data)
    objects = [{**activity(n), "html": revision("a", ["x"], ["y"])} for n in range(3)]
    joined, alone = tickets(*objects, recipe=recipe), tickets(*objects, recipe=recipe, join=False)
    assert joined == alone


# ------------------------------------------------------------------------------ of pages


def test_a_page_without_css_is_one_record() -> None:
    html = "<h1> عنوان </h1><a href='/x'>a</a><p>۱٬۲۳۴٫۵</p><p>no</p><i><b>x</b></i>"
    fields = {
        "title": "h1",
        "link": "a@href",
        "price": {"css": "p", "type": "number"},
        "all": {"css": "p", "all": True, "type": "number"},
        "inner": {"css": "i", "get": "html"},
        "none": {"css": "u", "default": "-"},
        "nothing": {"css": "u"},
        "list": {"css": "u", "all": True},
        "kind": {"value": 3},
    }
    parsed = page(fields, html)
    assert parsed.records[0].key == "[7]"
    assert parsed.records[0].data == {
        "id": 7,
        "title": "عنوان",
        "link": "/x",
        "price": 1234.5,
        "all": [],
        "inner": "<b>x</b>",
        "none": "-",
        "nothing": None,
        "list": [],
        "kind": 3,
    }
    assert parsed.broken == [Broken("page", "all", "not a number")]


def test_a_record_within_another_keeps_its_own() -> None:
    html = "<div class=c id=a><b>1</b><div class=c id=b><b>2</b></div><b>3</b></div>"
    fields = {"cid": {"css": ".c", "get": "@id"}, "b": {"css": "b", "all": True}}
    parsed = page(fields, html, fragments={"in": "page", "css": ".c"}, key=["cid"])
    assert [(r.data["cid"], r.data["b"]) for r in parsed.records] == [
        ("a", ["1", "3"]),
        ("b", ["2"]),
    ]


@pytest.mark.parametrize("html", ["", "\0", "<", "<frameset>", "<!--", "text", "</html>" * 3])
def test_odd_pages_give_their_record(html: str) -> None:
    assert len(page({}, html).records) == 1


def test_a_page_that_cannot_be_used_is_told() -> None:
    deep = page({"a": "b"}, "<div>" * 100_000)
    assert (deep.records, reasons(deep)) == ([], [("page", "")])
    recipe = Recipe.model_validate({**PAGE, "fields": {"id": "h1"}})
    assert reasons(parse(recipe, Got(None, "", {}), TARGET)) == [("page", "")]
    assert reasons(parse(recipe, Got("<h1></h1>", "", {}), TARGET)) == [("page", "id")]


def test_a_long_key_becomes_a_hash() -> None:
    parsed = page({"t": "p"}, f"<p>{'x' * 1000}</p>", key=["id", "t"])
    assert parsed.records[0].key.startswith("sha256:")


def test_json_alone() -> None:
    recipe = Recipe.model_validate(
        {
            "name": "j",
            "api": [{"name": "list", "url": "https://h/"}],
            "fragments": {"in": "list", "each": "items"},
            "fields": {
                "id": {"json": "id", "type": "text"},
                "tags": {"json": "tags[].name", "all": True},
                "n": {"json": "length(n)"},
                "raw": {"json": "raw"},
            },
        }
    )
    deep: Any = 0
    for _ in range(100_000):
        deep = {"raw": deep}
    items = [
        {"id": 1, "tags": [{"name": "a"}, {"name": None}, {}], "n": "ab", "raw": {"x": [1]}},
        {"id": 2, "n": 5, "raw": float("nan")},
        {"id": 3, "n": [], "raw": deep},
    ]
    parsed = parse(recipe, Got(None, "", {"list": [{"items": items}]}), TARGET)
    assert [r.data["tags"] for r in parsed.records] == [["a"], [], []]
    assert parsed.records[0].data["raw"] == {"x": [1]}
    assert [b.field for b in parsed.broken] == ["n", "raw", "raw"]


# ------------------------------------------------------------------------------- links


def test_links_and_the_next_page() -> None:
    html = (
        "<a href='/a#x'>1</a><a href='b'>2</a><a href='/a'>3</a><a href='https://other/a'>4</a>"
        "<a href='https://h:444/a'>5</a><a href='mailto:x@y'>6</a><a href=''>7</a><a>8</a>"
        "<a href='http://[x'>9</a><a href='#top'>10</a><a class=next href='?page=2'>n</a>"
    )
    parsed = page({}, html, follow={"css": "a"}, next={"css": "a.next"})
    assert parsed.links == ["https://h/a", "https://h/b", "https://h/7?page=2"]
    assert parsed.next_url == "https://h/7?page=2"
    assert reasons(parsed) == [("page, links", "")]
    some = page({}, html, follow={"pattern": "/a$", "same_host": False})
    assert some.links == ["https://h/a", "https://other/a", "https://h:444/a"]
    assert page({}, "<a class=next href='/7'>", next={"css": "a.next"}).next_url is None
    based = page({}, "<base href='/x/'><a href=y>", follow={})
    assert based.links == ["https://h/x/y"]


# ------------------------------------------------------------------------------- session


def test_an_expired_session_shows() -> None:
    login = {"url": "/login$", "css": "#login", "status": [401], "json": "error == 'login'"}
    recipe = Recipe.model_validate({**PAGE, "fields": {"id": "h1"}, "login": login})
    assert expired(recipe, "https://h/login", 200)
    assert expired(recipe, "https://h/7", 401)
    assert expired(recipe, "https://h/7", 200, "<form id=login>")
    assert expired(recipe, "https://h/7", 200, None, {"error": "login"})
    assert not expired(recipe, "https://h/7", 200, "<h1>", {"error": None})
    assert not expired(recipe, "https://h/7", 200, None, ["error"])
    assert not expired(Recipe.model_validate({**PAGE, "fields": {"id": "h1"}}), "", 401)
    assert expired(TICKETS, "http://h/login?next=/tickets/1", 200)
    assert not expired(TICKETS, "http://h/tickets/login-fails", 200)


def test_a_csrf_token_is_found_in_the_page() -> None:
    rule = Csrf(header="X-T", css="meta[name=csrf]")
    assert csrf_from_page("<meta name=csrf content=abc>", rule) == "abc"
    assert csrf_from_page("<meta name=csrf>", rule) is None
    assert csrf_from_page("<p>", rule) is None
    assert csrf_from_page("<meta name=csrf content=abc>", Csrf(header="X", cookie="c")) is None
