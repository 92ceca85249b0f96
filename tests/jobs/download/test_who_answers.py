"""Who answered decides what an answer means: the Hub, a host that it sends to, or a mirror."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from labpool.runtime.context import JobError
from support.hub import HubRepo, LocalHub

from .conftest import BIG, SIZE, Desk, noise, small_files

TOKEN = "hf_averysecrettoken"
CUT = 1_500_000


def failed(desk: Desk, **limits: Any) -> JobError:
    with pytest.raises(JobError) as caught:
        desk.run(**limits)
    return caught.value


# ------------------------------------------------------------ another host refuses


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_refused_for_a_while(desk: Desk, hub: LocalHub, status: int) -> None:
    """The Hub is asked for the address again: a new one may be signed better."""
    hub.faults.add(match="/cdn/", cut_after=CUT, times=1)
    hub.faults.add(match="/cdn/", status=status, times=2)
    result = desk.run()
    assert Path(result["path"], BIG).read_bytes() == noise(SIZE)
    assert result["bytes_fetched"] == desk.entry.size_bytes
    assert len(hub.log.all(f"/resolve/{desk.entry.revision}/{BIG}")) == 4


def test_refused_for_ever(desk: Desk, hub: LocalHub) -> None:
    hub.faults.add(match="/cdn/", cut_after=CUT, times=1)
    hub.faults.add(match="/cdn/", status=403)
    error = failed(desk)
    assert (error.code, error.retry) == ("host_refuses", True)
    assert error.details["host"] == "localhost"
    assert error.details["status"] == 403
    assert "localhost" in error.message
    assert "clock" not in error.message
    assert desk.sizes() == [CUT]


@pytest.mark.parametrize(("hours", "way"), [(2, "behind"), (-2, "ahead of")])
def test_refused_because_of_the_clock(desk: Desk, hub: LocalHub, hours: int, way: str) -> None:
    theirs = format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)
    hub.faults.add(match="/cdn/", status=403, headers={"Date": theirs})
    error = failed(desk, tries=1)
    assert error.code == "host_refuses"
    assert f"120 minutes {way} that host's" in error.message


def test_a_filter_in_the_place_of_the_hub(desk: Desk, hub: LocalHub) -> None:
    page = {"body": b"<html>not for your country</html>", "headers": {"Content-Type": "text/html"}}
    hub.faults.add(match="/api/", status=403, **page)
    error = failed(desk)
    assert (error.code, error.retry) == ("wrong_answer", True)
    assert error.details["host"] == "127.0.0.1"


# ------------------------------------------------------------ a mirror that sends on


@pytest.fixture
def mirror(hub: LocalHub) -> Iterator[LocalHub]:
    with LocalHub() as mirror:
        yield mirror


@pytest.mark.parametrize("status", [302, 307, 308])
@pytest.mark.parametrize("where", ["", "/resolve/"])
@pytest.mark.parametrize("token", [None, TOKEN])
def test_gated_behind_a_mirror(
    desk_for: Callable[..., Desk],
    hub: LocalHub,
    mirror: LocalHub,
    status: int,
    where: str,
    token: str | None,
) -> None:
    options: dict[str, Any] = {"gated": True, "tokens": {TOKEN}}
    repo = hub.add("org/gated", small_files(), **options)
    mirror.add("org/gated", small_files(), **options)
    mirror.faults.add(match=where, redirect=f"{hub.url}{{path}}", status=status)
    desk = desk_for(repo)
    desk.hub = mirror
    if token:
        desk.secrets["hub_token"] = token
    error = failed(desk)
    assert (error.code, error.retry) == ("endpoint_redirects", False)
    assert error.details["endpoint"] == hub.url
    assert f"terms on 127.0.0.1:{hub.port}" in error.message
    assert "hub_endpoint" in error.message
    assert {r.authorization for r in hub.log.all()} == {None}
    assert [r.method for r in hub.log.all("/resolve/")] == ["HEAD"]


def test_open_behind_a_mirror(
    desk_for: Callable[..., Desk], hub: LocalHub, repo: HubRepo, mirror: LocalHub
) -> None:
    mirror.faults.add(redirect=f"{hub.url}{{path}}", status=308)
    desk = desk_for(repo)
    desk.hub = mirror
    assert Path(desk.run()["path"], BIG).read_bytes() == noise(SIZE)


def test_private_behind_a_mirror(
    desk_for: Callable[..., Desk], hub: LocalHub, mirror: LocalHub
) -> None:
    repo = hub.add("org/hidden", small_files(), private=True, tokens={TOKEN})
    mirror.faults.add(redirect=f"{hub.url}{{path}}", status=308)
    desk = desk_for(repo)
    desk.hub, desk.secrets["hub_token"] = mirror, TOKEN
    error = failed(desk)
    assert error.code == "repo_not_found"
    assert f"set to {hub.url}" in error.message


# ------------------------------------------------------------ where it sends to


@pytest.mark.parametrize(
    "path",
    ["پوشه/مدل.bin", "my model.bin", 'a"<b>`{c}^|.bin', "%D9%85.bin?x=a b", "x?s=a%2Bb+c/d~e%zz"],
)
def test_odd_addresses(desk: Desk, hub: LocalHub, repo: HubRepo, path: str) -> None:
    there = f"{hub.cdn}/cdn/{repo.files[BIG].sha256}/{path}"
    hub.faults.add(match=f"/resolve/{repo.commit}/{BIG}", redirect=there)
    assert Path(desk.run()["path"], BIG).read_bytes() == noise(SIZE)
    assert len(hub.log.bodies("/cdn/")) == 1


@pytest.mark.parametrize("where", ["/api/", BIG])
@pytest.mark.parametrize(
    "there",
    [
        "https://[nonsense",
        "http://h:x/",
        "http://h:99999999/",
        "intent://a/b",
        "http://a b/c",
        "https://xn--/a",
        "/a\x01b",
        "mailto:a@b",
    ],
)
def test_addresses_that_are_none(desk: Desk, hub: LocalHub, where: str, there: str) -> None:
    hub.faults.add(match=where, redirect=there)
    error = failed(desk)
    assert (error.code, error.retry) == ("bad_redirect", False)
    assert error.details == {"host": "127.0.0.1"}
    assert "127.0.0.1 sends on" in error.message
    assert len(hub.log.all(where)) == 1


@pytest.mark.parametrize("endpoint", ["huggingface.co", "https://[x", "ftp://a.b"])
def test_an_endpoint_that_is_none(desk: Desk, endpoint: str) -> None:
    desk.hub.url, own = endpoint, desk.hub.url
    error = failed(desk)
    desk.hub.url = own
    assert error.code == "bad_endpoint"
    assert "hub_endpoint" in error.message


# ------------------------------------------------------------ what nobody asked for


def pack(data: bytes, encoding: str) -> bytes:
    return gzip.compress(data) if encoding == "gzip" else zlib.compress(data)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "GZIP"])
def test_a_packed_list(desk: Desk, hub: LocalHub, repo: HubRepo, encoding: str) -> None:
    said = {"sha": repo.commit, "gated": False, "siblings": repo.siblings(blobs=True)}
    body = pack(json.dumps(said).encode(), encoding.lower())
    about = {"Content-Encoding": encoding, "Content-Type": "application/json"}
    hub.faults.add(match="/api/", status=200, body=body, headers=about)
    assert Path(desk.run()["path"], BIG).read_bytes() == noise(SIZE)
    assert len(hub.log.all("/api/")) == 1


def test_a_packed_list_that_is_a_bomb(desk: Desk, hub: LocalHub) -> None:
    body = gzip.compress(b" " * (65 << 20))
    hub.faults.add(match="/api/", status=200, body=body, headers={"Content-Encoding": "gzip"})
    assert failed(desk, tries=1).code == "hub_error"


def test_packed_files(desk: Desk, hub: LocalHub, repo: HubRepo) -> None:
    """A server that packs what it has no reason to, also in the middle of a file."""
    hub.faults.add(match="/cdn/", cut_after=CUT, times=1)
    for name, match in ((BIG, "/cdn/"), ("README.md", "README.md")):
        about = {"Content-Encoding": "gzip", "Content-Type": "application/octet-stream"}
        body = gzip.compress(bytes(repo.files[name].content), 1)
        hub.faults.add(match=match, status=200, body=body, headers=about)
    result = desk.run()
    assert Path(result["path"], BIG).read_bytes() == noise(SIZE)
    assert Path(result["path"], "README.md").read_bytes() == b"# Tiny\n"
    assert len(hub.log.bodies("/cdn/")) == 3
