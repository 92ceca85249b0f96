"""Text of an element as people read it, after the rules of a browser's ``innerText``.

White space is folded, blocks stand on lines of their own, cells are apart, and what is no text
(scripts, styles) stays out. Nothing is known here of style sheets: what these hide is there, too.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

_SILENT = frozenset(
    "script style noscript template head title iframe object video audio svg datalist".split()  # noqa: SIM905
)
_PARAGRAPHS = frozenset(["p"])
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt "  # noqa: SIM905
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main "
    "menu nav ol optgroup option pre search section summary table tbody tfoot thead tr ul".split()
)
_CELLS = frozenset(["td", "th"])
_KEPT = frozenset(["pre", "textarea", "listing", "xmp"])
_SPACES = re.compile(r"[ \t\n\r\f\xa0\u202f\u2007]+")
_SPACES_IN_LINE = re.compile(r"[\xa0\u202f\u2007]")


def text_of(node: LexborNode, apart: frozenset[int] = frozenset()) -> str:
    """Return the text of an element as it is read.

    Args:
        node: The element; of a script or the like it is what is written in it.
        apart: Elements whose text belongs to others, by ``mem_id``; they stay out.
    """
    if node.tag in _SILENT:
        return node.text(deep=True)
    page = _Page()
    stack: list[tuple[LexborNode | None, str, bool]] = [(node, "", False)]
    while stack:
        one, end, kept = stack.pop()
        if one is None:
            page.close(end)
            continue
        if one.is_text_node:
            page.write(one.text_content or "", kept=kept)
            continue
        tag = one.tag or ""
        if one is not node and (tag in _SILENT or one.mem_id in apart):
            continue
        page.open(tag)
        stack.append((None, tag, kept))
        inner = list(one.iter(include_text=True))
        stack += [(child, "", kept or tag in _KEPT) for child in reversed(inner)]
    return page.text()


class _Page:
    """Text that is being set."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._lines = 0
        self._space = False
        self._cell = False

    def open(self, tag: str) -> None:
        """Begin an element."""
        if tag == "br":
            if self._parts:
                self._parts.append("\n" * self._lines)
            self._parts.append("\n")
            self._lines, self._space = 0, False
        elif tag in _CELLS and self._cell:
            self._parts.append("\t")
            self._space = self._cell = False
        else:
            self._break(tag)

    def close(self, tag: str) -> None:
        """End an element."""
        if tag in _CELLS:
            self._cell, self._space = True, False
        else:
            self._break(tag)
            if tag == "tr":
                self._cell = False

    def write(self, text: str, *, kept: bool) -> None:
        """Add text."""
        if kept:
            self._put(_SPACES_IN_LINE.sub(" ", text))
            return
        folded = _SPACES.sub(" ", text)
        inner = folded.strip(" ")
        if folded.startswith(" ") or not inner:
            self._space = self._space or bool(folded)
        if inner:
            self._put(inner)
            self._space = folded.endswith(" ")

    def text(self) -> str:
        """Return all of it."""
        return "".join(self._parts)

    def _break(self, tag: str) -> None:
        lines = 2 if tag in _PARAGRAPHS else 1 if tag in _BLOCKS else 0
        if lines:
            self._lines, self._space = max(self._lines, lines), False

    def _put(self, text: str) -> None:
        if self._parts and self._lines:
            self._parts.append("\n" * self._lines)
        elif self._space and self._parts and not self._parts[-1].endswith(("\n", "\t")):
            self._parts.append(" ")
        self._lines, self._space = 0, False
        self._parts.append(text)
