"""Scrapes from Python and from the command line, against the real server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import labpool
from labpool.client import Labpool, Run
from labpool.client.cli import app
from labpool.wire.errors import Conflict, InvalidParams, InvalidRequest, NotFound
from support.scrape_world import CHROMIUM, SESSION, ScrapeWorld, lines, recipe
from support.server import TOKEN
from support.site import Fault

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(not CHROMIUM, reason="LABPOOL_CHROMIUM is not set"),
]

Call = Callable[..., Result]


@pytest.fixture
def pool(world: ScrapeWorld) -> Iterator[Labpool]:
    with labpool.connect(world.server.url, TOKEN) as pool:
        yield pool


@pytest.fixture
def cli(world: ScrapeWorld, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("LABPOOL_URL", world.server.url)
    monkeypatch.setenv("LABPOOL_TOKEN", TOKEN)
    runner = CliRunner()
    return lambda *args: runner.invoke(app, [str(arg) for arg in args])


@pytest.fixture
def recipe_file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(recipe("of-a-client"), encoding="utf-8")
    return path


@pytest.fixture
def scraped(world: ScrapeWorld, pool: Labpool, recipe_file: Path) -> Run:
    """A run with an item that failed, whose fault is gone."""
    world.site.faults[3] = Fault("missing")
    run = pool.scrape(recipe_file, range(1, 4), session=SESSION, vars={"site": world.site.url})
    _ = run.wait()
    world.site.faults.clear()
    return run


def test_items_and_records_of_a_run(
    world: ScrapeWorld, scraped: Run, tmp_path: Path, pool: Labpool
) -> None:
    assert [item.state for item in scraped.items()] == ["ok", "ok", "failed"]
    (failed,) = scraped.items("failed")
    assert failed.reason in repr(scraped.items())
    assert scraped.items(search="nothing has this") == []
    assert scraped.item_counts().ok == 2
    with pytest.raises(Conflict, match="none of these items is partial"):
        _ = scraped.retry_items(["partial"], [1])
    with pytest.raises(InvalidParams):
        _ = scraped.retry_items(["waiting"])
    with pytest.raises(InvalidRequest, match="end the name in"):
        scraped.records().save(tmp_path / "records.xls")
    assert scraped.retry_items(ids=[3]).wait().item_counts().ok == 3
    records = scraped.records()
    expected = world.expected(1, 2, 3)
    assert len(records) == len(expected)
    assert lines(records) == expected
    assert f"{len(expected)} records" in repr(records)
    assert records._repr_html_().count("<tr>") == 11
    saved = records.save(tmp_path / "records.jsonl")
    assert lines(map(json.loads, saved.read_text("utf-8").splitlines())) == expected
    assert records.save(tmp_path / "records.csv").read_text("utf-8").startswith("uuid,ticket_id,")
    assert sorted(p.name for p in tmp_path.glob("*records*")) == ["records.csv", "records.jsonl"]
    assert {row.change for row in records.changes()} <= {"new"}
    with pytest.raises(NotFound):
        _ = pool.get("none")


def test_without_pandas_there_is_no_table_and_it_says_so(
    scraped: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas"):
        scraped.records().to_pandas()


async def test_the_awaitable_twins(scraped: Run, pool: Labpool) -> None:
    assert (await scraped.aitem_counts()).ok == 2
    assert len(await scraped.aitems("ok")) == 2
    assert [session.name for session in await pool.sessions.alist()] == [SESSION]


def test_a_recipe_is_tried_on_one_target_and_leaves_no_run(
    world: ScrapeWorld, pool: Labpool
) -> None:
    before = len(pool.runs(limit=None))
    options: dict[str, Any] = {"session": SESSION, "vars": {"site": world.site.url}}
    tried = pool.try_recipe(recipe("tried"), 4, **options)
    assert lines(tried) == world.expected(4)
    assert (tried.failed, tried.broken, tried.reason) == (False, 0, "")
    by_address = pool.try_recipe(recipe("tried"), world.site.ticket_url(4), **options)
    assert lines(by_address) == world.expected(4)
    world.site.faults[4] = Fault("missing")
    failed = pool.try_recipe(recipe("tried"), 4, **options)
    assert (failed.failed, list(failed)) == (True, [])
    assert failed.reason != ""
    assert failed.reason in repr(failed)
    assert failed.message in failed.summary
    assert len(pool.runs(limit=None)) == before
    stranger = pool.try_recipe(recipe("tried"), 5, vars={"site": world.site.url})
    assert (stranger.failed, stranger.reason) == (True, "session_expired")


def test_a_session_is_saved_from_a_file(world: ScrapeWorld, pool: Labpool, tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    state = world.login()
    path.write_text(json.dumps(state))
    kept = pool.sessions.save("mine", path)
    assert (kept.hosts, kept.cookies) == (["127.0.0.1"], 2)
    assert pool.sessions.save("mine", state).cookies == 2
    assert "mine" in repr(pool.sessions)
    assert "mine" in pool.sessions._repr_html_()
    with pytest.raises(InvalidRequest, match="up to 64 letters"):
        pool.sessions.save("not a name", state)
    pool.sessions.delete("mine")
    with pytest.raises(NotFound, match="No session 'mine'"):
        pool.sessions.delete("mine")


def test_the_command_line_scrapes_retries_and_exports(
    world: ScrapeWorld, cli: Call, recipe_file: Path, tmp_path: Path
) -> None:
    world.site.faults[8] = Fault("missing")
    targets = tmp_path / "tickets.csv"
    targets.write_text("id\n6\n7\n")
    site = f"site={world.site.url}"
    options = ("--session", SESSION, "--var", site, "--workers", 1)
    ran = cli("scrape", recipe_file, "--targets", targets, "--target", 8, *options)
    assert ran.exit_code == 0, ran.output
    assert "[6] ok" in ran.stdout
    run_id = ran.stdout.splitlines()[-1].split()[0]
    listed = cli("items", run_id, "--state", "failed")
    assert listed.stdout.splitlines()[-1].startswith("3 items: 0 waiting, 0 running, 2 ok")
    assert cli("items", run_id, "--state", "odd").exit_code == 2
    world.site.faults.clear()
    assert cli("retry", run_id).exit_code == 0
    again = cli("retry", run_id)
    assert (again.exit_code, "nothing to try again" in again.stderr) == (2, True)
    records = cli("records", run_id).stdout.splitlines()
    assert lines(map(json.loads, records)) == world.expected(6, 7, 8)
    saved = cli("records", run_id, "-o", tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_text("utf-8").splitlines() == records
    assert saved.stdout.strip().endswith("out.jsonl")
    assert cli("records", run_id, "-o", tmp_path / "out.doc").exit_code == 2


def test_the_command_line_tries_recipes_and_keeps_sessions(
    world: ScrapeWorld, cli: Call, recipe_file: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state.json"
    state.write_text(json.dumps(world.login()))
    assert cli("session", "save", "cli", state).exit_code == 0
    assert "cli" in cli("session", "list").stdout
    site = f"site={world.site.url}"
    url = world.site.ticket_url(9)
    tried = cli("recipe", "try", recipe_file, url, "--session", "cli", "--var", site)
    assert tried.exit_code == 0, tried.output
    assert len(tried.stdout.splitlines()) == 1 + len(world.expected(9))
    as_json = cli("recipe", "try", recipe_file, url, "--session", "cli", "--var", site, "--json")
    assert lines(map(json.loads, as_json.stdout.splitlines())) == world.expected(9)
    failed = cli("recipe", "try", recipe_file, url, "--var", site)
    assert (failed.exit_code, "session_expired" in failed.stderr) == (1, True)
    assert cli("session", "delete", "cli").exit_code == 0
    assert cli("session", "delete", "cli").exit_code == 2
