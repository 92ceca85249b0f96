"""What a site asks for, and what a person is kept from reaching."""

from __future__ import annotations

import pytest

from labpool.runtime.context import JobError
from support.site import LocalSite, Secret

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
