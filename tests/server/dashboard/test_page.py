"""The page on a scheduler of its own: who gets in, what a closed tab leaves."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress

import dask.config
import httpx
import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from labpool_server.dashboard.history import History
from labpool_server.dashboard.page import add_page
from labpool_server.pool.backend import Seat
from labpool_server.pool.gate import KEY_HEADER, GatedScheduler


class Seats:
    """Counts how often the workers are asked for."""

    def __init__(self) -> None:
        self.asked = 0
        self.away = False
        self._bell = asyncio.Condition()

    async def __call__(self) -> list[Seat]:
        async with self._bell:
            self.asked += 1
            self._bell.notify_all()
        if self.away:
            raise OSError("the scheduler does not answer")
        return [Seat(id="w0", address="a")]

    async def more(self, times: int) -> None:
        """Wait until they were asked for so many times more."""
        wanted = self.asked + times
        async with self._bell:
            await self._bell.wait_for(lambda: self.asked >= wanted)


@pytest.fixture
async def scheduler() -> AsyncIterator[GatedScheduler]:
    """A scheduler whose Bokeh ends a session a second after its tab has gone, and not 15."""
    bokeh = "distributed.scheduler.dashboard.bokeh-application"
    with dask.config.set({f"{bokeh}.unused_session_lifetime_milliseconds": 1000}):
        async with GatedScheduler(
            host="127.0.0.1", port=0, dashboard_address="127.0.0.1:0"
        ) as found:
            yield found


async def test_a_tab_that_was_closed_leaves_nothing_behind(scheduler: GatedScheduler) -> None:
    seats = Seats()
    add_page(scheduler, History(), seats)
    port = scheduler.services["dashboard"].port
    key = {KEY_HEADER: scheduler.gate_key}
    async with httpx.AsyncClient(headers=key, base_url=f"http://127.0.0.1:{port}/") as client:
        page = (await client.get("labpool")).text
    found = re.search(r'"token":"([^"]+)"', page)
    assert found is not None
    request = HTTPRequest(f"ws://127.0.0.1:{port}/labpool/ws", headers=key)
    tab = await websocket_connect(request, subprotocols=["bokeh", found[1]])
    assert '"ACK"' in str(await tab.read_message())
    await seats.more(2)
    seats.away = True  # a tick that goes wrong is not the last one
    await seats.more(2)
    tab.close()
    app = scheduler.http_application.applications[-1]
    while app.get_sessions("/labpool"):  # nobody looks at it: Bokeh ends it
        with suppress(TimeoutError):
            await asyncio.wait_for(seats.more(1), 3)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(seats.more(1), 3)


async def test_the_page_is_in_dask_s_own_navigation_once(scheduler: GatedScheduler) -> None:
    add_page(scheduler, History(), Seats())
    port = scheduler.services["dashboard"].port
    url = f"http://127.0.0.1:{port}/status"
    async with httpx.AsyncClient(headers={KEY_HEADER: scheduler.gate_key}) as client:
        assert (await client.get(url)).text.count('href="labpool"') == 1
        wrong = {KEY_HEADER: scheduler.gate_key[:-1]}
        assert (await client.get(url, headers=wrong)).status_code == 403
