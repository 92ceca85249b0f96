"""The text of elements beside what a real browser says of them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from selectolax.lexbor import LexborHTMLParser

from labpool.jobs.scrape.parse.text import text_of
from support.lab_page import chromium

TAGS = ["div", "p", "span", "b", "ul", "li", "h2", "section", "em", "pre", "a"]
LEAVES = [
    *("a", "b c", " d ", "\n e", "f&nbsp;g", "<br>", " ", "سلام"),
    *("<script>q</script>", "<style>q {}</style>"),
]
TABLE = "<table><tr><td>1</td><td>2</td></tr><tr><th>3</th><td>4</td></tr></table>"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as browser, browser.new_page() as page:
        yield page


def drawn(dice: random.Random, depth: int) -> str:
    if depth == 0 or dice.random() < 0.35:
        return dice.choice(LEAVES)
    tag = dice.choice(TAGS)
    inner = "".join(drawn(dice, depth - 1) for _ in range(dice.randrange(4)))
    return f"<{tag}>{inner}</{tag}>"


def folded(text: str) -> str:
    """Spaces that do not break are folded by us and kept by browsers."""
    return re.sub(" +", " ", text.replace("\xa0", " ")).strip()


def test_text_is_what_a_browser_says(page: Page) -> None:
    dice = random.Random(7)
    htmls = ["".join(drawn(dice, 3) for _ in range(4)) for _ in range(100)]
    for html in [TABLE, f"a{TABLE}b", *htmls]:
        page.set_content(f"<!doctype html><body><div>{html}</div>")
        said = page.evaluate("document.body.firstElementChild.innerText")
        node = LexborHTMLParser(page.content()).css_first("body > div")
        assert node is not None
        assert folded(text_of(node)) == folded(said), html
