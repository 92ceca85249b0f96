"""What is called ok is all there is; what is not there is told, and what came is kept."""

from __future__ import annotations

import zlib
from typing import Any

import pytest

from labpool.runtime.context import JobError
from labpool.wire.items import Gap, Item
from support.site import LocalSite, Made, Secret

from .conftest import QUICK, Scrape

ROW = {"id": {"css": "[data-id]", "get": "@data-id"}, "text": "b"}


def recipe(**more: Any) -> dict[str, Any]:
    """A recipe of rows on a page."""
    limits = {**QUICK, "tries": 2, **more.pop("limits", {})}
    return {
        "name": "rows",
        "page": {"url": "{url}", **more.pop("page", {})},
        "fragments": {"css": ".row"},
        "fields": ROW,
        "limits": limits,
        **more,
    }


def rows(first: int, last: int) -> str:
    return "".join(
        f'<p class="row" data-id="{n}"><b>Row {n}</b></p>\n' for n in range(first, last + 1)
    )


def page(body: str, head: str = "") -> str:
    icon = '<link rel="icon" href="data:,">'
    return f"<!doctype html><html><head>{icon}{head}</head>\n<body>{body}</body></html>"


def got(scrape: Scrape) -> list[int]:
    return sorted(int(record["id"]) for record in scrape.records)


def one(scrape: Scrape) -> Item:
    [item] = scrape.items.values()
    return item


def gap(scrape: Scrape) -> Gap:
    [found] = one(scrape).gaps
    return found


def at(site: LocalSite, path: str) -> str:
    return f"{site.url}/made/{path}"


def listing(site: LocalSite, path: str, first: int, last: int, after: str = "") -> None:
    link = f'<a rel="next" href="{after}">Next</a>' if after else ""
    site.made[path] = page(rows(first, last) + link)


NEXT = {"css": "a[rel=next]"}


def test_a_long_page_is_read_to_its_end(scrape: Scrape, site: LocalSite) -> None:
    site.made["long"] = page(rows(1, 20_000))
    assert scrape([at(site, "long")], recipe(limits={"navigation_s": 20}))["ok"] == 1
    assert got(scrape) == list(range(1, 20_001))


@pytest.mark.parametrize("wait_for", [{}, {"wait_for": ".row"}])
def test_a_page_that_comes_in_pieces_is_waited_for(
    scrape: Scrape, site: LocalSite, wait_for: dict[str, Any]
) -> None:
    site.made["stream"] = Made(page(rows(1, 20)), pieces=20, pause_s=0.05)
    assert scrape([at(site, "stream")], recipe(page=wait_for))["ok"] == 1
    assert got(scrape) == list(range(1, 21))


def test_what_scripts_add_is_waited_for(scrape: Scrape, site: LocalSite) -> None:
    site.made["more"] = Made(rows(11, 20), pieces=4, pause_s=0.2)
    site.made["late.js"] = Made(
        "let n = 0; const timer = setInterval(() => { n += 1;"
        " document.body.insertAdjacentHTML('beforeend',"
        " `<p class=row data-id=${n}><b>${n}</b></p>`);"
        " if (n === 10) { clearInterval(timer);"
        " fetch('more').then(r => r.text()).then(t =>"
        " document.body.insertAdjacentHTML('beforeend', t)); } }, 50);",
        kind="text/javascript",
        pieces=2,
        pause_s=0.5,
    )
    site.made["late"] = page('<script async src="late.js"></script>')
    assert scrape([at(site, "late")], recipe())["ok"] == 1
    assert got(scrape) == list(range(1, 21))


@pytest.mark.parametrize(
    ("fault", "reason"), [("stalls", "timeout"), ("breaks", "connection_failed")]
)
def test_half_a_page_is_partial_and_kept(
    scrape: Scrape, site: LocalSite, fault: str, reason: str
) -> None:
    made: dict[str, Any] = {fault: True}
    site.made["half"] = Made(page(rows(1, 200)), **made)
    scrape([at(site, "half")], recipe(limits={"navigation_s": 3}))
    assert 0 < len(got(scrape)) < 200
    assert (one(scrape).state, gap(scrape).code) == ("partial", reason)
    assert gap(scrape).args["address"] == at(site, "half")
    assert one(scrape).tries == 2


def test_what_is_waited_for_and_never_comes(scrape: Scrape, site: LocalSite) -> None:
    site.made["plain"] = page(rows(1, 3))
    scrape([at(site, "plain")], recipe(page={"wait_for": "#end"}, limits={"navigation_s": 1}))
    assert got(scrape) == [1, 2, 3]
    assert one(scrape).state == "partial"
    assert gap(scrape).args == {"address": at(site, "plain"), "seconds": 1.0, "wait_for": "#end"}


def test_a_page_that_never_rests_is_partial(scrape: Scrape, site: LocalSite) -> None:
    ticks = "setInterval(() => { document.title = Date.now(); }, 20);"
    site.made["clock"] = page(rows(1, 3), f"<title>x</title><script>{ticks}</script>")
    result = scrape([at(site, "clock")], recipe(limits={"navigation_s": 1}))
    assert (got(scrape), gap(scrape).code) == ([1, 2, 3], "timeout")
    assert result["gaps"] == {"timeout": 1}


def test_it_is_read_without_rest_where_the_recipe_says_so(scrape: Scrape, site: LocalSite) -> None:
    ticks = "setInterval(() => { document.title = Date.now(); }, 20);"
    site.made["clock"] = page(rows(1, 3), f"<title>x</title><script>{ticks}</script>")
    assert scrape([at(site, "clock")], recipe(page={"quiet_s": 0}))["ok"] == 1


def test_max_pages_names_the_next_address(scrape: Scrape, site: LocalSite) -> None:
    for n in range(1, 6):
        listing(site, f"list?p={n}", n, n, f"list?p={n + 1}")
    result = scrape([at(site, "list?p=1")], recipe(next={**NEXT, "max_pages": 3}))
    assert (result["ok"], result["partial"], got(scrape)) == (0, 1, [1, 2, 3])
    assert gap(scrape).code == "max_pages"
    assert gap(scrape).args == {"address": at(site, "list?p=4"), "limit": 3}


def test_pages_that_end_at_the_limit_or_lead_back_are_whole(
    scrape: Scrape, site: LocalSite
) -> None:
    listing(site, "list?p=1", 1, 1, "list?p=2")
    listing(site, "list?p=2", 2, 2, "list?p=1")
    assert scrape([at(site, "list?p=1")], recipe(next={**NEXT, "max_pages": 2}))["ok"] == 1
    assert got(scrape) == [1, 2]


def call(site: LocalSite, **more: Any) -> dict[str, Any]:
    return {
        "name": "calls",
        "api": [{"name": "rows", "url": f"{site.url}/made/api/{{id}}?c={{cursor}}", **more}],
        "fragments": {"in": "rows", "each": "rows"},
        "fields": {"id": {"json": "id"}},
        "limits": {**QUICK, "tries": 2},
    }


def answer(site: LocalSite, cursor: str, ids: list[int], after: str | None, **more: Any) -> None:
    import json

    body = json.dumps({"rows": [{"id": n} for n in ids], "next": after})
    site.made[f"api/1?c={cursor}"] = Made(body, kind="application/json", **more)


def test_a_call_s_max_pages_names_the_next_address(scrape: Scrape, site: LocalSite) -> None:
    for cursor, n in (("", 1), ("2", 2), ("3", 3)):
        answer(site, cursor, [n], str(n + 1))
    scrape(["1"], call(site, next="next", max_pages=2))
    assert (got(scrape), gap(scrape).code) == ([1, 2], "max_pages")
    address = f"{site.url}/made/api/1?c=3"
    assert gap(scrape).args == {"address": address, "limit": 2, "call": "rows"}


def test_answers_that_lead_back_are_told(scrape: Scrape, site: LocalSite) -> None:
    answer(site, "", [1], "2")
    answer(site, "2", [2], "2")
    scrape(["1"], call(site, next="next"))
    assert (got(scrape), gap(scrape).code) == ([1, 2], "next_repeats")


@pytest.mark.parametrize("status", [404, 500])
def test_a_page_that_fails_leaves_those_before_it(
    scrape: Scrape, site: LocalSite, status: int
) -> None:
    for n in range(1, 4):
        listing(site, f"list?p={n}", n, n, f"list?p={n + 1}")
    site.made["list?p=4"] = Made("no", status=status)
    scrape([at(site, "list?p=1")], recipe(next=NEXT))
    assert (one(scrape).state, got(scrape)) == ("partial", [1, 2, 3])
    assert gap(scrape).code == "http_error"
    assert gap(scrape).args["address"] == at(site, "list?p=4")
    asked = site.log.counts()
    assert [asked[f"/made/list?p={n}"] for n in range(1, 4)] == [1, 1, 1], "it goes on from there"
    assert asked["/made/list?p=4"] == (2 if status == 500 else 1)


def test_a_page_that_fails_once_costs_nothing(scrape: Scrape, site: LocalSite) -> None:
    listing(site, "list?p=1", 1, 1, "list?p=2")
    whole = Made(page(rows(2, 2)))
    site.made["list?p=2"] = Made("no", status=500, times=1, then=whole)
    assert scrape([at(site, "list?p=1")], recipe(next=NEXT))["ok"] == 1
    assert got(scrape) == [1, 2]
    assert site.log.counts()["/made/list?p=1"] == 1


def test_an_answer_that_fails_leaves_those_before_it(scrape: Scrape, site: LocalSite) -> None:
    answer(site, "", [1], "2")
    answer(site, "2", [2], "3")
    answer(site, "3", [3], None, status=500)
    scrape(["1"], call(site, next="next"))
    assert (one(scrape).state, got(scrape), gap(scrape).code) == ("partial", [1, 2], "http_error")
    assert gap(scrape).args["address"] == f"{site.url}/made/api/1?c=3"
    assert site.log.counts()["/made/api/1?c="] == 1


def test_a_script_s_redirect_is_judged_where_it_leads(scrape: Scrape, site: LocalSite) -> None:
    hop = "<script>location.replace('{}')</script>"
    site.made["gone"] = Made(page(rows(7, 7)), status=404)
    site.made["a"] = page(rows(1, 1) + hop.format("gone"))
    site.made["good"] = page(rows(2, 2))
    site.made["b"] = page(rows(9, 9) + hop.format("good"))
    site.made["c"] = page(rows(8, 8), '<meta http-equiv="refresh" content="1; url=good?c">')
    site.made["good?c"] = page(rows(3, 3))
    site.made["d"] = page(
        rows(6, 6) + "<script>setTimeout(() => { location = 'file.pdf' }, 50)</script>"
    )
    site.made["file.pdf"] = Made(b"%PDF-1.4\n%%EOF", kind="application/pdf")
    with Secret() as secret:
        site.made["e"] = page(rows(5, 5) + hop.format(secret.url))
        scrape([at(site, each) for each in "abcde"], recipe())
        assert secret.hits == []
    reasons = {id_[-1]: (item.state, item.reason) for id_, item in scrape.items.items()}
    assert reasons == {
        "a": ("failed", "http_error"),
        "b": ("ok", ""),
        "c": ("ok", ""),
        "d": ("failed", "download"),
        "e": ("failed", "address_refused"),
    }
    assert got(scrape) == [2, 3]


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("application/pdf", {}),
        ("application/octet-stream", {}),
        ("text/html", {"Content-Disposition": "attachment; filename=x.html"}),
    ],
)
def test_a_file_is_no_page(
    scrape: Scrape, site: LocalSite, kind: str, headers: dict[str, str]
) -> None:
    site.made["file"] = Made(b"%PDF-1.4\n%%EOF", kind=kind, headers=headers)
    with pytest.raises(JobError) as failed:
        scrape([at(site, "file")], recipe())
    assert failed.value.details["reasons"] == {"download": 1}


def test_links_of_a_page_without_records_are_followed(scrape: Scrape, site: LocalSite) -> None:
    site.made["start"] = page('<a href="one">1</a><a href="two">2</a>')
    for n, name in enumerate(("one", "two"), 1):
        site.made[name] = page(f"<h1>Page {n}</h1>")
    site.made["two"] = page("<p>nothing</p>")
    follow = {
        "name": "follow",
        "page": {"url": "{url}"},
        "fields": {"url": {"target": "url"}, "title": {"css": "h1", "required": True}},
        "key": ["url"],
        "follow": {},
        "limits": {**QUICK, "tries": 1},
    }
    result = scrape([at(site, "start")], follow)
    assert (result["ok"], result["failed"]) == (2, 1)
    assert [record["title"] for record in scrape.records] == ["Page 1"]
    assert scrape.items[at(site, "two")].reason == "nothing_found"


def test_a_huge_page_is_too_large_whatever_is_waited_for(scrape: Scrape, site: LocalSite) -> None:
    site.made["huge"] = Made(page(rows(1, 60_000)), pieces=50)
    limits = {"response_bytes": 1 << 20, "tries": 1}
    with pytest.raises(JobError) as failed:
        scrape([at(site, "huge")], recipe(page={"wait_for": "#end"}, limits=limits))
    assert failed.value.details["reasons"] == {"too_large": 1}


def test_what_is_packed_counts_unpacked(scrape: Scrape, site: LocalSite) -> None:
    packer = zlib.compressobj(wbits=31)
    packed = packer.compress(page("x" * (100 << 20)).encode()) + packer.flush()
    site.made["bomb"] = Made(packed, headers={"Content-Encoding": "gzip"})
    with pytest.raises(JobError) as failed:
        scrape([at(site, "bomb")], recipe(limits={"response_bytes": 1 << 20, "tries": 1}))
    assert failed.value.details["reasons"] == {"too_large": 1}


def test_a_login_that_is_asked_for_by_the_browser(scrape: Scrape, site: LocalSite) -> None:
    site.made["closed"] = Made("no", status=401, headers={"WWW-Authenticate": "Basic realm=x"})
    with pytest.raises(JobError) as failed:
        scrape([at(site, "closed")], recipe())
    assert failed.value.details["reasons"] == {"http_error": 1}
    with pytest.raises(JobError) as failed:
        scrape([at(site, "closed")], recipe(login={"status": [401]}))


def test_json_in_another_encoding(scrape: Scrape, site: LocalSite) -> None:
    body = '{"rows": [{"id": "سلام"}]}'.encode("windows-1256")
    site.made["api/1?c="] = Made(body, kind="application/json; charset=windows-1256")
    assert scrape(["1"], call(site, next="next"))["ok"] == 1
    assert scrape.records == [{"id": "سلام"}]


def test_one_key_with_other_values_is_kept_once_and_told(scrape: Scrape, site: LocalSite) -> None:
    other = '<p class="row" data-id="1"><b>Other</b></p>'
    site.made["list?p=1"] = page(rows(1, 1) + '<a rel="next" href="list?p=2"></a>')
    site.made["list?p=2"] = page(other)
    site.made["other"] = page(other)
    result = scrape([at(site, "list?p=1"), at(site, "other")], recipe(next=NEXT), pages=1)
    assert scrape.records == [{"id": "1", "text": "Row 1"}]
    assert result["gaps"] == {"key_conflict": 2}
    assert (result["partial"], result["conflicts"]) == (2, 1)


def test_targets_that_come_twice_or_are_too_many_are_counted(
    scrape: Scrape, site: LocalSite
) -> None:
    for name in "abcde":
        site.made[name] = page(rows(1, 1))
    given = ["a", "a#top", "b", "a", "b#/part", "c", "d", "e", "d"]
    fields = {"id": {"target": "url"}}
    result = scrape([at(site, each) for each in given], recipe(fields=fields, key=["id"]), limit=4)
    assert (result["items"], result["repeated"], result["left_out"]) == (4, 2, 3)
    assert set(scrape.items) == {at(site, each) for each in ("a", "b", "b#/part", "c")}
