"""A server that scrapes our own web site, and what tests ask of both."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from support.server import LabServer
from support.site import LocalSite

CHROMIUM = os.environ.get("LABPOOL_CHROMIUM", "")
LIMITS = """
limits: {rate_per_s: 200, parallel: 16, navigation_s: 20, response_s: 20, item_s: 60, tries: 1}
"""
SESSION = "tickets"


def recipe(name: str = "ticket-revisions") -> str:
    """Return the worked example, for a site that need not be spared, under another name."""
    folder = files("labpool.jobs.scrape").joinpath("recipes")
    text = folder.joinpath("ticket-revisions.yaml").read_text(encoding="utf-8")
    return text.replace("name: ticket-revisions", f"name: {name}", 1) + LIMITS


class ScrapeWorld:
    """The server and the site together.

    Args:
        server: The server.
        site: The site.

    Attributes:
        secrets: Every value of every storage state that was ever saved.
    """

    def __init__(self, server: LabServer, site: LocalSite) -> None:
        self.server = server
        self.site = site
        self.secrets: list[str] = []

    def login(self) -> dict[str, Any]:
        """Return the storage state of a new session, and note what is secret in it."""
        state = self.site.login()
        self.secrets += [cookie["value"] for cookie in state["cookies"]]
        self.secrets += [item["value"] for item in state["origins"][0]["localStorage"]]
        return state

    def save_session(self, name: str = SESSION) -> dict[str, Any]:
        """Log in, leave the session with the server, and return what that says."""
        answer = self.server.post(f"sessions/{name}", {"storage_state": self.login()}, 200)
        return dict(answer)

    def params(self, tickets: Iterable[int], **more: Any) -> dict[str, Any]:
        """Return the params of a scrape of some tickets."""
        return {
            "recipe": recipe(more.pop("name", "ticket-revisions")),
            "vars": {"site": self.site.url},
            "targets": [str(ticket) for ticket in tickets],
            "session": SESSION,
            **more,
        }

    def scrape(self, tickets: Iterable[int], **more: Any) -> dict[str, Any]:
        """Scrape some tickets and return the ended run."""
        run_id = self.server.submit("scrape", self.params(tickets, **more), max_attempts=1)
        return self.server.wait(run_id)

    def expected(self, *tickets: int) -> list[str]:
        """Return what a right scrape of tickets yields, as ``lines`` has it."""
        return lines(
            record | {"ticket_id": str(record["ticket_id"]), "created": _utc(record["created"])}
            for ticket in tickets
            for record in self.site.expected(ticket)
        )

    def records(self, run_id: str) -> list[dict[str, Any]]:
        """Return all records of a run, as they come in pages of seven."""
        return [row["data"] for row in self.pages(f"runs/{run_id}/records", limit=7)]

    def pages(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Yield the entries of a list, page after page."""
        after: dict[str, str] = {}
        while True:
            page = self.server.get(path, **query, **after)
            yield from page["items"]
            if page["next"] is None:
                return
            after = {"after": page["next"]}

    def assert_hidden(self, *told: str) -> None:
        """Look for what is secret in all that the server keeps, says and shows.

        Args:
            *told: What else was said.
        """
        with closing(sqlite3.connect(self.server.data_dir / "labpool.db")) as database:
            dump = "\n".join(database.iterdump())
        kept = [p for p in self.server.home.rglob("*") if p.is_file() and p.name != "secrets"]
        content = [(path.name, path.read_bytes()) for path in kept]
        for secret in self.secrets:
            assert secret not in dump
            assert [name for name, each in content if secret.encode() in each] == []
            assert [text[:200] for text in told if secret in text] == []


def _utc(text: Any) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).isoformat().replace("+00:00", "Z")


@contextmanager
def scrape_world(
    home: Path, example_site: Path | None = None, **more: Any
) -> Iterator[ScrapeWorld]:
    """Start both, with two workers and a session that is good.

    Args:
        home: Folder of the server.
        example_site: Folder with the example kinds, if the server is to have them.
        **more: More for the server.
    """
    options: dict[str, Any] = {
        "scrape_allowed_hosts": ["127.0.0.1"],
        "scrape_browser": CHROMIUM,
        **more,
    }
    with LocalSite(tickets=40) as site, LabServer(home, example_site, **options) as server:
        world = ScrapeWorld(server, site)
        world.save_session()
        yield world


def lines(records: Iterable[dict[str, Any]]) -> list[str]:
    """Return records in an order of their own, to compare sets of them."""
    return sorted(json.dumps(record, sort_keys=True) for record in records)
