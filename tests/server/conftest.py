"""A server whose pool comes up, and then has nothing to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from support.scrape_world import ScrapeWorld, scrape_world
from support.server import TOKEN, LabServer, until


@dataclass(frozen=True)
class ComingUp:
    """A server whose pool has come up since; it runs nothing.

    Attributes:
        answer: What the dashboard's door said to a program before.
        page: What it showed to a Persian person.
    """

    server: LabServer
    answer: httpx.Response
    page: httpx.Response


@pytest.fixture(scope="session")
def coming_up(tmp_path_factory: pytest.TempPathFactory, example_site: Path) -> Iterator[ComingUp]:
    with (
        LabServer(tmp_path_factory.mktemp("server"), example_site) as server,
        httpx.Client(headers={"Authorization": f"token {TOKEN}"}, timeout=30) as client,
    ):
        url = f"{server.url}labpool/dashboard/labpool"
        answer = client.get(url, headers={"Accept": "application/json"})
        page = client.get(url, params={"lang": "fa"}, headers={"Accept": "text/html"})
        until(lambda: client.get(url).status_code == 200, 90, server)
        yield ComingUp(server, answer, page)


@pytest.fixture(scope="session")
def one_scrape_world(
    tmp_path_factory: pytest.TempPathFactory, example_site: Path
) -> Iterator[ScrapeWorld]:
    with scrape_world(tmp_path_factory.mktemp("scrapes"), example_site) as world:
        yield world


@pytest.fixture
def world(one_scrape_world: ScrapeWorld) -> ScrapeWorld:
    """A server that scrapes, and a site on which nothing goes wrong yet."""
    one_scrape_world.site.faults.clear()
    one_scrape_world.site.log.clear()
    return one_scrape_world
