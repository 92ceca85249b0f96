"""What a site asks for, and what a person is kept from reaching."""

from __future__ import annotations

import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from distributed.security import Security

from labpool.runtime.context import Cancelled, JobError
from support.site import LocalSite, Made, Secret

from .conftest import QUICK, Scrape


def test_robots_txt_is_asked_first_and_obeyed(scrape: Scrape, site: LocalSite) -> None:
    site.robots = "User-agent: *\nDisallow: /tickets/2\nDisallow: /tickets/3\n"
    result = scrape(["1", "2", "3"])
    assert (result["ok"], result["failed"]) == (1, 2)
    assert scrape.items["2"].reason == "robots_denied"
    paths = [seen.path for seen in site.log.all()]
    assert paths[0] == "/robots.txt"
    assert paths.count("/robots.txt") == 1
    assert "/tickets/2" not in paths
    assert {seen.user_agent.split("/")[0] for seen in site.log.all()} == {"Labpool"}


def test_a_site_whose_robots_txt_fails_is_left_alone(scrape: Scrape, site: LocalSite) -> None:
    site.robots_status = 500
    with pytest.raises(JobError) as failed:
        scrape(["1"])
    assert failed.value.details["reasons"] == {"robots_unreachable": 1}


def direct(**more: Any) -> dict[str, Any]:
    return {
        "name": "direct",
        "page": {"url": "{url}"},
        "fields": {"id": {"css": "title"}},
        "limits": {**QUICK, "tries": 1},
        **more,
    }


def test_a_host_that_nobody_allows_keeps_its_own_words(
    new_scrape: Callable[[], Scrape], site: LocalSite
) -> None:
    site.made["x"] = "<title>x</title>"
    url = f"http://localhost:{site.port}/made/x"
    first = new_scrape()
    first.allowed = "127.0.0.1:1"
    with pytest.raises(JobError) as failed:
        first([url, "http://no-such-host.invalid/"], direct())
    assert failed.value.details["reasons"] == {"address_refused": 1, "no_such_host": 1}
    assert "nobody has allowed it" in first.items[url].message
    assert "has no address" in first.items["http://no-such-host.invalid/"].message
    assert site.log.all() == []
    # The admin allows it: the next run need not wait for anything, whoever has started again.
    second = new_scrape()
    second.allowed = f"localhost:{site.port}"
    assert second([url], direct())["ok"] == 1


def test_a_host_without_a_certificate_of_ours_is_told_as_that(scrape: Scrape) -> None:
    with self_signed() as port:
        scrape.allowed = f"127.0.0.1:{port}"
        with pytest.raises(JobError) as failed:
            scrape([f"https://127.0.0.1:{port}/"], direct())
    assert failed.value.details["reasons"] == {"bad_certificate": 1}
    assert list(scrape.shared.rglob("robots/*.json")) == []


@contextmanager
def self_signed() -> Iterator[int]:
    """A server that nobody vouches for; gives its port."""
    made = Security.temporary()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(made.tls_scheduler_key + made.tls_scheduler_cert)
        file.flush()
        context.load_cert_chain(file.name)
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_robots_txt_is_asked_about_where_a_redirect_leads(scrape: Scrape, site: LocalSite) -> None:
    site.robots = "User-agent: *\nDisallow: /made/secret\n"
    site.made["a"] = Made(status=302, headers={"Location": "secret"})
    site.made["b"] = "<script>location.replace('secret')</script>"
    site.made["c"] = Made(status=302, headers={"Location": "open"})
    site.made["secret"] = site.made["open"] = "<title>x</title>"
    result = scrape([f"{site.url}/made/{name}" for name in "abc"], direct())
    assert (result["ok"], result["reasons"]) == (1, {"robots_denied": 2})
    assert len(scrape.records) == 1


def test_a_host_that_asks_for_much_patience_is_told(scrape: Scrape, site: LocalSite) -> None:
    scrape.on_event = lambda _event: scrape.stop.set() if patience(scrape) else None
    site.retry_after_s = 60
    site.faults[1] = "429"
    with pytest.raises(Cancelled):
        scrape(["1"])
    assert len(patience(scrape)) == 1
    assert "60 s" in patience(scrape)[0]


def patience(scrape: Scrape) -> list[str]:
    return [line for line in scrape.logs if "asks to be left alone" in line]


def test_requests_keep_to_their_rate_and_number(scrape: Scrape, site: LocalSite) -> None:
    scrape([str(t) for t in range(1, 7)], limits={"rate_per_s": 10, "parallel": 2}, pages=4)
    ours = [
        seen.at
        for seen in site.log.all()
        if seen.path.startswith("/tickets/") or "/activities" in seen.path
    ]
    assert len(ours) == 6 + 6 * 2  # a page and two pages of activities each
    # A request may be sent late, never early: from the first to any other lies its place's time.
    behind = [at - ours[0] - 0.1 * place for place, at in enumerate(sorted(ours))]
    assert min(behind) > -0.15


def test_a_crawl_delay_is_kept(scrape: Scrape, site: LocalSite) -> None:
    site.robots = "User-agent: *\nCrawl-delay: 0.4\n"
    scrape(["1", "2"])
    at = sorted(
        s.at for s in site.log.all() if "/tickets/" in s.path and "/api/tickets/" not in s.path
    )
    assert at[1] - at[0] > 0.3


@pytest.mark.parametrize("url", ["file://localhost/etc/passwd", "chrome://version", "x://h/"])
def test_only_web_sites_are_read(scrape: Scrape, url: str) -> None:
    recipe = {
        "name": "local",
        "page": {"url": "{url}"},
        "fields": {"id": {"css": "body"}},
        "limits": QUICK,
        "robots": False,
    }
    with pytest.raises(JobError) as failed:
        scrape([{"id": "1", "url": url}], recipe)
    assert failed.value.details["reasons"] == {"bad_target": 1}


def test_a_header_of_the_site_s_is_not_taken_for_the_proxy_s() -> None:
    from labpool.jobs.scrape.fetch.answers import failure

    failed = failure("https://h/", 500, {"x-labpool-refused": "boo"})
    assert failed is not None
    assert (failed.reason, failed.status) == ("http_error", 500)


@pytest.mark.parametrize("spelled", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::1]"])
def test_private_addresses_are_refused(scrape: Scrape, spelled: str) -> None:
    recipe = {
        "name": "direct",
        "page": {"url": "{url}"},
        "fields": {"id": {"css": "title"}},
        "limits": QUICK,
        "robots": False,
    }
    with Secret() as secret:
        with pytest.raises(JobError) as failed:
            scrape([f"http://{spelled}:{secret.port}/"], recipe)
        assert failed.value.details["reasons"] == {"address_refused": 1}
        assert secret.hits == []
