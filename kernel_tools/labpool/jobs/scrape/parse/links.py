"""Links of a page: those to follow, and the one to the next page."""

from __future__ import annotations

import re
from urllib.parse import urldefrag, urljoin, urlsplit

from selectolax.lexbor import LexborNode

from labpool.jobs.scrape.recipe import Recipe
from labpool.jobs.scrape.recipe.patterns import MAX_SUBJECT

from .results import Broken

Found = tuple[list[str], list[Broken]]
_PORTS = {"http": 80, "https": 443}


def links(recipe: Recipe, root: LexborNode, page_url: str) -> Found:
    """Return the addresses to follow, at most ``follow.limit``, and the links that are none.

    The address of the page itself is not among them; parts after ``#`` are cut off.
    """
    follow = recipe.follow
    if follow is None:
        return [], []
    found: dict[str, None] = {}
    broken = []
    base, here = _base(root, page_url), urldefrag(page_url).url
    for node in root.css(follow.css):
        given = node.attributes.get(follow.attr.lower())
        if not given:
            continue
        url = _absolute(base, given)
        if url is None:
            broken.append(Broken("page, links", "", f"{given!r:.100} is no address"))
        elif (
            url != here
            and urlsplit(url).scheme in _PORTS
            and (not follow.same_host or origin(url) == origin(page_url))
            and (follow.pattern is None or re.search(follow.pattern, url))
        ):
            found[url] = None
    return list(found), broken


def next_url(recipe: Recipe, root: LexborNode, page_url: str) -> tuple[str | None, list[Broken]]:
    """Return the address of the next page, or None; and a link that should be one but is none."""
    if recipe.next is None:
        return None, []
    node = root.css_first(recipe.next.css)
    given = node and node.attributes.get(recipe.next.attr.lower())
    if not given:
        return None, []
    url = _absolute(_base(root, page_url), given)
    if url is None or urlsplit(url).scheme not in _PORTS:
        return None, [Broken("page, next", "", f"{given!r:.100} is no address of a page")]
    return (None if url == urldefrag(page_url).url else url), []


def origin(url: str) -> tuple[str | None, int | None]:
    """Return host and port of an address.

    Raises:
        ValueError: The port is none.
    """
    parts = urlsplit(url)
    return parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _base(root: LexborNode, page_url: str) -> str:
    node = root.css_first("base[href]")
    return (_absolute(page_url, node.attributes["href"] or "") if node else None) or page_url


def _absolute(base: str, given: str) -> str | None:
    if len(given) > MAX_SUBJECT:
        return None
    try:
        url = urldefrag(urljoin(base, given.strip())).url
        origin(url)
    except ValueError:
        return None
    return url
