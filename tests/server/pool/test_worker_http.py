"""A worker's own HTTP server tells nobody anything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from labpool_server.dashboard.history import History
from labpool_server.pool.backend import Listener, PoolSettings
from labpool_server.pool.dask import DaskBackend

pytestmark = pytest.mark.cluster


def nothing(*_: Any) -> None:
    pass


async def test_no_port_of_a_worker_answers_without_the_key(tmp_path: Path) -> None:
    settings = PoolSettings(minimum=1, maximum=1, local_directory=str(tmp_path))
    backend = DaskBackend(settings, Listener(batch=nothing, change=nothing), History())
    await backend.start()
    try:
        (seat,) = await backend.seats()
        ports = {
            c.laddr.port
            for c in psutil.Process(seat.pid).net_connections("inet")
            if c.status == "LISTEN"
        }
        answers = []
        async with httpx.AsyncClient() as web:
            for port in ports:
                for page in ("health", "metrics", "info/main/workers.html", "statics/css/base.css"):
                    try:
                        answer = await web.get(f"http://127.0.0.1:{port}/{page}")
                    except httpx.HTTPError:
                        continue  # that port speaks TLS only
                    answers.append(answer.status_code)
        assert answers
        assert set(answers) == {404}
    finally:
        await backend.close()
