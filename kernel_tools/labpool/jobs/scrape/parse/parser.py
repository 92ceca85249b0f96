"""Turns what was fetched for one target into records. Nothing is lost without being told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from selectolax.lexbor import LexborNode

from labpool.jobs.scrape.recipe import Recipe
from labpool.jobs.scrape.targeting import Target

from .convert import Missing
from .html import TooDeep, can_join, fragments, page
from .links import links, next_url
from .markup import look, too_deep
from .pieces import Piece, pieces
from .results import Broken, Got, Parsed, Record
from .values import value_of

LONGEST_KEY = 256
"""Characters of a key before a hash takes its place."""


def parse(
    recipe: Recipe, got: Got, target: Target, *, join: bool = True, leads_on: bool = False
) -> Parsed:
    """Return the records of one item, and all that is wrong with it.

    Args:
        recipe: What the records are.
        got: What was fetched.
        target: What it was fetched for.
        join: Whether fragments may share a document, which is faster and finds the same.
        leads_on: Whether its links are followed. A page that has links and nothing of a record on
            it is a list of them then, and no broken record.
    """
    work = _Work(recipe, target)
    root = work.page(got)
    work.take(list(pieces(recipe, got)), root, join=join)
    found: list[str] = []
    next_page = None
    if root is not None:
        found, problems = links(recipe, root, got.page_url)
        work.broken += problems
        next_page, problems = next_url(recipe, root, got.page_url)
        work.broken += problems
    if work.blank and leads_on and found:
        work.skipped += 1
    else:
        work.broken[:0] = work.blank
    return Parsed(list(work.records.values()), work.broken, work.skipped, found, next_page)


class _Work:
    """Collects the records of one item.

    Args:
        recipe: What the records are.
        target: What was fetched.
    """

    def __init__(self, recipe: Recipe, target: Target) -> None:
        self.recipe = recipe
        self.target = target
        self.records: dict[str, Record] = {}
        self.broken: list[Broken] = []
        self.blank: list[Broken] = []
        self.skipped = 0

    def page(self, got: Got) -> LexborNode | None:
        """Return the root of the page where anything of it is wanted."""
        recipe = self.recipe
        wanted = recipe.fragments.source == "page" or recipe.follow or recipe.next
        if got.page_html is None or not wanted:
            return None
        try:
            return page(got.page_html)
        except TooDeep as error:
            self.broken.append(Broken("page", "", str(error)))
            return None

    def take(self, found: Sequence[Piece | Broken], root: LexborNode | None, *, join: bool) -> None:
        """Make records of all pieces, in order."""
        cut = self.recipe.fragments
        bodies: dict[int, LexborNode | None] = {}
        if cut.source == "page":
            bodies = dict.fromkeys(range(len(found)), root)
        elif cut.html is not None:
            bodies = self._bodies(found, join=join)
        for index, piece in enumerate(found):
            if isinstance(piece, Broken):
                self.broken.append(piece)
            elif cut.has_html and bodies.get(index) is None:
                self._none(piece)
            else:
                self._cut(piece, bodies.get(index))

    def _bodies(
        self, found: Sequence[Piece | Broken], *, join: bool
    ) -> dict[int, LexborNode | None]:
        texts = {i: p.html for i, p in enumerate(found) if isinstance(p, Piece) and p.html}
        sound = {i: html for i, html in texts.items() if not too_deep(html)}
        rules = [rule.css for rule in self.recipe.fields.values() if rule.css]
        selectors = [*rules, self.recipe.fragments.css or ""]
        nodes = fragments(list(sound.values()), join=join and can_join(selectors))
        return dict(zip(sound, nodes, strict=True))

    def _none(self, piece: Piece) -> None:
        """Count a piece without HTML, or tell why it has none."""
        cut = self.recipe.fragments
        if cut.source == "page":
            return  # the page was told as broken already
        if problem := too_deep(piece.html or ""):
            self.broken.append(Broken(piece.where, "", problem))
        elif cut.css and not cut.at_least:
            self.skipped += 1
        else:
            self.broken.append(Broken(piece.where, "", "there is no HTML in it"))

    def _cut(self, piece: Piece, body: LexborNode | None) -> None:
        """Make the records of one piece."""
        cut = self.recipe.fragments
        if cut.source != "page" and piece.html and not cut.lenient:
            problem = look(piece.html).cut
            if problem:
                reason = f"the HTML is cut off: {problem}"
                self.broken.append(Broken(piece.where, "", reason))
        if cut.css is None or body is None:
            self._record(piece, piece.where, body, frozenset())
            return
        elements = body.css(cut.css)
        if len(elements) < cut.at_least:
            reason = f"{len(elements)} records in it, but at least {cut.at_least} must be"
            self.broken.append(Broken(piece.where, "", reason))
        elif not elements:
            self.skipped += 1
        others = frozenset(element.mem_id for element in elements)
        nested = others if len(elements) > 1 and _nest(elements, others) else frozenset[int]()
        for number, element in enumerate(elements, 1):
            self._record(piece, f"{piece.where}, record {number}", element, nested)

    def _record(
        self, piece: Piece, where: str, element: LexborNode | None, others: frozenset[int]
    ) -> None:
        """Make one record, or tell why there is none.

        Args:
            piece: Where it is in.
            where: For messages.
            element: Its element.
            others: Elements of all records, where some stand within others; each record then has
                only what no record inside it has.
        """

        def find(css: str) -> list[LexborNode]:
            if element is None:
                return []
            found = element.css(css)
            return [n for n in found if _owner(n, others) == element.mem_id] if others else found

        data: dict[str, Any] = {}
        whole, broken = True, list[Broken]()
        for name, rule in self.recipe.fields.items():
            reason = ""
            try:
                data[name] = value_of(rule, find, piece.item, self.target.fields, others)
                continue
            except Missing:
                reason = "nothing is found" if rule.required else ""
            except ValueError as error:
                reason = str(error)
            if reason:
                broken.append(Broken(where, name, reason))
            whole = whole and not rule.required
            data[name] = [] if rule.all and rule.default is None else rule.default
        if not whole and self._is_blank(data):
            self.blank += broken
        else:
            self.broken += broken
        if whole:
            self._keep(where, Record(self._key(data), data))

    def _is_blank(self, data: dict[str, Any]) -> bool:
        """Return whether a whole page has nothing on it that a record could be made of."""
        cut, rules = self.recipe.fragments, self.recipe.fields.items()
        none: tuple[Any, ...] = (None, [])
        return (
            cut.source == "page"
            and cut.css is None
            and all(
                data[name] in none or data[name] == rule.default for name, rule in rules if rule.css
            )
        )

    def _key(self, data: dict[str, Any]) -> str:
        values = [data[name] for name in self.recipe.key]
        text = json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        if len(text) <= LONGEST_KEY:
            return text
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()

    def _keep(self, where: str, record: Record) -> None:
        before = self.records.setdefault(record.key, record)
        if before is record:
            return
        if before.data == record.data:
            self.skipped += 1
        else:
            reason = f"another record has the same key {record.key} and other values"
            self.broken.append(Broken(where, "", reason))


def _nest(elements: Iterable[LexborNode], others: frozenset[int]) -> bool:
    """Return whether one of the elements stands within another."""
    return any(
        element.parent is not None and _owner(element.parent, others) is not None
        for element in elements
    )


def _owner(node: LexborNode, others: frozenset[int]) -> int | None:
    """Return which of the elements is the nearest around a node, or the node itself."""
    up: LexborNode | None = node
    while up is not None:
        if up.mem_id in others:
            return up.mem_id
        up = up.parent
    return None
