"""The Dask dashboard and Labpool's page on it, through the public door and past it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any

import httpx
import psutil
import pytest
from bokeh.util.token import get_token_payload
from tornado.httpclient import HTTPRequest

from support.server import TOKEN, LabServer
from support.websocket import HANDSHAKE, websocket

from .conftest import ComingUp

pytestmark = pytest.mark.cluster

PAGES = ("status", "labpool", "workers", "info/main/workers.html", "individual-cpu", "health")
DOOR = "labpool/dashboard"


@pytest.fixture
def server(real_server: LabServer) -> LabServer:
    """A server with its pool up."""
    real_server.wait_for_workers()
    return real_server


@pytest.fixture
def browser(server: LabServer) -> Iterator[httpx.Client]:
    """Somebody who logged in with the token and has the cookie since."""
    with httpx.Client(base_url=f"{server.url}{DOOR}/", follow_redirects=True, timeout=30) as client:
        assert client.get("labpool", params={"token": TOKEN}).status_code == 200
        yield client


def ports(server: LabServer) -> list[int]:
    """Return the TCP ports on which the server's own process listens."""
    found = psutil.Process(server.pid).net_connections("tcp")
    return sorted({c.laddr.port for c in found if c.status == psutil.CONN_LISTEN})


def session_token(html: str) -> str:
    found = re.search(r'"token":"([^"]+)"', html)
    assert found is not None
    return found[1]


def socket(browser: httpx.Client, **headers: str) -> AbstractAsyncContextManager[Any]:
    """Open a page's WebSocket as its script does."""
    token = session_token(browser.get("labpool").text)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    url = f"{browser.base_url}labpool/ws".replace("http:", "ws:", 1)
    request = HTTPRequest(url, headers={"Cookie": cookies, **headers})
    return websocket(request, subprotocols=["bokeh", token])


def test_the_pool_says_where_they_are(server: LabServer) -> None:
    pool = server.get("pool")
    assert pool["dashboard_path"] == "labpool/dashboard/status"
    assert pool["page_path"] == "labpool/dashboard/labpool"


@pytest.mark.parametrize("path", [*PAGES, "", "static/js/bokeh.min.js", "no/such/page"])
def test_a_stranger_gets_nothing(server: LabServer, path: str) -> None:
    url = f"{server.url}{DOOR}/{path}"
    assert httpx.head(url).status_code in (302, 403)
    answer = httpx.get(url)
    assert answer.status_code in (302, 403)
    assert "/login" in answer.headers.get("Location", "/login")
    for verb in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        assert httpx.request(verb, url).status_code == 403


def test_a_stranger_opens_no_socket(server: LabServer) -> None:
    for path in ("labpool/ws", "status/ws", "eventstream"):
        headers = {**HANDSHAKE, "Sec-WebSocket-Protocol": "bokeh,token"}
        assert httpx.get(f"{server.url}{DOOR}/{path}", headers=headers).status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_who_is_logged_in_gets_the_pages(browser: httpx.Client, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


def test_the_pages_have_their_scripts_and_links(browser: httpx.Client) -> None:
    page = browser.get("labpool").text
    scripts = re.findall(r'<script[^>]* src="([^"]+)"', page)
    assert scripts
    for script in scripts:
        answer = browser.get(script)
        assert answer.status_code == 200
        assert "javascript" in answer.headers["Content-Type"]
    assert 'href="labpool"' in browser.get("status").text
    assert 'href="status"' in page


def test_the_root_leads_to_the_dashboard(browser: httpx.Client) -> None:
    for path in ("", "../dashboard"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert answer.url.path == "/user/alice/labpool/dashboard/status"


def test_the_query_reaches_the_page_and_the_token_does_not(browser: httpx.Client) -> None:
    page = browser.get("labpool", params={"lang": "fa", "theme": "dark", "token": TOKEN}).text
    assert 'lang="fa"' in page
    assert "#111111" in page
    assert TOKEN not in page


@pytest.mark.parametrize("path", ["labpool", "status"])
def test_no_page_tells_who_looks_or_with_what_key(browser: httpx.Client, path: str) -> None:
    payload = get_token_payload(session_token(browser.get(path).text))
    assert payload["headers"] == payload["cookies"] == {}


def test_nothing_can_be_changed_and_nobody_else_is_reached(
    server: LabServer, browser: httpx.Client
) -> None:
    for verb in ("POST", "PUT", "PATCH", "DELETE"):
        assert browser.request(verb, "status").status_code == 405
    own = httpx.URL(server.url).port
    assert browser.get(f"proxy/{own}/127.0.0.1/user/alice/api").status_code == 404


def test_past_the_door_there_is_no_way_in(server: LabServer, browser: httpx.Client) -> None:
    own = httpx.URL(server.url).port
    others = [port for port in ports(server) if port != own]
    answers = {}
    for port in others:
        try:
            answers[port] = httpx.get(f"http://127.0.0.1:{port}/status", timeout=5).status_code
        except httpx.TransportError:
            continue  # the scheduler's own port, and the nannies': TLS
    assert list(answers.values()) == [403]
    (port,) = answers
    for path in ("", "labpool", "sitemap.json", "static/js/bokeh.min.js", "health"):
        assert httpx.get(f"http://127.0.0.1:{port}/{path}").status_code == 403
    assert browser.get(f"{server.url}proxy/{port}/status").status_code == 403


def test_past_the_door_there_is_no_socket(server: LabServer) -> None:
    own = httpx.URL(server.url).port
    for port in ports(server):
        if port != own:
            with suppress(httpx.TransportError):  # as above
                url = f"http://127.0.0.1:{port}/labpool/ws"
                assert httpx.get(url, headers=HANDSHAKE, timeout=5).status_code == 403


def test_a_page_of_another_origin_opens_no_socket(browser: httpx.Client) -> None:
    evil = {**HANDSHAKE, "Origin": "http://evil.example"}
    assert browser.get("labpool/ws", headers=evil).status_code == 403


async def test_a_page_of_its_own_opens_a_socket(server: LabServer, browser: httpx.Client) -> None:
    own = httpx.URL(server.url)
    async with socket(browser, Origin=f"http://{own.host}:{own.port}") as joined:
        assert '"ACK"' in await joined.read_message()


def test_before_the_pool_is_up_the_door_says_so(coming_up: ComingUp) -> None:
    answer, page = coming_up.answer, coming_up.page
    assert (answer.status_code, answer.json()["code"]) == (503, "server_unavailable")
    assert page.status_code == 503
    assert 'dir="rtl"' in page.text
