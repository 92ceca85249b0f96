"""Other recipes: calls alone, lists with a next page, links that are followed."""

from __future__ import annotations

from typing import Any

from support.site import LocalSite

from .conftest import QUICK, Scrape, expected, found

REVISIONS: dict[str, Any] = {
    "uuid": {"json": "uuid"},
    "ticket_id": {"target": "id"},
    "column": {"css": "[data-columnid]", "get": "@data-columnid"},
    "type": {"css": "[data-columntype]", "get": "@data-columntype"},
    "old": {"css": ".strikethrough", "all": True},
    "new": {"css": ".added", "all": True},
    "created": {"json": "created", "type": "date"},
    "author": {"json": "author.name"},
}


def test_calls_alone_open_no_page(scrape: Scrape, site: LocalSite) -> None:
    recipe = {
        "name": "calls",
        "mode": "api",
        "api": [
            {
                "name": "activities",
                "url": f"{site.url}/api/tickets/{{id}}/activities?cursor={{cursor}}",
                "csrf": {"cookie": "csrftoken", "header": "X-CSRFToken"},
                "next": "next",
            }
        ],
        "fragments": {
            "in": "activities",
            "each": "activities",
            "html": "html",
            "css": ".revision",
        },
        "fields": REVISIONS,
        "key": ["uuid", "column"],
        "login": {"status": [401]},
        "limits": QUICK,
    }
    tickets = range(1, 25)
    assert scrape([str(t) for t in tickets], recipe, session="tickets")["ok"] == len(tickets)
    assert found(scrape) == expected(site, *tickets)
    assert site.log.all("/tickets/1", "GET") == [] or not [
        seen for seen in site.log.all() if seen.path.startswith("/tickets/")
    ]
    assert site.max_parallel <= QUICK["parallel"]


LIST: dict[str, Any] = {
    "name": "list",
    "page": {"url": "{url}", "wait_for": "a"},
    "fragments": {"css": "a[href*='/tickets/']"},
    "fields": {"id": {"css": "a", "get": "@href", "pattern": "([0-9]+)$"}},
    "next": {"css": "a[rel=next]", "max_pages": 10},
    "login": {"url": "/login"},
    "limits": QUICK,
}


def test_a_list_is_read_page_after_page(scrape: Scrape, site: LocalSite) -> None:
    result = scrape([f"{site.url}/"], LIST, session="tickets")
    assert (result["items"], result["ok"]) == (1, 1)
    assert {int(record["id"]) for record in scrape.records} == set(range(1, site.tickets + 1))


def test_links_become_items_within_their_limits(scrape: Scrape, site: LocalSite) -> None:
    recipe = {
        "name": "follow",
        "page": {"url": "{url}", "wait_for": "a, #ticket"},
        "fragments": {"in": "page"},
        "fields": {"id": {"css": "title"}},
        "follow": {"css": "a", "pattern": "/tickets/[0-9]+$", "depth": 1, "limit": 5},
        "login": {"url": "/login"},
        "limits": QUICK,
    }
    result = scrape([f"{site.url}/"], recipe, session="tickets")
    assert (result["items"], result["failed"]) == (6, 0)
    assert result["left_out"] > 0
    assert {item.depth for item in scrape.items.values()} == {0, 1}
