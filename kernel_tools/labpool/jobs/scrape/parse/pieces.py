"""Cuts what was fetched into pieces, of which each should give records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jmespath

from labpool.jobs.scrape.recipe import Recipe

from .results import Broken, Got


@dataclass(frozen=True)
class Piece:
    """One object of an answer, or the page.

    Attributes:
        where: For messages.
        item: The object; None for the page.
        html: Its HTML; None where it has none.
    """

    where: str
    item: Any = None
    html: str | None = None


def search(path: str, value: Any) -> Any:
    """Return what a JMESPath expression finds; None where it finds nothing.

    Raises:
        ValueError: The value does not fit the expression.
    """
    try:
        return jmespath.search(path, value)
    except RecursionError as error:
        raise ValueError("the JSON nests too deep") from error


def pieces(recipe: Recipe, got: Got) -> Iterator[Piece | Broken]:
    """Yield the pieces in order, and what should have been one."""
    cut = recipe.fragments
    if cut.source == "page":
        if got.page_html is None:
            yield Broken("page", "", "no page was fetched")
        else:
            yield Piece("page", None, got.page_html)
        return
    if not got.api.get(cut.source):
        yield Broken(cut.source, "", "the call has no answer")
    for number, answer in enumerate(got.api.get(cut.source, ()), 1):
        where = f"{cut.source}, page {number}"
        for index, item in enumerate(_items(recipe, answer, where), 1):
            yield item if isinstance(item, Broken) else _piece(recipe, item, where, index)


def _items(recipe: Recipe, answer: Any, where: str) -> list[Any]:
    each = recipe.fragments.each
    if each is None:
        return [answer]
    try:
        found = search(each, answer)
    except ValueError as error:
        return [Broken(where, "", f"fragments.each: {error}")]
    if not isinstance(found, list):
        what = "nothing" if found is None else "no list"
        return [Broken(where, "", f"fragments.each ({each}) finds {what} in the answer")]
    return found


def _piece(recipe: Recipe, item: Any, where: str, index: int) -> Piece | Broken:
    where = f"{where}, object {index}"
    if not isinstance(item, dict):
        return Broken(where, "", "this is no object")
    path = recipe.fragments.html
    if path is None:
        return Piece(where, item)
    try:
        html = search(path, item)
    except ValueError as error:
        return Broken(where, "", f"fragments.html: {error}")
    if not isinstance(html, str):
        what = "nothing" if html is None else "no text"
        return Broken(where, "", f"fragments.html ({path}) finds {what}")
    return Piece(where, item, html)
