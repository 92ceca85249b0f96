"""A pool that does not start leaves nothing behind, and starts again only after that."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from distributed import Client

from labpool_server.dashboard.history import History
from labpool_server.pool import cluster, keeper
from labpool_server.pool.backend import Listener, PoolSettings
from labpool_server.pool.dask import DaskBackend
from labpool_server.pool.keeper import PoolKeeper
from labpool_server.pool.memory import limit_flaw

pytestmark = pytest.mark.cluster


def nothing(*_: Any) -> None:
    pass


def ours() -> tuple[set[int], set[int]]:
    """Return the workers and the ports of this process."""
    me = psutil.Process()
    workers = set()
    for child in me.children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it has ended since, or is a zombie
            if "resource_tracker" not in " ".join(child.cmdline()):
                workers.add(child.pid)
    ports = {c.laddr.port for c in me.net_connections("inet") if c.status == "LISTEN"}
    return workers, ports


async def test_a_start_that_is_cut_when_workers_come_up_leaves_nothing(tmp_path: Path) -> None:
    before = ours()
    settings = PoolSettings(minimum=1, maximum=1, local_directory=str(tmp_path))
    backend = DaskBackend(settings, Listener(batch=nothing, change=nothing), History())
    start = asyncio.create_task(backend.start())
    while ours()[0] == before[0]:
        assert not start.done()
        await asyncio.sleep(0.01)
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    await backend.close()
    await backend.close()
    assert ours() == before


async def test_a_worker_that_is_killed_when_it_comes_up_leaves_all_or_nothing(
    tmp_path: Path,
) -> None:
    before = ours()
    settings = PoolSettings(minimum=2, maximum=2, local_directory=str(tmp_path))
    backend = DaskBackend(settings, Listener(batch=nothing, change=nothing), History())
    start = asyncio.create_task(backend.start())
    while not (workers := ours()[0] - before[0]):
        assert not start.done()
        await asyncio.sleep(0.01)
    os.kill(workers.pop(), signal.SIGKILL)
    with pytest.raises(Exception, match="failed to start"):
        await start
    await backend.close()
    assert ours() == before
    assert await backend.seats() == []


async def test_a_client_that_does_not_connect_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    class Watched(Client):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]  # as Dask has it
            made.append(self)

    monkeypatch.setattr(cluster, "Client", Watched)
    monkeypatch.setattr(cluster, "CONNECT_S", 0.1)
    settings = PoolSettings(minimum=1, maximum=1, scheduler_address="tcp://127.0.0.1:9")
    backend = DaskBackend(settings, Listener(batch=nothing, change=nothing), History())
    with pytest.raises(OSError, match=r"127\.0\.0\.1:9"):
        await backend.start()
    await backend.close()
    assert [client.status for client in made] == ["closed"]


class _Broken:
    """A backend that cannot start, and takes its time to end."""

    def __init__(self) -> None:
        self.closing, self.may_close = asyncio.Event(), asyncio.Event()

    async def start(self) -> None:
        raise OSError("no room")

    async def close(self) -> None:
        self.closing.set()
        await self.may_close.wait()
        raise OSError("and no end")


async def test_the_next_start_waits_until_the_failed_one_has_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeper, "RETRY_S", 0)
    made: list[Any] = []

    def make() -> Any:
        made.append(_Broken())
        return made[-1]

    pool = PoolKeeper(make, nothing)
    pool.ensure()
    while not made:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await made[0].closing.wait()
    for _ in range(20):
        await asyncio.sleep(0)
    assert (pool.state, pool.reason, len(made)) == ("failed", "OSError: no room", 1)
    made[0].may_close.set()
    while len(made) < 2:  # noqa: ASYNC110
        await asyncio.sleep(0)
    await made[1].closing.wait()
    made[1].may_close.set()
    await pool.close()
    assert (pool.state, len(made)) == ("stopped", 2)


@pytest.mark.parametrize("limit", ["auto", "0", "128MiB", "4GB", "2e9"])
def test_a_memory_limit_may_be_written_in_many_ways(limit: str) -> None:
    assert limit_flaw(limit) == ""


@pytest.mark.parametrize(
    ("limit", "words"),
    [("20MB", "is too small"), ("127MiB", "128 MiB or more"), ("1", "small"), ("much", "no size")],
)
async def test_a_memory_limit_that_no_worker_can_live_with_is_told_by_the_pool(
    limit: str, words: str, tmp_path: Path
) -> None:
    settings = PoolSettings(minimum=1, maximum=1, memory_limit=limit, local_directory=str(tmp_path))
    listener = Listener(batch=nothing, change=nothing)
    told = asyncio.Event()
    pool = PoolKeeper(lambda: DaskBackend(settings, listener, History()), told.set)
    pool.ensure()
    await told.wait()
    assert pool.state == "failed"
    assert f"memory_limit '{limit}'" in pool.reason
    assert words in pool.reason
    await pool.close()
