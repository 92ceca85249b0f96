"""A worker's part ends, whatever the pool raises and whatever becomes of the words."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from labpool.runtime.execute import AttemptSpec, Outcome
from labpool.wire import events_adapter
from labpool.wire.events import LogWritten
from labpool_server.dispatch import part as parts
from labpool_server.dispatch.part import Part
from labpool_server.pool.backend import Batch, WorkerLost


class Pool:
    """A pool with one worker, whose job ends as it is told."""

    def __init__(self) -> None:
        self.end: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.acknowledged: asyncio.Queue[int] = asyncio.Queue()
        self.killed = False

    async def run(self, seat_id: str, spec: AttemptSpec, secrets: Mapping[str, str]) -> Outcome:
        return await self.end

    async def kill(self, seat_id: str) -> bool:
        self.killed = True
        self.end.set_exception(WorkerLost("worker_lost", "It was killed."))
        return True

    async def acknowledge(self, seat_id: str, key: str, n: int) -> None:
        self.acknowledged.put_nowait(n)


def part_on(pool: Pool, persist: Any, folder: Path) -> Part:
    spec = AttemptSpec(
        run_id="r", attempt=1, kind="primes", params={}, worker="w0", run_dir=str(folder)
    )
    return Part(spec, {}, pool, persist, lambda: None, 10.0)  # type: ignore[arg-type]  # all that it asks of a pool


def said(*texts: str, awaited: bool = False) -> Batch:
    logs = [LogWritten(run_id="r", attempt=1, n=n, text=t) for n, t in enumerate(texts, 1)]
    json = events_adapter.dump_json(list(logs)).decode()
    return Batch(run_id="r", attempt=1, json=json, last=len(texts), awaited=awaited)


async def store(*_: object) -> None:
    """Store them."""


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (asyncio.CancelledError(), "cancelled by the pool"),
        (KeyError("labpool"), "KeyError: 'labpool'"),
        (WorkerLost("out_of_memory", "It was too much."), "It was too much."),
    ],
)
async def test_whatever_the_pool_raises_the_part_ends(
    error: BaseException, words: str, tmp_path: Path
) -> None:
    pool = Pool()
    part = part_on(pool, store, tmp_path)
    if isinstance(error, asyncio.CancelledError):
        pool.end.cancel()
    else:
        pool.end.set_exception(error)
    end = await part.guide()
    assert isinstance(end, WorkerLost)
    assert words in end.message


async def test_a_job_that_waits_is_told_at_once_what_is_stored(tmp_path: Path) -> None:
    pool = Pool()
    part = part_on(pool, store, tmp_path)
    guided = asyncio.ensure_future(part.guide())
    part.hear(said("before the checkpoint", awaited=True))
    assert await pool.acknowledged.get() == 1
    pool.end.set_result(Outcome(ended="succeeded", last_n=1))
    assert await guided == Outcome(ended="succeeded", last_n=1)


async def test_words_that_cannot_be_stored_end_the_job_and_are_told(tmp_path: Path) -> None:
    async def broken(*_: object) -> None:
        raise ValueError("no room for this")

    pool = Pool()
    part = part_on(pool, broken, tmp_path)
    part.hear(said("hello"))
    end = await part.guide()
    assert isinstance(end, WorkerLost)
    assert pool.killed
    assert (end.code, "no room for this" in end.message) == ("words_lost", True)


async def test_a_success_whose_words_are_missing_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "LAST_WORDS_S", 0.0)
    pool = Pool()
    part = part_on(pool, store, tmp_path)
    pool.end.set_result(Outcome(ended="succeeded", last_n=6))
    end = await part.guide()
    assert isinstance(end, WorkerLost)
    assert (end.code, end.details) == ("words_lost", {"missing": 6})


async def test_words_that_have_come_are_waited_for_however_long_storing_them_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "LAST_WORDS_S", 0.01)
    room = asyncio.Event()

    async def persist(*_: object) -> None:
        await room.wait()

    pool = Pool()
    part = part_on(pool, persist, tmp_path)
    guided = asyncio.ensure_future(part.guide())
    part.hear(said("one", "two"))
    pool.end.set_result(Outcome(ended="succeeded", result=1, last_n=2))
    await asyncio.wait({guided}, timeout=0.1)  # ten times as long as the words may be on their way
    assert not guided.done()
    room.set()
    end = await guided
    assert isinstance(end, Outcome)
    assert end.ended == "succeeded"
