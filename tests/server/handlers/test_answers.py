"""What the routes answer when all is well, and how an error looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Server

pytestmark = pytest.mark.asyncio


async def test_a_launched_run_is_found_where_the_answer_says(server: Server) -> None:
    made = await server.api.post("runs", json={"kind": "sleep", "params": {"s": 1}})
    assert made.status_code == 201, made.text
    assert made.headers["Cache-Control"] == "no-store"
    place = made.headers["Location"]
    assert place == "/labpool/api/runs/r1"
    found = await server.api.get(f"http://127.0.0.1:{server.port}{place}")
    assert found.json() == made.json()
