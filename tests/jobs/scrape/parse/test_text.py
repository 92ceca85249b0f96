"""Text as people read it."""

from __future__ import annotations

import pytest
from selectolax.lexbor import LexborHTMLParser

from labpool.jobs.scrape import Recipe
from labpool.jobs.scrape.parse import Got, parse
from labpool.jobs.scrape.parse.text import text_of
from labpool.jobs.scrape.targeting import Target


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<div><h1>Title</h1>one<b> two</b>three</div>", "Title\none twothree"),
        ("<div>\n  <p>a</p><p>b\n c</p> </div>", "a\n\nb c"),
        ("<div>a<script>x</script>b<style>y</style>&nbsp;c</div>", "ab c"),
        ("<div>می‌روم\n  خانه</div>", "می‌روم خانه"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<table><tr><td>1<td>2<tr><th>3<td>4</table>", "1\t2\n3\t4"),
        ("<script>let a = 1;</script>", "let a = 1;"),
    ],
)
def test_blocks_spaces_and_what_is_no_text(html: str, text: str) -> None:
    node = LexborHTMLParser(f"<!doctype html><body>{html}").css_first("body > *")
    assert node is not None
    assert text_of(node) == text


def test_records_within_records_keep_their_own_text_and_raw_is_as_written() -> None:
    recipe = Recipe.model_validate(
        {
            "name": "nested",
            "page": {"url": "{url}"},
            "fragments": {"css": ".c"},
            "fields": {
                "id": {"css": ".c", "get": "@id"},
                "text": ".c",
                "raw": {"css": ".c", "get": "raw"},
            },
        }
    )
    html = "<div class=c id=1>outer <i>one</i><div class=c id=2>inner\n  two</div></div>"
    parsed = parse(recipe, Got(html, "https://h/"), Target("t", {"url": "https://h/"}))
    assert [record.data for record in parsed.records] == [
        {"id": "1", "text": "outer one", "raw": "outer oneinner\n  two"},
        {"id": "2", "text": "inner two", "raw": "inner\n  two"},
    ]
