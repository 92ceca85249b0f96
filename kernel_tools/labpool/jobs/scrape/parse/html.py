"""HTML through lexbor: whole pages, and many fragments in one document."""

from __future__ import annotations

import re
from collections.abc import Sequence

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from .markup import too_deep

_BODY = "<!doctype html><body>"
# Tags that may reach beyond the fragment that they are in, or that are read otherwise outside their
# own place. A fragment with one of them gets a document of its own.
_WILD = re.compile(
    r"<(?:[!?]|/?(?:applet|marquee|object|form|table|caption|colgroup|col|tbody|thead|tfoot|tr|td|th"
    r"|select|option|optgroup|template|svg|math|html|head|body|frame|frameset|plaintext|textarea"
    r"|title|script|style|xmp|iframe|noembed|noframes|noscript|button|isindex|image|base|link|meta"
    r")(?![a-z0-9-]))",
    re.IGNORECASE,
)
# Where parts of a table are read as such.
_TABLES = {
    "tr": "<table><tbody>",
    "td": "<table><tbody><tr>",
    "th": "<table><tbody><tr>",
    "tbody": "<table>",
    "thead": "<table>",
    "tfoot": "<table>",
    "caption": "<table>",
    "colgroup": "<table>",
}
_FIRST = re.compile(r"\s*<([a-z]+)(?=[\s/>])", re.IGNORECASE)


class TooDeep(ValueError):
    """HTML that nests deeper than can be parsed in time."""


def css_problem(css: str) -> str:
    """Return why a selector cannot be read, or ""."""
    try:
        LexborHTMLParser("<p>").css(css)
    except SelectolaxError:
        return f"{css!r:.100} is not a CSS selector that the parser of HTML can read"
    return ""


def page(html: str) -> LexborNode | None:
    """Return the root of a page; None for one with nothing in it.

    Raises:
        TooDeep: It nests too deep.
    """
    if problem := too_deep(html):
        raise TooDeep(problem)
    return LexborHTMLParser(html).root


def can_join(selectors: Sequence[str]) -> bool:
    """Return whether the selectors find the same in a joined document.

    A selector that counts siblings or takes any element could see a neighbour or the element
    around a fragment.
    """
    return not any("*" in css or ":" in css or "applet" in css.lower() for css in selectors)


def fragments(htmls: Sequence[str], *, join: bool = True) -> list[LexborNode | None]:
    """Return the body of each fragment, in order.

    One document for all takes a quarter of the time of one for each. HTML's own rules keep
    neighbours apart there: what is left open inside ``<applet>`` ends with it, formatting too.
    Whatever can break out of it regardless is parsed alone, and where the number of bodies tells
    that something did, everything is.

    Args:
        htmls: Each checked with ``too_deep``.
        join: Whether one document may hold several.
    """
    tame = [i for i, html in enumerate(htmls) if not _WILD.search(html)] if join else []
    bodies: dict[int, LexborNode] = {}
    if len(tame) > 1:
        text = _BODY + "".join(f"<applet>{htmls[i]}</applet>" for i in tame)
        found = list(_body(text).iter(include_text=True))
        if len(found) == len(tame) and all(node.tag == "applet" for node in found):
            bodies = dict(zip(tame, found, strict=True))
    return [bodies.get(i) or _body(_own(html)) for i, html in enumerate(htmls)]


def _own(html: str) -> str:
    first = _FIRST.match(html)
    return _BODY + (_TABLES.get(first[1].lower(), "") if first else "") + html


def _body(html: str) -> LexborNode:
    body = LexborHTMLParser(html).body
    if body is None:  # a frameset takes its place, which our own <body> rules out
        raise ValueError("a document without a body")
    return body
