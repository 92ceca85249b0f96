"""Whole scrapes: what they bring, how items fail alone, how they go on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labpool.runtime.context import Cancelled, JobError
from labpool.wire.events import ArtifactSaved
from support.site import Fault, LocalSite, Secret

from .conftest import Scrape, expected, found


def test_the_worked_example_brings_every_revision(scrape: Scrape, site: LocalSite) -> None:
    result = scrape([str(ticket) for ticket in range(1, 13)])
    assert found(scrape) == expected(site, *range(1, 13))
    assert (result["items"], result["ok"], result["records"]) == (12, 12, len(scrape.records))
    saved = [event for event in scrape.events if isinstance(event, ArtifactSaved)]
    assert [(event.kind, event.name) for event in saved] == [("records", "ticket-revisions")]
    lines = (scrape.run_dir / "records.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == scrape.records
    assert any("[7] ok: " in line for line in scrape.logs)
    assert any("opens the page" in words or "calls activities" in words for words in scrape.words)


FAULTS = {
    1: ("500", "http_error"),
    2: ("hang", "timeout"),
    3: ("bad_json", "bad_json"),
    4: ("loop", "redirect_loop"),
    5: ("crash", "page_crashed"),
    6: ("huge", "too_large"),
    7: ("spin", "timeout"),
    8: ("download", "download"),
    9: ("redirect_private", "address_refused"),
    10: ("missing", "http_error"),
    11: ("empty", "bad_json"),
    12: ("slow_body", "timeout"),
}
HARMLESS = {13: "429", 14: "dialogs", 15: "popups"}


def test_each_item_fails_alone_and_says_why(scrape: Scrape, site: LocalSite) -> None:
    with Secret() as secret:
        site.secret_url = secret.url
        for ticket, (fault, _) in FAULTS.items():
            site.faults[ticket] = fault
        for ticket, fault in HARMLESS.items():
            site.faults[ticket] = fault
        site.faults[17] = Fault("flaky", where={"page"})
        site.faults[18] = "malformed"
        # It leaves its page for the secret after a while: what was read by then counts.
        site.faults[16] = "attack"
        result = scrape([str(ticket) for ticket in range(1, 25)])
        assert secret.hits == []
    reasons = {int(item.id): item.reason for item in scrape.items.values()}
    assert {ticket: reasons[ticket] for ticket in FAULTS} == {
        ticket: reason for ticket, (_, reason) in FAULTS.items()
    }
    partial = scrape.items["18"]
    assert (partial.state, partial.reason) == ("partial", "broken")
    assert partial.broken >= 3
    attack = scrape.items["16"]
    assert (attack.state, attack.reason) in {
        ("ok", ""), ("partial", "timeout"), ("failed", "address_refused")
    }  # fmt: skip
    fine = [*HARMLESS, *([16] if attack.state != "failed" else []), 17, *range(18, 25)]
    assert found(scrape) == expected(site, *fine)
    assert result["partial"] == 1 + (attack.state == "partial")
    assert result["failed"] == 12 + (attack.state == "failed")
    kept = {item.id: item.artifact for item in scrape.items.values() if item.artifact}
    assert kept["3"].endswith(".txt")
    assert kept["1"].endswith((".png", ".txt"))
    assert all((scrape.run_dir / path).stat().st_size >= 0 for path in kept.values())


def test_an_item_that_takes_too_long_leaves_a_picture(scrape: Scrape, site: LocalSite) -> None:
    site.faults[1] = Fault("hang", where={"activities"})
    result = scrape(["1", "2"], limits={"tries": 1, "item_s": 3, "response_s": 60})
    assert (result["ok"], result["failed"]) == (1, 1)
    late = scrape.items["1"]
    assert (late.reason, late.message) == ("timeout", "The item took longer than 3 s.")
    assert late.artifact is not None
    assert (scrape.run_dir / late.artifact).read_bytes().startswith(b"\x89PNG")


def test_where_nothing_comes_of_anything_the_run_fails(scrape: Scrape, site: LocalSite) -> None:
    for ticket in (1, 2):
        site.faults[ticket] = "missing"
    with pytest.raises(JobError) as failed:
        scrape(["1", "2"])
    assert failed.value.code == "all_items_failed"
    assert failed.value.details["reasons"] == {"http_error": 2}
    del site.faults[1], site.faults[2]
    with_items_again(scrape, ["failed"])
    assert scrape(["1", "2"])["ok"] == 2
    assert found(scrape) == expected(site, 1, 2)


def with_items_again(scrape: Scrape, states: list[Any]) -> None:
    from labpool.items import Ledger

    with Ledger.open(scrape.run_dir / "items.db") as ledger:
        assert ledger.retry(states) > 0


def test_an_expired_session_ends_the_run_and_a_new_one_goes_on(
    scrape: Scrape, site: LocalSite
) -> None:
    scrape.state = site.login()
    scrape.on_event = lambda _event: site.expire_sessions() if scrape.done() >= 4 else None
    with pytest.raises(JobError) as failed:
        scrape([str(ticket) for ticket in range(1, 25)], pages=2)
    assert failed.value.code == "session_expired"
    assert 'pool.sessions.save("tickets"' in failed.value.message
    done = {item.id for item in scrape.items.values() if item.state == "ok"}
    assert 4 <= len(done) < 24
    assert scrape.states == Counter(ok=len(done), waiting=24 - len(done))
    scrape.on_event = lambda _event: None
    scrape.state = site.login()
    site.log.clear()
    assert scrape([str(ticket) for ticket in range(1, 25)])["ok"] == 24
    asked = {seen.path.split("/")[2].split("?")[0] for seen in site.log.all("/tickets/")}
    assert not asked & done
    assert found(scrape) == expected(site, *range(1, 25))


def test_a_cancelled_run_saves_and_goes_on(scrape: Scrape, site: LocalSite) -> None:
    def stop(_event: object) -> None:
        if scrape.done() >= 3:
            scrape.stop.set()

    scrape.on_event = stop
    with pytest.raises(Cancelled):
        scrape([str(ticket) for ticket in range(1, 25)], pages=2)
    assert scrape.states["running"] == 0
    assert scrape.states["waiting"] > 0
    scrape.on_event = lambda _event: None
    scrape.stop.clear()
    assert scrape([str(ticket) for ticket in range(1, 25)])["ok"] == 24
    assert found(scrape) == expected(site, *range(1, 25))


def test_no_word_and_no_file_tells_the_session(scrape: Scrape, site: LocalSite) -> None:
    scrape.state = site.login()
    site.faults[1] = "500"
    site.faults[2] = "bad_json"
    site.faults[3] = "hang"
    scrape(["1", "2", "3", "4"], limits={"tries": 1, "response_s": 1, "navigation_s": 1})
    values = [cookie["value"] for cookie in scrape.state["cookies"]]
    values += [i["value"] for o in scrape.state["origins"] for i in o["localStorage"]]
    assert len(values) >= 3
    said = "".join(event.model_dump_json() for event in scrape.events)
    files = [path for path in scrape.run_dir.rglob("*") if path.is_file()]
    assert len(files) > 4
    for value in values:
        assert value not in said
        assert [path for path in files if value.encode() in path.read_bytes()] == []


def test_later_runs_tell_what_is_new_changed_and_gone(
    new_scrape: Callable[[], Scrape], site: LocalSite, tmp_path: Path
) -> None:
    first = new_scrape()
    assert "new" not in first(["1", "2", "3"])
    site.faults[3] = "missing"
    result = new_scrape()(["2", "3", "4"])
    same, new = len(site.expected(2)), len(site.expected(4))
    # What ticket 3 had says nothing: it could not be read. Nobody asked for ticket 1.
    assert [result[word] for word in ("new", "changed", "same", "gone")] == [new, 0, same, 0]


def test_each_target_is_compared_with_its_own_last_run(
    new_scrape: Callable[[], Scrape], site: LocalSite
) -> None:
    for targets in (["1", "2"], ["1"]):
        new_scrape()(targets)
    result = new_scrape()(["1", "2"])
    same = len(site.expected(1)) + len(site.expected(2))
    assert [result[word] for word in ("new", "changed", "same", "gone")] == [0, 0, same, 0]
