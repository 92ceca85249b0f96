"""What goes wrong on the line, and what the Hub's log says of how it was met."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labpool.hub import ready
from labpool.runtime.context import JobError
from support.hub import HubRepo, LocalHub

from .conftest import BIG, SIZE, Desk, noise

CUT = 1_234_567


def whole(desk: Desk, result: dict[str, Any]) -> bool:
    """Whether the large file has the right bytes, and Labpool offers the snapshot."""
    right = Path(result["path"], BIG).read_bytes() == noise(SIZE)
    return right and ready(desk.root, desk.entry) is not None and desk.parts == []


def failed(desk: Desk, **limits: Any) -> JobError:
    """Run, and return how it fails; the snapshot is not offered."""
    with pytest.raises(JobError) as caught:
        desk.run(**limits)
    assert ready(desk.root, desk.entry) is None
    assert not list(desk.root.glob("*/snapshots/*"))
    return caught.value


def test_slow_line(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", rate=4 * SIZE)
    assert whole(desk, desk.run())
    assert hub.log.ranges("/cdn/") == [None]


@pytest.mark.parametrize("skip", [0, 1])
def test_cut_once(desk: Desk, hub: LocalHub, skip: int) -> None:
    hub.faults.add(match="/cdn/", cut_after=CUT, times=1 + skip)
    assert whole(desk, desk.run())
    offsets = [f"bytes={CUT * n}-" for n in range(1, 2 + skip)]
    assert hub.log.ranges("/cdn/") == [None, *offsets]
    assert f"resuming at byte {CUT}" in desk.logs()[0]


def test_reset_once(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", cut_after=CUT, cut="rst", times=1)
    result = desk.run()
    assert whole(desk, result)
    first, second = hub.log.bodies("/cdn/")
    assert first.sent == CUT
    came = int((second.range or "bytes=0-")[6:-1])
    assert 0 <= came <= CUT
    assert result["bytes_fetched"] == desk.entry.size_bytes


def test_cut_always(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", cut_after=200_000)
    assert whole(desk, desk.run())
    offsets = [f"bytes={at}-" for at in range(200_000, SIZE, 200_000)]
    assert hub.log.ranges("/cdn/") == [None, *offsets]


def test_cut_before_the_first_byte_always(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", cut_after=0)
    error = failed(desk)
    assert (error.code, error.retry) == ("hub_offline", True)
    assert len(hub.log.bodies("/cdn/")) == desk.limits.tries


def test_no_ranges(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", cut_after=CUT, times=1)
    hub.faults.add(match="/cdn/", no_range=True)
    result = desk.run()
    assert whole(desk, result)
    assert hub.log.ranges("/cdn/") == [None, f"bytes={CUT}-"]
    assert result["bytes_fetched"] == CUT + desk.entry.size_bytes
    assert any("from the start again" in line for line in desk.logs())


def test_range_not_satisfiable(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", cut_after=CUT, times=1)
    hub.faults.add(match="/cdn/", status=416, times=1)
    assert whole(desk, desk.run())
    assert hub.log.ranges("/cdn/") == [None, f"bytes={CUT}-", None]


def test_etag_of_the_cdn(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", cut_after=CUT, foreign_etag="md5-of-the-store", times=2)
    hub.faults.add(match="/cdn/", foreign_etag="md5-of-the-store")
    assert whole(desk, desk.run())
    asked = hub.log.bodies("/cdn/")
    assert [r.range for r in asked] == [None, f"bytes={CUT}-", f"bytes={CUT}-"]
    assert [bool(r.if_range) for r in asked] == [False, True, False]


def test_body_too_long(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", extra=1000)
    assert whole(desk, desk.run())
    assert hub.log.ranges("/cdn/") == [None]


def test_body_too_short(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", extra=-1000, times=1)
    assert whole(desk, desk.run())
    assert hub.log.ranges("/cdn/") == [None, f"bytes={SIZE - 1000}-"]


def test_body_always_too_short(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", extra=-1000)
    assert failed(desk).code == "hub_offline"
    assert hub.log.ranges("/cdn/")[-1] == f"bytes={SIZE - 1000}-"


def test_compressed(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", headers={"Content-Encoding": "gzip"})
    assert failed(desk).code == "hub_error"


@pytest.mark.parametrize("where", ["/cdn/", "/resolve/", "/api/"])
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_busy_server(desk: Desk, hub: LocalHub, where: str, status: int) -> None:
    hub.faults.add(match=where, status=status, times=2)
    assert whole(desk, desk.run())
    struck = [r for r in hub.log.all(where) if r.status == status]
    assert len(struck) == 2


@pytest.mark.parametrize(
    ("status", "code"), [(408, "timeout"), (429, "rate_limited"), (503, "hub_error")]
)
@pytest.mark.parametrize("where", [BIG, "/api/"])
def test_server_busy_for_ever(
    desk: Desk, hub: LocalHub, where: str, status: int, code: str
) -> None:
    hub.faults.add(match=where, status=status)
    error = failed(desk)
    assert (error.code, error.retry) == (code, True)
    assert len(hub.log.all(where)) == desk.limits.tries


def test_retry_after(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", status=429, headers={"Retry-After": "3600"}, times=2)
    assert whole(desk, desk.run(longest_retry_after_s=0.01))
    assert len(hub.log.bodies("/cdn/")) == 3


def test_wrong_byte_once(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", corrupt_at=CUT, times=1)
    assert whole(desk, desk.run())
    assert hub.log.ranges("/cdn/") == [None, None]


@pytest.mark.parametrize("name", [BIG, "config.json"])
def test_wrong_byte_always(desk: Desk, hub: LocalHub, name: str) -> None:
    hub.faults.add(match=f"{name}", corrupt_at=5)
    error = failed(desk)
    assert (error.code, error.retry) == ("hash_mismatch", False)
    assert error.details["file"].endswith(name)
    assert not list(desk.root.glob("*/blobs/*"))
    if name == BIG:
        assert hub.log.ranges("/cdn/") == [None] * desk.limits.hash_tries


def test_wrong_byte_in_the_first_half(desk: Desk, hub: LocalHub) -> None:
    """What a resume goes on from may be wrong, too: then it begins anew."""
    hub.faults.add(match="/cdn/", corrupt_at=100, cut_after=CUT, times=1)
    assert whole(desk, desk.run())
    assert hub.log.ranges("/cdn/") == [None, f"bytes={CUT}-", None]


@pytest.mark.parametrize("where", ["/cdn/", "/resolve/", "/api/"])
def test_late_first_byte(desk: Desk, hub: LocalHub, where: str) -> None:
    hub.faults.add(match=where, silent=True, times=1)
    assert whole(desk, desk.run(read_s=0.2))


def test_no_first_byte_ever(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", silent=True)
    error = failed(desk, read_s=0.1)
    assert (error.code, error.retry) == ("timeout", True)
    assert len(hub.log.all("/cdn/")) == desk.limits.tries


def test_stall(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", stall_after=CUT, times=1)
    assert whole(desk, desk.run(read_s=0.2))
    assert hub.log.ranges("/cdn/") == [None, f"bytes={CUT}-"]


def test_drip(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", rate=200, piece=5)
    error = failed(desk)
    assert (error.code, error.retry) == ("too_slow", True)
    assert len(hub.log.bodies("/cdn/")) == desk.limits.slow_windows
    assert any(part.stat().st_size for part in desk.parts)


def test_drip_once(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", rate=200, piece=5, times=1)
    assert whole(desk, desk.run())
    _, second = hub.log.bodies("/cdn/")
    assert second.range is not None


def test_deadline(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", stall_after=CUT)
    error = failed(desk, deadline_s=1)
    assert (error.code, error.retry) == ("timeout", True)
    hub.faults.clear()
    came = desk.sizes()
    assert came == [CUT]
    desk.run()
    assert hub.log.ranges("/cdn/")[-1] == f"bytes={CUT}-"


def test_nobody_there(desk: Desk) -> None:
    desk.hub.close()
    error = failed(desk)
    assert (error.code, error.retry) == ("hub_offline", True)
    assert error.message.endswith("what was fetched is kept.")


def test_no_such_host(desk: Desk) -> None:
    desk.hub.url = "http://hub.invalid"
    assert failed(desk).code == "hub_offline"


@pytest.mark.parametrize(
    "page",
    [
        b"<html>Log in to the hotel's network</html>",
        b"[]",
        b"{}",
        b'{"sha": "main", "siblings": []}',
        b'{"sha": "0123456789012345678901234567890123456789", "siblings": []}',
    ],
)
def test_nonsense(desk: Desk, hub: LocalHub, page: bytes) -> None:
    hub.faults.add(match="/api/", status=200, body=page)
    assert failed(desk).code == "hub_error"


def test_circles(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/resolve/", redirect="/org/tiny/resolve/main/again")
    assert failed(desk).code == "hub_error"


def test_login_page_for_a_file(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", status=200, body=b"<html>Log in</html>", times=1)
    assert whole(desk, desk.run())


def test_one_failure_ends_the_others(desk_for: Callable[..., Desk], hub: LocalHub) -> None:
    repo: HubRepo = hub.add("org/many", {f"{n}.bin": noise(20_000, n) for n in range(12)})
    hub.faults.add(match="/0.bin", status=404, headers={"X-Error-Code": "EntryNotFound"})
    hub.faults.add(match="/cdn/", stall_after=100)
    desk = desk_for(repo)
    error = failed(desk)
    assert (error.code, error.retry) == ("hub_error", False)
