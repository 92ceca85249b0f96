"""One pass over HTML text: how deep it nests, and whether its end was cut off.

Lexbor's time grows with the square of the depth (10,000 levels 0.3 s, 100,000 levels 48 s), and a
piece whose end is missing parses without a word. Neither shows in the parsed tree in time.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import NamedTuple

MAX_DEPTH = 1000
"""Levels that HTML may nest; Chromium itself stops at 512."""

# A quote counts only after "=", as browsers see it. Every branch takes what it has seen and none is
# tried again, so that the time is linear whatever the text.
_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*+)"
    r"(?P<rest>(?:[^>=]|=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))?+)*+)(?P<close>>?)"
    r"|<!--(?:-?>|.*?(?P<comment>--!?>|\Z))"
    r"|<(?P<bogus>[!?/][^>]*+>?)",
    re.DOTALL,
)
_VOID = frozenset(
    "area base br col embed frame hr img input link meta param source track wbr".split()  # noqa: SIM905
)
# Their end tags may be left out, and they never stand within themselves but for what else is open.
_OPTIONAL = frozenset(
    "p li dt dd option optgroup tr td th tbody thead tfoot colgroup caption rp rt "  # noqa: SIM905
    "html head body".split()
)
_RAW = {
    name: re.compile(f"</{name}(?=[\\s/>])", re.IGNORECASE)
    for name in ("script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes")
}


class Look(NamedTuple):
    """What one pass sees.

    Attributes:
        depth: Elements open at once, at most.
        cut: What speaks for a missing end; "" where nothing does.
    """

    depth: int
    cut: str


def look(html: str) -> Look:
    """Return how deep HTML nests and whether it was cut off. Linear in its length."""
    scan, at = _Scan(), 0
    while found := _TAG.search(html, at):
        at, name = found.end(), (found["name"] or "").lower()
        if not (found["close"] if name else found[0].endswith(">")) or found["comment"] == "":
            what = f"the tag <{found['end']}{name:.40}" if name else "a comment"
            return Look(scan.deepest, f"it ends within {what}")
        if name in _RAW and not found["end"]:
            end = _RAW[name].search(html, at)
            if end is None:
                return Look(scan.deepest, f"<{name}> is not closed")
            at = html.find(">", end.end()) + 1 or len(html)
        elif name and name not in _VOID and name not in _OPTIONAL:
            scan.tag(name, is_end=bool(found["end"]), is_closed=found["rest"].endswith("/"))
    left = next((name for name, number in scan.unclosed.items() if number), "")
    return Look(scan.deepest, f"<{left:.40}> is not closed" if left else "")


class _Scan:
    """Counts what is open."""

    def __init__(self) -> None:
        self.opened, self.unclosed = Counter[str](), Counter[str]()
        self.depth = self.deepest = 0

    def tag(self, name: str, *, is_end: bool, is_closed: bool) -> None:
        """Count one tag; HTML opens ``<div/>`` all the same, but its author thinks it closed."""
        if is_end:
            self.depth -= self.opened[name] > 0
            self.opened[name] -= self.opened[name] > 0
            self.unclosed[name] -= self.unclosed[name] > 0
        elif not (is_closed and (self.opened["svg"] or self.opened["math"])):
            self.unclosed[name] += not is_closed
            self.opened[name] += 1
            self.depth += 1
            self.deepest = max(self.deepest, self.depth)


def too_deep(html: str) -> str:
    """Return why HTML cannot be parsed in time, or ""."""
    # So few tags cannot nest so deep: most texts need no second look.
    if html.count("<") <= MAX_DEPTH or look(html).depth <= MAX_DEPTH:
        return ""
    return f"its elements nest more than {MAX_DEPTH} deep"
