"""What answers tell about the session: that it is over, and the CSRF token."""

from __future__ import annotations

import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from labpool.jobs.scrape.recipe import Csrf, Recipe
from labpool.jobs.scrape.recipe.patterns import MAX_SUBJECT

from .markup import too_deep
from .pieces import search


def expired(
    recipe: Recipe, url: str, status: int, html: str | None = None, json: Any = None
) -> bool:
    """Return whether an answer shows that the session is over.

    Args:
        recipe: Its ``login`` says how that shows; without one, no answer does.
        url: Final address.
        status: HTTP status.
        html: The page, where the answer is one.
        json: The JSON, where the answer is that.
    """
    login = recipe.login
    if login is None:
        return False
    if status in login.status:
        return True
    if login.url is not None and re.search(login.url, url[:MAX_SUBJECT]):
        return True
    if login.css is not None and html and not too_deep(html):
        return LexborHTMLParser(html).css_first(login.css) is not None
    return login.json_path is not None and _is_true(login.json_path, json)


def csrf_from_page(html: str, rule: Csrf) -> str | None:
    """Return the CSRF token that a page holds, or None.

    Args:
        html: The page.
        rule: Of a call; one with a cookie takes nothing from a page.
    """
    if rule.css is None or too_deep(html):
        return None
    node = LexborHTMLParser(html).css_first(rule.css)
    return (node.attributes.get(rule.attr.lower()) or None) if node is not None else None


def _is_true(path: str, json: Any) -> bool:
    """Return whether an expression is true of JSON, as JMESPath itself counts that."""
    try:
        found = search(path, json)
    except ValueError:
        return False
    return found is not None and found is not False and found not in ("", [], {})
