"""The site of the tests does what it says, so that a test that fails points at the scraper."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.site import Fault, LocalSite, Record, Secret


@pytest.fixture
def site() -> Iterator[LocalSite]:
    with LocalSite() as site:
        yield site


@pytest.fixture
def client(site: LocalSite) -> Iterator[httpx.Client]:
    with client_of(site) as client:
        yield client


def client_of(site: LocalSite, **options: Any) -> httpx.Client:
    state = site.login()
    cookies = {one["name"]: one["value"] for one in state["cookies"]}
    headers = {"X-CSRFToken": cookies["csrftoken"]}
    return httpx.Client(
        base_url=site.url, cookies=cookies, headers=headers, timeout=10, trust_env=False, **options
    )


class Revisions(HTMLParser):
    """Reads one fragment as a browser would, as far as these fragments need it."""

    def __init__(self, html: str | None) -> None:
        super().__init__()
        self.found: list[dict[str, Any]] = []
        self._into: list[str] | None = None
        self._quiet = False
        self.feed(html or "")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        classes = (about.get("class") or "").split()
        if "revision" in classes:
            self.found.append(
                {"column": about.get("data-columnid"), "type": None, "old": [], "new": []}
            )
        if "data-columntype" in about:
            self.found[-1]["type"] = about["data-columntype"]
        self._into = None
        for name, key in (("old", "old"), ("added", "new")):
            if name in classes:
                self._into = self.found[-1][key]

    def handle_endtag(self, tag: str) -> None:
        self._into = None

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into.append(data)

    def whole(self) -> list[dict[str, Any]]:
        return [one for one in self.found if one["column"] and one["type"]]


def scrape(client: httpx.Client, ticket: int) -> list[Record]:
    records: list[Record] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = client.get(f"/api/tickets/{ticket}/activities", params={"cursor": cursor}).json()
        for one in answer["activities"]:
            about = {"uuid": one["uuid"], "ticket_id": ticket, "created": one["created"]}
            about["author"] = one["author"]["name"]
            records += [Record(**about, **each) for each in Revisions(one["html"]).whole()]  # type: ignore[typeddict-item]
        cursor = answer["next"]
    return records


def test_a_person_logs_in_with_the_form(site: LocalSite) -> None:
    with httpx.Client(base_url=site.url, trust_env=False) as browser:
        away = browser.get("/tickets/3")
        assert (away.status_code, away.headers["location"]) == (302, "/login?next=/tickets/3")
        browser.get(away.headers["location"])
        form = {"username": site.username, "password": site.password}
        assert browser.post("/login?next=/tickets/3", data=form).status_code == 403
        form["csrfmiddlewaretoken"] = browser.cookies["csrftoken"]
        wrong = browser.post("/login?next=/tickets/3", data={**form, "password": "x"})
        assert wrong.status_code == 403
        done = browser.post("/login?next=/tickets/3", data=form)
        assert (done.status_code, done.headers["location"]) == (302, "/tickets/3")
        assert len(browser.cookies["sid"]) > 40
        assert browser.get("/tickets/3").status_code == 200


def test_nobody_gets_anything_without_a_session(site: LocalSite) -> None:
    answers = {
        path: httpx.get(site.url + path, trust_env=False)
        for path in ("/", "/tickets?page=2", "/private/notes", "/api/tickets/1")
    }
    assert [answer.status_code for answer in answers.values()] == [302, 302, 302, 401]
    assert httpx.get(site.activities_url(1), trust_env=False).json() == {"error": "not_logged_in"}
    outside = httpx.get(f"{site.url}/login?next=//evil.example", trust_env=False)
    assert "evil" not in outside.text


def test_sessions_end(site: LocalSite, client: httpx.Client) -> None:
    assert client.get("/").status_code == 200
    site.expire_sessions()
    assert client.get("/").status_code == 302
    site.expire_after = 2
    with client_of(site) as short:
        assert [short.get("/").status_code for _ in range(3)] == [200, 200, 302]


def test_the_activities_want_the_csrf_token(site: LocalSite, client: httpx.Client) -> None:
    for headers in ({"X-CSRFToken": ""}, {"X-CSRFToken": "wrong"}):
        assert client.get(site.activities_url(1), headers=headers).status_code == 403
    assert client.get(site.activities_url(1)).status_code == 200


def test_what_the_api_gives_is_what_is_expected(site: LocalSite, client: httpx.Client) -> None:
    for ticket in range(1, 6):
        records = scrape(client, ticket)
        assert records == site.expected(ticket)
        assert len({(one["uuid"], one["column"]) for one in records}) == len(records) > 20
    assert any(len(one["new"]) > 1 for one in records)
    assert any(not one["old"] for one in records)


def test_a_malformed_ticket_loses_three_activities_and_no_more(
    site: LocalSite, client: httpx.Client
) -> None:
    whole = site.expected(2)
    site.faults[2] = "malformed"
    left = site.expected(2)
    assert len(site.broken(2)) == 3
    assert {one["uuid"] for one in whole} - {one["uuid"] for one in left} == set(site.broken(2))
    assert scrape(client, 2) == left


def test_the_list_leads_to_every_ticket(site: LocalSite, client: httpx.Client) -> None:
    texts = [client.get("/").text, *(client.get(f"/tickets?page={n}").text for n in (2, 3))]
    assert sum(text.count('class="ticket"') for text in texts) == 24
    assert ['rel="next"' in text for text in texts] == [True, True, False]
    assert client.get("/tickets/25").status_code == 404


def test_a_page_loads_as_much_as_a_real_one(site: LocalSite, client: httpx.Client) -> None:
    sizes = {name: client.get(f"/static/{name}") for name in ("app.js", "app.css", "icon-3.png")}
    assert 260_000 < len(sizes["app.js"].content) < 280_000
    assert 70_000 < len(sizes["app.css"].content) < 80_000
    assert "immutable" in sizes["icon-3.png"].headers["cache-control"]
    assert "۱۴۰" in client.get("/api/tickets/2").json()["opened"]


@pytest.mark.parametrize(
    ("fault", "page", "activities"),
    [
        ("500", [500, 500, 500], [500, 500, 500]),
        ("flaky", [500, 500, 200], [500, 500, 200]),
        ("429", [429, 200, 200], [429, 200, 200]),
        ("missing", [404, 404, 404], [404, 404, 404]),
        ("empty", [200, 200, 200], [200, 200, 200]),
        ("expired", [302, 302, 302], [401, 401, 401]),
        ("loop", [302, 302, 302], [302, 302, 302]),
        (Fault("500", times=1, where={"page"}), [500, 200, 200], [200, 200, 200]),
    ],
)
def test_faults_answer_as_ordered(
    site: LocalSite,
    client: httpx.Client,
    fault: str | Fault,
    page: list[int],
    activities: list[int],
) -> None:
    site.faults[4] = fault
    assert [client.get("/tickets/4").status_code for _ in range(3)] == page
    got = [client.get(site.activities_url(4)).status_code for _ in range(3)]
    assert got == activities
    assert client.get("/tickets/5").status_code == 200


def test_faults_that_spoil_the_answer(site: LocalSite, client: httpx.Client) -> None:
    site.faults[1] = "empty"
    assert client.get("/tickets/1").content == b""
    site.faults[2] = "bad_json"
    with pytest.raises(json.JSONDecodeError):
        client.get(site.activities_url(2)).json()
    site.faults[3] = "huge"
    site.huge_bytes = 3_000_000
    answer = client.get(site.activities_url(3))
    assert len(answer.content) == 3_000_000
    assert "content-length" not in answer.headers
    site.faults[4] = "429"
    assert client.get("/tickets/4").headers["retry-after"] == "1"
    site.faults[5] = "download"
    assert "attachment" in client.get("/tickets/5").headers["content-disposition"]
    site.secret_url = "http://127.0.0.1:9/x"
    site.faults[6] = "redirect_private"
    assert client.get("/tickets/6").headers["location"] == site.secret_url
    site.faults[7] = "loop"
    with pytest.raises(httpx.TooManyRedirects):
        client.get("/tickets/7", follow_redirects=True)


def test_a_hanging_ticket_never_answers(site: LocalSite) -> None:
    site.faults[1] = "hang"
    with client_of(site) as client, pytest.raises(httpx.ReadTimeout):
        client.get("/tickets/1", timeout=0.2)
    with pytest.raises(ValueError, match="no fault 'hangs'"):
        site.faults[1] = "hangs"


def test_a_slow_body_drips(site: LocalSite, client: httpx.Client) -> None:
    site.faults[1], site.drip_s = "slow_body", 0.001
    with client.stream("GET", "/tickets/1") as answer:
        pieces = list(answer.iter_raw())
    assert len(pieces) > 5
    assert b'id="ticket"' in b"".join(pieces)


async def test_a_hundred_requests_wait_at_once() -> None:
    with LocalSite(latency_s=0.3) as site, client_of(site) as client:
        limits = httpx.Limits(max_connections=100)
        async with httpx.AsyncClient(
            limits=limits, cookies=client.cookies, trust_env=False
        ) as many:
            urls = [site.ticket_url(1 + n % 24) for n in range(100)]
            answers = await asyncio.gather(*(many.get(url) for url in urls))
        assert {answer.status_code for answer in answers} == {200}
        assert site.max_parallel > 50
        seen = site.log.all("/tickets/")
        assert site.log.counts()["/tickets/1"] == len(site.log.times("/tickets/24")) + 1 == 5
        assert set(seen[0].cookies) == {"csrftoken", "sid"}
        assert seen[0].host == f"127.0.0.1:{site.port}"


def test_robots_are_told() -> None:
    with LocalSite(crawl_delay=0.5) as site:
        text = httpx.get(f"{site.url}/robots.txt", trust_env=False).text
        assert text == "User-agent: *\nDisallow: /private/\nCrawl-delay: 0.5\n"
        site.robots, site.robots_status = "busy", 503
        assert httpx.get(f"{site.url}/robots.txt", trust_env=False).status_code == 503


def test_the_secret_notes_who_comes() -> None:
    with Secret() as secret:
        assert secret.hits == []
        assert httpx.get(f"{secret.url}a/fetch?x=1", trust_env=False).text == "the secret"
        secret.wait_for({"fetch"})
        assert [hit.protocol for hit in secret.hits] == ["tcp"]


def test_the_site_is_a_program_too() -> None:
    here = Path(__file__).parents[2]
    command = [sys.executable, "-m", "support.site", "--tickets", "3", "--fault", "2=500"]
    with subprocess.Popen(
        command, cwd=here, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout
        assert program.stdin
        url, state = program.stdout.readline().strip(), json.loads(program.stdout.readline())
        cookies = {one["name"]: one["value"] for one in state["cookies"]}
        answers = [
            httpx.get(f"{url}/tickets/{n}", cookies=cookies, trust_env=False).status_code
            for n in (1, 2, 4)
        ]
        program.stdin.close()
        assert program.wait(10) == 0
    assert answers == [200, 500, 404]
