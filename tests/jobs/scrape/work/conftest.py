"""Scrapes in the test's own process, with a real browser, against a site of ours."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from labpool.items import Ledger
from labpool.jobs.scrape import Recipe
from labpool.jobs.scrape.browser.program import find
from labpool.runtime.execute import call_body
from labpool.runtime.recording import RecordingContext
from labpool.runtime.warm import Warm
from labpool.wire.events import Event, LogWritten, ProgressReported
from labpool.wire.items import Item
from labpool.wire.pages import ItemsQuery
from support.site import LocalSite, Record

QUICK: dict[str, Any] = {
    "rate_per_s": 200,
    "parallel": 8,
    "navigation_s": 6,
    "response_s": 3,
    "item_s": 15,
    "failures": 100,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if find("") is None:
                item.add_marker(pytest.mark.skip(reason="there is no browser"))


@dataclass
class Scrape:
    """One run, of which attempts may be made one after another.

    Attributes:
        run_dir: Its folder.
        earlier: Folders of the runs before, the newest first.
        stop: Set to ask it to end.
        allowed: Private hosts that may be reached; "" for the site.
    """

    site: LocalSite
    run_dir: Path
    shared: Path
    warm: Warm
    earlier: tuple[Path, ...] = ()
    state: dict[str, Any] | None = None
    allowed: str = ""
    stop: threading.Event = field(default_factory=threading.Event)
    events: list[Event] = field(default_factory=list)
    on_event: Callable[[Event], None] = lambda _event: None

    def __call__(
        self,
        targets: list[Any] | None,
        recipe: Recipe | dict[str, Any] | None = None,
        *,
        limits: dict[str, Any] | None = None,
        **params: Any,
    ) -> dict[str, Any]:
        """Make an attempt and return its result."""
        if recipe is None:
            text = Recipe.load("ticket-revisions").to_yaml()
            recipe = {**yaml.safe_load(text), "limits": {**QUICK, **(limits or {})}}
            params.setdefault("vars", {"site": self.site.url})
            params.setdefault("session", "tickets")
        secrets = {"session": json.dumps(self.state or self.site.login())}
        ctx = RecordingContext(
            run_id="r1",
            run_dir=self.run_dir,
            worker="w0",
            earlier=self.earlier,
            settings={
                "scrape_allowed_hosts": self.allowed or f"127.0.0.1:{self.site.port}",
                "shared_dir": str(self.shared),
            },
            secrets=secrets,
            shelf=self.warm,
            stop=self.stop,
            send=self._hear,
        )
        result: dict[str, Any] = call_body(
            "scrape", {"recipe": recipe, "targets": targets, **params}, ctx
        )
        return result

    @property
    def items(self) -> dict[str, Item]:
        """Its items by id."""
        with Ledger.open(self.run_dir / "items.db", create=False) as ledger:
            return {item.id: item for item in ledger.items(ItemsQuery(limit=1000)).items}

    @property
    def records(self) -> list[dict[str, Any]]:
        """What it has brought."""
        with Ledger.open(self.run_dir / "items.db", create=False) as ledger:
            return [row.data for row in ledger.iterate_records()]

    @property
    def states(self) -> Counter[str]:
        """How many items are in each state."""
        return Counter(item.state for item in self.items.values())

    @property
    def logs(self) -> list[str]:
        """Its log lines."""
        return [event.text for event in self.events if isinstance(event, LogWritten)]

    @property
    def words(self) -> list[str]:
        """What it said that it does."""
        progress = [e.progress for e in self.events if isinstance(e, ProgressReported)]
        return [each.message for each in progress]

    def done(self) -> int:
        """Return how many items have ended, as it was told last."""
        progress = [e.progress.done for e in self.events if isinstance(e, ProgressReported)]
        return int(progress[-1]) if progress else 0

    def _hear(self, event: Event) -> None:
        self.events.append(event)
        self.on_event(event)


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    """What stays warm from one test to the next, as on a worker."""
    warm = Warm()
    yield warm
    warm.close()


@pytest.fixture
def site() -> Iterator[LocalSite]:
    with LocalSite() as site:
        yield site


@pytest.fixture
def new_scrape(site: LocalSite, warm: Warm, tmp_path: Path) -> Callable[[], Scrape]:
    """Makes runs."""
    made: list[Scrape] = []

    def make() -> Scrape:
        before = tuple(each.run_dir for each in reversed(made))
        folder = tmp_path / f"run-{len(made)}"
        folder.mkdir()
        made.append(Scrape(site, folder, tmp_path / "shared", warm, earlier=before))
        return made[-1]

    return make


@pytest.fixture
def scrape(new_scrape: Callable[[], Scrape]) -> Scrape:
    return new_scrape()


def plain(record: Record | dict[str, Any]) -> str:
    """Return a record in a form in which the site's and ours can be compared."""
    from datetime import UTC, datetime

    data: dict[str, Any] = {**record}
    at = datetime.fromisoformat(data["created"]).astimezone(UTC)
    same = {**data, "created": at.isoformat(), "ticket_id": str(data["ticket_id"])}
    return json.dumps(same, sort_keys=True, ensure_ascii=False)


def expected(site: LocalSite, *tickets: int) -> list[str]:
    """Return what tickets give."""
    return sorted(plain(record) for ticket in tickets for record in site.expected(ticket))


def found(scrape: Scrape) -> list[str]:
    """Return what a scrape has found."""
    return sorted(plain(record) for record in scrape.records)
