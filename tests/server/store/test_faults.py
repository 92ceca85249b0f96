"""What is left when the process dies, the disk is full or somebody holds the database."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from labpool.runtime.state import fold_all
from labpool.wire import LabpoolError, ServerUnavailable, event_adapter
from labpool.wire.events import AttemptAssigned, Event, LogWritten, MetricsReported, RunQueued
from labpool.wire.pages import LogsQuery, RunsQuery
from labpool_server.store import Store

WRITER = """
import sys
from pathlib import Path
from labpool.wire.events import AttemptAssigned, MetricsReported, RunQueued
from labpool_server.store import Store

store = Store(sys.argv[1], Path("."))
store.open()
store.append([RunQueued(run_id="a", kind="train", name="x", params={}),
              AttemptAssigned(run_id="a", attempt=1, workers=["w"])])
n = 0
while True:
    batch = [MetricsReported(run_id="a", attempt=1, n=n + i, step=n + i, values={"loss": 1.0})
             for i in range(1, 201)]
    n += 200
    print(store.append(batch)[-1].seq, flush=True)
"""


def begun(run_id: str = "a") -> list[Event]:
    return [
        RunQueued(run_id=run_id, kind="train", name="x", params={}),
        AttemptAssigned(run_id=run_id, attempt=1, workers=["w"]),
    ]


def words(first: int, count: int, text: str = "") -> list[Event]:
    return [
        LogWritten(run_id="a", attempt=1, n=n, text=f"{n}{text}")
        for n in range(first, first + count)
    ]


def holds_together(store: Store) -> None:
    """Every number is there once, and the run is the fold of its events."""
    stored = store.events(0, 10**6)
    assert [s.seq for s in stored] == list(range(1, store.last_seq() + 1))
    folded = fold_all(event_adapter.validate_json(s.json) for s in stored if s.run_id == "a")
    assert store.run("a") == folded


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "labpool.db"


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{file}", file.parent)
    store.open()
    yield store
    store.close()


@pytest.mark.faults
@pytest.mark.parametrize("lines", [1, 4, 9])
def test_killed_in_the_middle_of_writing(file: Path, lines: int) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, f"sqlite:///{file}"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert writer.stdout is not None
    told = [int(writer.stdout.readline()) for _ in range(lines)][-1]
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    store = Store(f"sqlite:///{file}", file.parent)
    store.open()
    assert store.last_seq() >= told
    assert (store.last_seq() - 2) % 200 == 0
    holds_together(store)
    assert store.metrics("a", None, None)[0].points == store.last_seq() - 2
    store.close()
    with sqlite3.connect(file) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    conn.close()


def test_a_database_that_may_not_grow_keeps_nothing_half(store: Store) -> None:
    """SQLite's own limit says the same as a full disk does."""
    store.append(begun())
    limit = [1]

    def set_limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {limit[0]}")

    assert store._engine is not None
    event.listen(store._engine, "checkout", set_limit)
    batch = words(1, 500, "x" * 1000)
    for _ in range(2):
        with pytest.raises(ServerUnavailable, match="disk is full"):
            store.append(batch)
    assert store.last_seq() == 2
    holds_together(store)
    limit[0] = 10**6
    assert len(store.append(batch)) == 500
    assert store.append(batch) == []
    holds_together(store)


@pytest.mark.faults
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting takes root")
def test_a_full_disk_keeps_nothing_half(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no right to mount")
    store = Store(f"sqlite:///{disk / 'labpool.db'}", tmp_path)
    try:
        store.open()
        store.append(begun())
        ballast = disk / "ballast"
        ballast.write_bytes(b"x" * 1_000_000)
        batch = words(1, 500, "x" * 2000)
        with pytest.raises(ServerUnavailable, match=r"disk is full|does not read or write"):
            store.append(batch)
        assert store.last_seq() == 2
        ballast.unlink()
        batch = batch[:200]
        assert len(store.append(batch)) == 200
        holds_together(store)
    finally:
        store.close()
        subprocess.run(["umount", str(disk)], check=True)


def test_somebody_else_holds_the_database(store: Store, file: Path) -> None:
    store.append(begun())
    assert store._engine is not None

    def be_quick(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA busy_timeout = 50")

    event.listen(store._engine, "checkout", be_quick)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(ServerUnavailable, match="Another program"):
        store.append(words(1, 5))
    assert store.last_seq() == 2, "reading goes on"
    other.execute("ROLLBACK")
    other.close()
    assert len(store.append(words(1, 5))) == 5


def test_reading_goes_on_while_somebody_writes(store: Store) -> None:
    store.append(begun())
    done = threading.Event()
    wrong: list[object] = []

    def read() -> None:
        while not done.is_set():
            try:
                run = store.runs(RunsQuery()).items[0]
                after = store.events(0, 10**6, "a")[-1].seq
                if after < run.seq or store.last_seq() < after:
                    wrong.append((run.seq, after))
                points = sum(s.points for s in store.metrics("a", None, 100))
                lines = len(store.logs("a", LogsQuery(limit=10_000)).items)
                if lines < points:
                    wrong.append((points, lines))
            except LabpoolError as error:
                wrong.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for batch in range(30):
        at = batch * 50
        store.append([
            event
            for i in range(25)
            for event in (
                LogWritten(run_id="a", attempt=1, n=at + 2 * i + 1, text="x"),
                MetricsReported(
                    run_id="a", attempt=1, n=at + 2 * i + 2, step=at + i, values={"loss": 1.0}
                ),
            )
        ])  # fmt: skip
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    holds_together(store)
