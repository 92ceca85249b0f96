"""A worker is lost when its process has gone, and not before."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from labpool.runtime.execute import AttemptSpec
from labpool_server.dashboard.history import History
from labpool_server.pool.backend import Batch, Listener, PoolSettings, Seat, WorkerLost
from labpool_server.pool.dask import DaskBackend
from labpool_server.pool.processes import end_process

pytestmark = pytest.mark.cluster


class Pool:
    """One worker, and what it said."""

    def __init__(self, folder: Path) -> None:
        self.said = asyncio.Event()
        self.changed = asyncio.Event()
        settings = PoolSettings(minimum=1, maximum=1, local_directory=str(folder))
        listener = Listener(batch=self._hear, change=self.changed.set)
        self.backend = DaskBackend(settings, listener, History())
        self.folder = folder

    def _hear(self, _: Batch) -> None:
        self.said.set()

    @property
    def scheduler(self) -> Any:
        assert self.backend._cluster is not None
        return self.backend._cluster.scheduler

    async def seat(self) -> Seat:
        """Return the worker, as soon as there is one."""
        while True:
            self.changed.clear()
            if seats := await self.backend.seats():
                return seats[0]
            await self.changed.wait()

    def hang(self, seat: Seat) -> asyncio.Task[Any]:
        """Begin a job that does not end."""
        spec = AttemptSpec(
            run_id="r1",
            attempt=1,
            kind="hang",
            params={},
            worker=seat.id,
            run_dir=str(self.folder),
        )
        return asyncio.create_task(self.backend.run(seat.id, spec, {}))


@pytest.fixture
async def pool(
    tmp_path: Path, example_site: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Pool]:
    monkeypatch.setenv("PYTHONPATH", str(example_site))
    pool = Pool(tmp_path)
    await pool.backend.start()
    yield pool
    await pool.backend.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_a_worker_that_the_scheduler_gives_up_is_ended_before_that_is_believed(
    pool: Pool,
) -> None:
    seat = await pool.seat()
    process = psutil.Process(seat.pid)
    run = pool.hang(seat)
    await pool.said.wait()
    os.kill(seat.pid, signal.SIGSTOP)  # it cannot end by itself
    await pool.scheduler.remove_worker(seat.address, stimulus_id="test", close=False)
    with pytest.raises(WorkerLost):
        await run
    assert not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    assert (await pool.seat()).pid != seat.pid


async def test_silence_is_no_death(pool: Pool) -> None:
    assert pool.scheduler.worker_ttl is None


def test_a_process_that_has_anothers_id_is_left_alone() -> None:
    me = psutil.Process()
    assert end_process(me.pid, me.create_time() - 1)
    assert end_process(2**22 + 1, 0.0)  # there is none with such an id
