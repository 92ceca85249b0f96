"""Ledgers, and short words for what is put into them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from labpool.items import Done, Ledger, NewItem, NewRecord
from labpool.wire.pages import ItemsQuery, RecordsQuery

ME = "me_1"


def new_items(*ids: str) -> list[NewItem]:
    return [NewItem(id_, {"url": f"https://example.org/{id_}"}) for id_ in ids]


def ended(state: Any = "ok", data: dict[str, Any] | None = None, **values: Any) -> Done:
    """An end with records by key."""
    records = [NewRecord(key, {"value": value}) for key, value in (data or {}).items()]
    return Done(state=state, records=records, **values)


def work(ledger: Ledger, ends: dict[str, Done]) -> None:
    """Claim all that waits and end it; what has no end given is ok without records."""
    for item in ledger.claim(ME, 10_000):
        assert ledger.finish(item.id, ME, ends.get(item.id, Done(state="ok")))


def states(ledger: Ledger) -> dict[str, str]:
    return {item.id: item.state for item in ledger.items(ItemsQuery(limit=1000)).items}


def data(ledger: Ledger) -> dict[str, Any]:
    """The value of each record that is not gone."""
    page = ledger.records(RecordsQuery(limit=1000))
    assert page.next is None
    return {r.key: r.data["value"] for r in page.items if r.change != "gone"}


def changes(ledger: Ledger) -> dict[str, str | None]:
    return {row.key: row.change for row in ledger.iterate_records()}


def pages(ask: Callable[[str | None], Any]) -> Iterable[Any]:
    """The entries of all pages."""
    after = None
    while True:
        page = ask(after)
        yield from page.items
        if page.next is None:
            return
        after = page.next


@pytest.fixture
def new_ledger(tmp_path: Path) -> Iterator[Callable[..., Ledger]]:
    """Makes the ledgers of runs, by name."""
    with ExitStack() as opened:

        def make(name: str = "run", **options: Any) -> Ledger:
            path = tmp_path / name / "items.db"
            return opened.enter_context(Ledger.open(path, **options))

        yield make


@pytest.fixture
def ledger(new_ledger: Callable[..., Ledger]) -> Ledger:
    return new_ledger()
