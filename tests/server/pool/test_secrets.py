"""What Dask holds of an attempt does not hold its secrets."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from distributed import SchedulerPlugin

from labpool.runtime.execute import AttemptSpec
from labpool_server.dashboard.history import History
from labpool_server.pool.backend import Batch, Listener, PoolSettings
from labpool_server.pool.dask import DaskBackend

COOKIE = "a-cookie-that-opens-every-door"

pytestmark = pytest.mark.cluster


class Spy(SchedulerPlugin):
    """Keeps every task and all that is told of it, as it passes through the scheduler."""

    name = "spy"

    def __init__(self, scheduler: Any) -> None:
        self._scheduler = scheduler
        self.seen: list[bytes] = []

    def transition(self, key: Any, start: str, finish: str, *args: Any, **kwargs: Any) -> None:
        task = self._scheduler.tasks.get(key)
        held = (str(key), start, finish, kwargs, task and task.run_spec, task and task.annotations)
        self.seen.append(pickle.dumps(held, protocol=0) + repr(held).encode())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_the_task_graph_has_no_secret(tmp_path: Any) -> None:
    batches: list[Batch] = []
    backend = DaskBackend(
        PoolSettings(minimum=1, maximum=1, local_directory=str(tmp_path / "dask")),
        Listener(batch=batches.append, change=lambda: None),
        History(),
    )
    await backend.start()
    try:
        assert backend._cluster is not None
        scheduler: Any = backend._cluster.scheduler
        spy = Spy(scheduler)
        scheduler.add_plugin(spy)
        (seat,) = await backend.seats()
        spec = AttemptSpec(
            run_id="r1",
            attempt=1,
            kind="scrape",
            params={"recipe": "ticket-revisions", "targets": ["1"], "session": "desk"},
            worker=seat.id,
            run_dir=str(tmp_path),
        )
        outcome = await backend.run(seat.id, spec, {"session": f'{{"cookies": "{COOKIE}"'})
        said = "".join(batch.json for batch in batches)
        events = repr(scheduler.get_events()) + repr(dict(scheduler.extensions))
    finally:
        await backend.close()
    # The half storage state made it fail: the body did get it.
    assert outcome.error is not None
    assert outcome.error.code == "job_error"
    assert any(b"r1-1" in each for each in spy.seen)
    assert not [each for each in spy.seen if COOKIE.encode() in each]
    assert COOKIE not in said + events + outcome.model_dump_json()
