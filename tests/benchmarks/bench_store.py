"""How fast the store is, beside plain ``sqlite3`` doing the same inserts and selects.

    python tests/benchmarks/bench_store.py [--runs 10000] [--points 1000000] [--batches 30]

Times are wall-clock milliseconds, the median of several; the ratio to plain ``sqlite3``, taken
in the same minutes on the same file system, is what can be compared between machines.
"""

# ruff: noqa: T201 - it talks to a terminal

from __future__ import annotations

import argparse
import math
import os
import platform
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pydantic
import pytest
import sqlalchemy

from labpool.wire import Event, RunState, events_adapter
from labpool.wire.events import (
    AttemptAssigned,
    LogWritten,
    MetricsReported,
    ProgressReported,
    RunCancelled,
    RunQueued,
)
from labpool.wire.pages import RunsQuery
from labpool.wire.runs import Progress
from labpool_server.store import Store, points, read
from labpool_server.store.engine import to_write

BATCH = 1_000
"""Worker's messages in one append."""


def median_ms(call: Callable[[], object], times: int = 7) -> float:
    """Return the median time of a call, in milliseconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append((time.perf_counter() - start) * 1e3)
    return statistics.median(taken)


def fetch(conn: sqlite3.Connection, sql: str) -> list[object]:
    return conn.execute(sql).fetchall()


def show(what: str, ours: float, plain: float, note: str = "") -> None:
    print(f"{what:<44}{ours:>10.1f} ms{plain:>10.1f} ms{ours / plain:>8.2f} x  {note}")


def plain_database(file: Path) -> sqlite3.Connection:
    """Return a connection set up as the store sets up its own, the tables copied from it."""
    conn = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -16384"):
        conn.execute(f"PRAGMA {pragma}")
    return conn


def copy_tables(conn: sqlite3.Connection, source: Path) -> None:
    conn.execute("ATTACH ? AS source", (str(source),))
    made = conn.execute("SELECT sql FROM source.sqlite_master WHERE sql NOT NULL").fetchall()
    for (sql,) in made:
        conn.execute(sql)
    conn.execute("DETACH source")


def message(n: int) -> Event:
    """Return a worker's message: of each three one metric, one progress, one log line."""
    at = {"run_id": "a", "attempt": 1, "n": n}
    match n % 3:
        case 0:
            return MetricsReported.model_validate(at | {"step": n, "values": {"loss": 1 / n}})
        case 1:
            progress = Progress(done=n, total=10**6, unit="step", message="training")
            return ProgressReported.model_validate(at | {"progress": progress})
        case _:
            return LogWritten.model_validate(at | {"text": f"step {n}: loss {1 / n}"})


def bench_append(folder: Path, batches: int) -> None:
    """Append batches, in turn with the same events as rows through ``sqlite3``."""
    file = folder / "append.db"
    store = Store(f"sqlite:///{file}", folder)
    store.open()
    store.append([
        RunQueued(run_id="a", kind="train", name="a", params={}),
        AttemptAssigned(run_id="a", attempt=1, workers=["w"]),
    ])  # fmt: skip
    plain = plain_database(folder / "plain.db")
    copy_tables(plain, file)
    ours, theirs, cpu = [], [], []
    for k in range(batches):
        batch = [message(k * BATCH + i + 1) for i in range(BATCH)]
        start, worked = time.perf_counter(), time.thread_time()
        stored = store.append(batch)
        cpu.append((time.thread_time() - worked) * 1e6 / BATCH)
        ours.append((time.perf_counter() - start) * 1e3)
        assert len(stored) == BATCH
        rows = [
            (s.seq, s.run_id, 1, e.n, s.type, 20 if isinstance(e, LogWritten) else None)
            for s, e in zip(stored, batch, strict=True)
        ]
        values = [
            (1, e.step, e.values["loss"], e.at.timestamp())
            for e in batch
            if isinstance(e, MetricsReported)
        ]
        start = time.perf_counter()
        ready = [(*row, e.model_dump_json()) for row, e in zip(rows, batch, strict=True)]
        plain.execute("BEGIN IMMEDIATE")
        plain.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", ready)
        plain.executemany("INSERT INTO points VALUES (?, ?, ?, ?)", values)
        plain.execute("COMMIT")
        theirs.append((time.perf_counter() - start) * 1e3)
    plain.close()
    again = median_ms(lambda: store.append(batch), 5)
    store.close()
    for what, pick in (("median", statistics.median), ("best", min)):
        mine, other = pick(ours), pick(theirs)
        show(f"append {BATCH:,} messages, {what}", mine, other, f"{BATCH / mine * 1e3:,.0f}/s")
    print(
        f"{'of which this thread computed, median':<44}{statistics.median(cpu):>10.1f} us an event"
    )
    print(f"{'append the same again (all dropped)':<44}{again:>10.1f} ms")


def one_kind(what: str, n: int) -> Event:
    """Return a worker's message of one kind."""
    at = {"run_id": "a", "attempt": 1, "n": n, "worker": "w-1"}
    match what:
        case "metrics":
            four = {"loss": 1 / n, "accuracy": 1 - 1 / n, "throughput": n + 0.5, "rate": 1e-4 / n}
            return MetricsReported.model_validate(at | {"step": n, "values": four})
        case "progress":
            progress = Progress(done=n, total=10**6, unit="step", message="epoch 1/3 · loss 0.5")
            return ProgressReported.model_validate(at | {"progress": progress})
        case _:
            return LogWritten.model_validate(at | {"text": f"step {n}: loss {1 / n}"})


def bench_kinds(folder: Path, batches: int) -> None:
    """Take batches in as a worker sends them: what this thread computes for each event."""
    for what in ("progress", "metrics", "log"):
        store = Store(f"sqlite:///{folder / what}.db", folder)
        store.open()
        store.append([
            RunQueued(run_id="a", kind="train", name="a", params={}),
            AttemptAssigned(run_id="a", attempt=1, workers=["w-1"]),
        ])  # fmt: skip
        cpu = []
        for k in range(batches):
            events = [one_kind(what, k * BATCH + i + 1) for i in range(BATCH)]
            text = events_adapter.dump_json(events).decode()
            worked = time.thread_time()
            assert len(store.append(read(text))) == BATCH
            cpu.append((time.thread_time() - worked) * 1e6 / BATCH)
        store.close()
        median, best = statistics.median(cpu), min(cpu)
        print(f"{what + ', from JSON to commit':<44}{median:>10.1f} us an event, best {best:.1f}")


def bench_runs(folder: Path, count: int) -> None:
    """List runs among many."""
    file = folder / "runs.db"
    store = Store(f"sqlite:///{file}", folder)
    store.open()
    params = {"dataset": "persian-legal", "epochs": 3, "notes": "x" * 300}
    for first in range(0, count, 1000):
        events: list[Event] = []
        for i in range(first, min(first + 1000, count)):
            run = RunQueued(
                run_id=f"run-{i:06}", kind=("train", "download", "scrape")[i % 3], params=params,
                name=f"Experiment {i}", tags=["night"] if i % 100 == 0 else [],
            )  # fmt: skip
            events.append(run)
            if i % 10:
                events.append(RunCancelled(run_id=run.run_id))
        store.append(events)
    deep = store.runs(RunsQuery(limit=1000)).next
    for _ in range(count // 1000 - 2):
        deep = store.runs(RunsQuery(limit=1000, after=deep)).next
    plain = sqlite3.connect(file)
    page = "SELECT born, json FROM runs {} ORDER BY born DESC LIMIT 51"
    tagged = "WHERE id IN (SELECT run_id FROM run_tags WHERE tag = 'night')"
    cases: list[tuple[str, RunsQuery, str]] = [
        ("first page", RunsQuery(), ""),
        ("deep page", RunsQuery(after=deep), f"WHERE born < {deep}"),
        ("of a kind", RunsQuery(kind="scrape"), "WHERE kind = 'scrape'"),
        ("in a state", RunsQuery(state=RunState.QUEUED), "WHERE state = 'queued'"),
        ("with a rare tag", RunsQuery(tag="night"), tagged),
        ("search, one hit", RunsQuery(search="Experiment 7777"),
         "WHERE search LIKE '%experiment 7777%'"),
        ("search, no hit", RunsQuery(search="nothing"), "WHERE search LIKE '%nothing%'"),
        ("kind, state and search", RunsQuery(kind="scrape", state=RunState.CANCELLED, search="9"),
         "WHERE kind = 'scrape' AND state = 'cancelled' AND search LIKE '%9%'"),
    ]  # fmt: skip
    for what, query, where in cases:
        ours = median_ms(partial(store.runs, query), 15)
        theirs = median_ms(partial(fetch, plain, page.format(where)), 15)
        show(f"50 of {count:,} runs: {what}", ours, theirs)
    queue = "SELECT json FROM runs WHERE state = 'queued' ORDER BY rank, born LIMIT 4"
    ours = median_ms(lambda: store.next_queued(4), 15)
    show("next 4 of the queue", ours, median_ms(partial(fetch, plain, queue), 15))
    plain.close()
    store.close()


def bench_points(folder: Path, count: int) -> None:
    """Thin a long series, beside reading it whole and beside one GROUP BY over it."""
    file = folder / "points.db"
    store = Store(f"sqlite:///{file}", folder)
    store.open()
    store.append([RunQueued(run_id="a", kind="train", name="a", params={})])
    assert store._engine is not None
    for first in range(0, count, 100_000):
        steps = range(first, min(first + 100_000, count))
        fresh = {step: (math.sin(step / 1e3) + step % 7, 1e9 + step) for step in steps}
        with to_write(store._engine) as conn:
            points.write(conn, {("a", "loss"): fresh})
    plain = sqlite3.connect(file)
    [series] = store.metrics("a", None, 1000)
    assert (series.points, len(series.steps) <= 1000) == (count, True)
    ours = median_ms(lambda: store.metrics("a", None, 1000))
    width = -(-count // 250)
    group = (
        f"SELECT min(value), max(value), min(step), max(step) FROM points GROUP BY step / {width}"
    )
    for what, sql in (("a GROUP BY over all", group), ("all fetched", "SELECT * FROM points")):
        theirs = median_ms(partial(fetch, plain, sql), 3)
        show(f"{count:,} points as {len(series.steps)}, beside {what}", ours, theirs)
    plain.close()
    store.close()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run all of it and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--batches", type=int, default=30)
    options = parser.parse_args(arguments)
    print(
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"SQLAlchemy {sqlalchemy.__version__}, pydantic {pydantic.VERSION}; "
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}",
    )
    print(f"{'':<44}{'store':>13}{'plain':>13}{'ratio':>10}")
    with tempfile.TemporaryDirectory() as folder:
        bench_append(Path(folder), options.batches)
        bench_kinds(Path(folder), options.batches)
        bench_runs(Path(folder), options.runs)
        bench_points(Path(folder), options.points)


@pytest.mark.bench
def test_bench(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print()
        main([])


if __name__ == "__main__":
    main()
