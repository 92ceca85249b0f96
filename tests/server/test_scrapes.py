"""Scrapes through the real server: items, records, files, retries, what changed."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import psutil
import pytest

from labpool.items import Ledger
from support.scrape_world import CHROMIUM, ScrapeWorld, lines, scrape_world
from support.site import Fault

pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(not CHROMIUM, reason="LABPOOL_CHROMIUM is not set"),
]

TICKETS = range(1, 9)


@pytest.fixture(scope="session")
def finished(one_scrape_world: ScrapeWorld) -> dict[str, Any]:
    """A run over eight tickets, of which all went well."""
    run = one_scrape_world.scrape(TICKETS, workers=2)
    assert run["state"] == "succeeded", run["error"]
    return run


def test_every_record_is_there_once_and_right(world: ScrapeWorld, finished: dict[str, Any]) -> None:
    expected = world.expected(*TICKETS)
    assert lines(world.records(finished["id"])) == expected
    counts = world.server.get(f"runs/{finished['id']}/totals/items")
    assert (counts["ok"], counts["total"], counts["records"]) == (8, 8, len(expected))
    assert finished["result"]["ok"] == 8
    workers = {item["worker"] for item in world.pages(f"runs/{finished['id']}/items")}
    assert len(workers) <= 2
    joined = {e.worker for e in world.server.events(finished["id"]) if e.type == "attempt_started"}
    assert len(joined) == 2


def test_items_come_in_pages_and_can_be_looked_for(
    world: ScrapeWorld, finished: dict[str, Any]
) -> None:
    path = f"runs/{finished['id']}/items"
    items = list(world.pages(path, limit=3))
    assert [item["id"] for item in items] == [str(ticket) for ticket in TICKETS]
    assert [item["records"] for item in items] == [len(world.site.expected(t)) for t in TICKETS]
    assert {item["state"] for item in items} == {"ok"}
    assert world.server.get(path, state="failed")["items"] == []
    assert [item["id"] for item in world.server.get(path, search="3")["items"]] == ["3"]
    assert world.server.http.get(path, params={"after": "x"}).status_code == 400
    assert world.server.http.get(path, params={"state": "well"}).status_code == 400
    of_one = world.server.get(f"runs/{finished['id']}/records", item="2", limit=1000)["items"]
    assert lines(row["data"] for row in of_one) == world.expected(2)


def test_a_run_without_items_has_empty_pages(world: ScrapeWorld) -> None:
    server = world.server
    for path in ("items", "totals/items", "records", "records/file", "file?name=x"):
        assert server.http.get(f"runs/none/{path}").status_code == 404
    assert server.http.post("runs/none/items/retry", json={}).status_code == 404
    run = server.wait(server.submit("primes", {"below": 10, "slices": 1}))
    assert server.get(f"runs/{run['id']}/items") == {"items": [], "next": None}
    assert server.get(f"runs/{run['id']}/records") == {"items": [], "next": None}
    assert server.get(f"runs/{run['id']}/totals/items")["total"] == 0
    for form in ("jsonl", "csv", "parquet"):
        answer = server.http.get(f"runs/{run['id']}/records/file", params={"format": form})
        assert answer.status_code == 404
    assert server.http.post(f"runs/{run['id']}/items/retry", json={}).status_code == 409
    assert list((server.data_dir / "runs" / run["id"]).glob("items.db*")) == []


def test_exports_have_the_same_records(world: ScrapeWorld, finished: dict[str, Any]) -> None:
    path = f"runs/{finished['id']}/records/file"
    expected = lines(world.records(finished["id"]))
    answer = world.server.http.get(path)
    assert lines(map(json.loads, answer.text.splitlines())) == expected
    assert answer.headers["content-disposition"].endswith('.jsonl"')
    table = world.server.http.get(path, params={"format": "csv"})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(table.text, newline="")))
    assert len(rows) == len(expected)
    assert {row["ticket_id"] for row in rows} == {str(ticket) for ticket in TICKETS}
    changes = world.server.http.get(path, params={"changes": "true"}).text.splitlines()
    assert all("_change" in json.loads(line) for line in changes)
    assert world.server.http.get(path, params={"format": "xls"}).status_code == 400
    parquet = world.server.http.get(path, params={"format": "parquet"})
    pq = pytest.importorskip("pyarrow.parquet")
    assert lines(pq.read_table(io.BytesIO(parquet.content)).to_pylist()) != []
    assert pq.read_table(io.BytesIO(parquet.content)).num_rows == len(expected)
    folder = world.server.data_dir / "runs" / finished["id"]
    assert [p.name for p in folder.iterdir() if p.name.startswith(".export")] == []


def test_failed_items_are_tried_again_when_the_fault_is_gone(world: ScrapeWorld) -> None:
    world.site.faults[12] = Fault("500")
    run = world.scrape([11, 12, 13], name="again")
    assert (run["state"], run["result"]["failed"]) == ("succeeded", 1)
    (item,) = world.server.get(f"runs/{run['id']}/items", state="failed")["items"]
    assert (item["id"], item["reason"] != "", item["message"] != "") == ("12", True, True)
    assert item["artifact"]
    kept = world.server.http.get(f"runs/{run['id']}/file", params={"name": item["artifact"]})
    assert kept.status_code == 200
    assert kept.headers["x-content-type-options"] == "nosniff"
    assert kept.headers["content-security-policy"] == "sandbox"
    world.site.faults.clear()
    world.site.log.clear()
    retry = f"runs/{run['id']}/items/retry"
    nothing = world.server.http.post(retry, json={"ids": ["11"]})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "conflict")
    assert "none of these items is failed" in nothing.json()["message"]
    assert world.server.run(run["id"])["state"] == "succeeded"
    again = world.server.post(retry, {"states": ["failed"]})
    assert again["state"] == "queued"
    assert world.server.http.post(retry, json={}).status_code == 409
    ended = world.server.wait(run["id"])
    assert (ended["state"], ended["result"]["ok"]) == ("succeeded", 3)
    asked = {seen.path.split("?")[0] for seen in world.site.log.all("tickets/")}
    assert asked == {"/tickets/12", "/api/tickets/12", "/api/tickets/12/activities"}
    assert lines(world.records(run["id"])) == world.expected(11, 12, 13)
    assert world.server.http.post(retry, json={}).status_code == 409


def test_items_that_a_lost_request_left_waiting_are_done(world: ScrapeWorld) -> None:
    run = world.scrape([14, 15], name="left")
    with Ledger.open(world.server.data_dir / "runs" / run["id"] / "items.db") as ledger:
        assert ledger.retry(["ok"], ["14"]) == 1  # and the word to go on finds the disk full
    assert world.server.post(f"runs/{run['id']}/items/retry", {})["state"] == "queued"
    ended = world.server.wait(run["id"])
    assert (ended["state"], ended["result"]["ok"]) == ("succeeded", 2)


@pytest.mark.parametrize("name", ["items.db", "../../labpool.db", "/etc/passwd", "failures", "x"])
def test_only_what_a_run_has_announced_is_a_file(
    world: ScrapeWorld, finished: dict[str, Any], name: str
) -> None:
    answer = world.server.http.get(f"runs/{finished['id']}/file", params={"name": name})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_the_records_are_an_asset(world: ScrapeWorld) -> None:
    server = world.server
    run = world.scrape([14], name="asset")
    before = server.get("totals/assets")
    (asset,) = server.get("assets", kind="records", source=run["id"])["items"]
    assert (asset["status"], asset["name"]) == ("ready", "asset")
    assert asset["meta"]["records"] == len(world.site.expected(14))
    archive = zipfile.ZipFile(io.BytesIO(server.http.get(f"assets/{asset['id']}/file").content))
    (inside,) = archive.namelist()
    assert inside.endswith("records.jsonl")
    assert lines(map(json.loads, archive.read(inside).splitlines())) == lines(
        world.records(run["id"])
    )
    assert server.post("checkpoints/prune", {"keep": 1}, 200)["ids"] == []
    removed = server.http.delete(f"assets/{asset['id']}").json()
    assert removed == {"ids": [asset["id"]], "freed_bytes": asset["size_bytes"]}
    after = server.get("totals/assets")
    assert before["count"] - after["count"] == 1
    assert before["size_bytes"] - after["size_bytes"] == asset["size_bytes"]
    assert server.http.get(f"assets/{asset['id']}").status_code == 404
    assert server.events(run["id"])[-1].type == "artifact_deleted"
    assert world.records(run["id"]) != []


def test_the_next_run_says_what_changed(world: ScrapeWorld) -> None:
    world.site.faults[16] = Fault("malformed")
    first = world.scrape([15, 16], name="compared")
    assert "new" not in first["result"]
    assert first["result"]["partial"] == 1
    (partial,) = world.server.get(f"runs/{first['id']}/items", state="partial")["items"]
    assert (partial["id"], partial["broken"] > 0) == ("16", True)
    world.site.faults.clear()
    second = world.scrape([15, 16, 17], name="compared")["result"]
    assert second["same"] >= len(world.site.expected(15))
    assert second["new"] > len(world.site.expected(17))
    assert second["gone"] == 0
    assert second["new"] + second["same"] + second["changed"] == second["records"]
    (run, *_) = world.server.get("runs", search="compared")["items"]
    path = f"runs/{run['id']}/records"
    new = world.server.get(path, change="new", limit=1000)["items"]
    assert {row["item_id"] for row in new} == {"16", "17"}
    assert world.server.get(path, change="gone")["items"] == []
    answer = world.server.http.get(f"{path}/file", params={"changes": "true"})
    changes = [json.loads(line)["_change"] for line in answer.text.splitlines()]
    assert changes.count("new") == second["new"]


def test_the_same_warm_browser_serves_run_after_run(tmp_path: Path, example_site: Path) -> None:
    with scrape_world(tmp_path, example_site, n_workers=1) as world:

        def browsers() -> set[int]:
            """Return the drivers, each with the browser's own process; what that starts may go."""
            (worker,) = world.server.wait_for_workers(1)
            below = psutil.Process(worker["pid"]).children()
            drivers = [child for child in below if "run-driver" in child.cmdline()]
            return {child.pid for one in drivers for child in (one, *one.children())}

        assert world.scrape([1])["state"] == "succeeded"
        first = browsers()
        assert first
        spawned = world.server.wait(world.server.submit("spawn"))
        assert spawned["state"] == "succeeded"  # with processes of its own, which end with it
        assert world.scrape([2])["state"] == "succeeded"
        assert browsers() == first


def test_threads_of_the_server_scrape_too(tmp_path: Path) -> None:
    with scrape_world(tmp_path, use_workers=False) as world:
        run = world.scrape([1, 2, 3], workers=2)
        assert (run["state"], run["result"]["ok"]) == ("succeeded", 3)
        assert lines(world.records(run["id"])) == world.expected(1, 2, 3)
        world.assert_hidden(json.dumps(run))
