"""An answer is judged before anything that is here is touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from labpool.hub import ready
from labpool.runtime.context import JobError
from support.hub import LocalHub

from .conftest import BIG, SIZE, Desk, noise

CUT = 2_250_000
PAGE = b"<!doctype html><html><body>Log in to the network</body></html>"
HTML: dict[str, str] = {"Content-Type": "text/html; charset=utf-8"}
REST = f"bytes={CUT}-"


def whole(desk: Desk, result: dict[str, Any]) -> bool:
    right = Path(result["path"], BIG).read_bytes() == noise(SIZE)
    return right and ready(desk.root, desk.entry) is not None and desk.parts == []


def came(hub: LocalHub) -> int:
    """The bytes of the large file that were sent; pages are none of it."""
    return sum(request.sent for request in hub.log.bodies("/cdn/"))


@pytest.mark.parametrize(
    "page",
    [
        {"headers": HTML, "body": PAGE},
        {"headers": {"Content-Type": "application/octet-stream"}, "body": PAGE},
        {"headers": HTML | {"ETag": '"of-the-portal"'}, "body": PAGE},
        {"headers": HTML, "body": b""},
        {"headers": HTML, "body": PAGE, "chunked": True},
        {"headers": {"Content-Type": ""}, "body": PAGE * 5000, "chunked": True},
    ],
    ids=["page", "no type", "with a name", "empty", "no length", "neither"],
)
@pytest.mark.parametrize("where", ["/cdn/", "/resolve/"])
def test_a_page_while_it_resumes(
    desk: Desk, hub: LocalHub, page: dict[str, Any], where: str
) -> None:
    hub.faults.add(match="/cdn/", cut_after=CUT, times=1)
    file: dict[str, Any] = {"match": BIG, "skip": 1} if where == "/resolve/" else {"match": where}
    hub.faults.add(status=200, times=2, **file, **page)
    result = desk.run()
    assert whole(desk, result)
    assert came(hub) == SIZE
    assert {r.range for r in hub.log.bodies("/cdn/")[1:]} == {REST}


def test_a_page_at_the_start(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", status=200, headers=HTML, body=PAGE, times=2)
    assert whole(desk, desk.run())
    assert hub.log.ranges("/cdn/") == [None] * 3
    assert came(hub) == SIZE


def test_pages_for_ever_keep_the_part(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", cut_after=CUT, times=1)
    hub.faults.add(match="/cdn/", status=200, headers=HTML, body=PAGE)
    with pytest.raises(JobError) as caught:
        desk.run()
    assert (caught.value.code, caught.value.retry) == ("wrong_answer", True)
    assert caught.value.details["host"] == "localhost"
    assert "page" in caught.value.message
    assert desk.sizes() == [CUT]


def test_a_file_that_is_a_page(desk_for: Any, hub: LocalHub) -> None:
    pages = {"index.html": PAGE, "doc/a.htm": PAGE * 400}
    desk = desk_for(hub.add("org/pages", pages))
    hub.faults.add(match="org/pages/resolve", headers=HTML)
    hub.faults.add(match="/cdn/", headers=HTML)
    result = desk.run()
    assert Path(result["path"], "doc/a.htm").read_bytes() == PAGE * 400


def test_one_wrong_range_does_not_end_resuming(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", cut_after=CUT, times=1)
    hub.faults.add(match="/cdn/", shift_range=100, times=1)
    hub.faults.add(match="/cdn/", cut_after=100_000, times=1)
    assert whole(desk, desk.run())
    assert hub.log.ranges("/cdn/") == [None, REST, REST, f"bytes={CUT + 100_000}-"]


def test_a_range_that_begins_before_what_was_asked_for(desk: Desk, hub: LocalHub) -> None:
    """What overlaps is compared with what is here, and nothing is fetched again for it."""
    hub.faults.add(match="/cdn/", cut_after=CUT, times=1)
    hub.faults.add(match="/cdn/", shift_range=-1000, times=1)
    assert whole(desk, desk.run())
    assert hub.log.ranges("/cdn/") == [None, REST]


def test_wrong_bytes_here_meet_a_range_that_begins_before(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", corrupt_at=CUT - 5, cut_after=CUT, times=1)
    hub.faults.add(match="/cdn/", shift_range=-1000, foreign_etag="x", times=2)
    assert whole(desk, desk.run())
    assert hub.log.ranges("/cdn/") == [None, REST, REST, None]


def test_wrong_ranges_for_ever(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", cut_after=CUT, times=1)
    hub.faults.add(match="/cdn/", shift_range=100)
    assert whole(desk, desk.run())
    assert hub.log.ranges("/cdn/") == [None, REST, REST, None]


def test_a_whole_file_without_range_cuts_nothing_off(desk: Desk, hub: LocalHub) -> None:
    """What is here stays while a server without ranges sends it again, cut or not."""
    hub.faults.add(match="/cdn/", cut_after=CUT, times=1)
    hub.faults.add(match="/cdn/", no_range=True, cut_after=CUT // 2, times=1)
    fault = hub.faults.add(match="/cdn/", no_range=True, pause_at=CUT // 2, times=1)
    attempt = desk.start(read_s=60)
    hub.log.wait_for("/cdn/", CUT // 2, count=3)
    assert CUT in desk.sizes()
    fault.gate.set()
    attempt.end()
    assert attempt.result, attempt.error
    assert whole(desk, attempt.result)
    assert hub.log.ranges("/cdn/") == [None, REST, REST]


def test_wrong_bytes_here_meet_the_whole_file(desk: Desk, hub: LocalHub) -> None:
    """Where an answer that is the file says something else than the part, the part is wrong."""
    hub.faults.add(match="/cdn/", corrupt_at=1_000_000, cut_after=CUT, times=1)
    hub.faults.add(match="/cdn/", no_range=True)
    assert whole(desk, desk.run())
    assert hub.log.ranges("/cdn/") == [None, REST]
