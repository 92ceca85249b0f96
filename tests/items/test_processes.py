"""Several processes on one ledger: nothing twice, nothing half, and the dead give back."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from labpool.items import Ledger, hold
from labpool.items.claims import CLAIMS
from labpool.wire.pages import ItemsQuery, RecordsQuery

from .conftest import data, ended, new_items, pages, states

WORKER = """
import sys
from pathlib import Path
from labpool.items import Done, Ledger, NewItem, NewRecord, hold

path = Path(sys.argv[1])
with Ledger.open(path) as ledger, hold(path.parent, "worker") as owner:
    print("ready", flush=True)
    sys.stdin.readline()
    while items := ledger.claim(owner, 2):
        for item in items:
            records = [NewRecord(f"{item.id}-{n}", {"n": n}) for n in range(20)]
            found = [NewItem(f"{item.id}+", {})] if "+" not in item.id else []
            state = ("ok", "partial", "failed")[item.n % 3]
            if state == "failed":
                records = []
            assert ledger.finish(item.id, owner, Done(state=state, records=records, found=found))
            print(item.id, flush=True)
"""

HOLDER = """
import sys
from pathlib import Path
from labpool.items import Ledger, hold

path = Path(sys.argv[1])
with Ledger.open(path) as ledger, hold(path.parent, "holder") as owner:
    ledger.claim(owner, 2)
    print(owner, flush=True)
    sys.stdin.readline()
"""

SWEEPER = """
import sys
from pathlib import Path
from labpool.items import Ledger

with Ledger.open(Path(sys.argv[1])) as ledger:
    print("ready", flush=True)
    sys.stdin.readline()
    print(sum(ledger.release_dead() for _ in range(300)), flush=True)
"""

Start = Callable[[str, Path], subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts programs, and waits until each has said its first line."""
    with ExitStack() as started:

        def run(code: str, path: Path) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [sys.executable, "-c", code, str(path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            started.callback(process.communicate)
            started.callback(process.kill)
            return process

        yield run


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def kill(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()


def whole(ledger: Ledger) -> None:
    """Every item's records are there exactly when it has brought some, and the counts agree."""
    have = Counter(row.item_id for row in ledger.iterate_records())
    items = list(pages(lambda after: ledger.items(ItemsQuery(limit=1000, after=after))))
    for item in items:
        assert have[item.id] == item.records == (20 if item.state in {"ok", "partial"} else 0)
        if item.state in {"ok", "partial", "failed"} and "+" not in item.id:
            assert f"{item.id}+" in {other.id for other in items}
    counts = ledger.counts()
    assert counts.records == have.total()
    assert counts.total == len(items)
    assert Counter(item.state for item in items) == Counter(
        {
            s: n
            for s in ("waiting", "running", "ok", "partial", "failed")
            if (n := getattr(counts, s))
        }
    )


def test_opened_by_many_at_once(tmp_path: Path, start: Start) -> None:
    path = tmp_path / "run" / "items.db"
    workers = [start(WORKER, path) for _ in range(3)]
    assert [line(worker) for worker in workers] == ["ready"] * 3


def test_no_item_twice(ledger: Ledger, start: Start) -> None:
    ledger.add(new_items(*map(str, range(150))))
    workers = [start(WORKER, ledger.path) for _ in range(3)]
    for worker in workers:
        assert line(worker) == "ready"
    for worker in workers:
        go(worker)
    # One may see nothing waiting while others still find more, and leave early.
    done = [said for worker in workers for said in worker.communicate()[0].split()]
    assert Counter(done) == Counter(item.id for item in ledger.items(ItemsQuery(limit=1000)).items)
    assert len(done) == 300
    whole(ledger)
    assert list((ledger.path.parent / CLAIMS).iterdir()) == []


@pytest.mark.faults
def test_killed_anywhere(ledger: Ledger, start: Start) -> None:
    """Kill -9 again and again, in the middle of ends; what is stored is whole each time."""
    ledger.add(new_items(*map(str, range(200))))
    chance = random.Random(5)
    for _ in range(3):
        workers = [start(WORKER, ledger.path) for _ in range(2)]
        for worker in workers:
            line(worker)
            go(worker)
        for _ in range(chance.randrange(5, 40)):
            line(workers[0])
        for worker in workers:
            kill(worker)
        whole(ledger)
        counts = ledger.counts()
        assert ledger.release_dead() == counts.running <= 4
        assert ledger.counts().running == 0
    last = start(WORKER, ledger.path)
    line(last)
    go(last)
    last.communicate()
    counts = ledger.counts()
    assert (counts.waiting, counts.running, counts.total) == (0, 0, 400)
    whole(ledger)


@pytest.mark.faults
def test_only_the_dead_give_back(ledger: Ledger, start: Start) -> None:
    ledger.add(new_items(*"abcdef"))
    dead, alive = start(HOLDER, ledger.path), start(HOLDER, ledger.path)
    line(dead), line(alive)
    with hold(ledger.path.parent, "../me / او") as owner:
        assert len(ledger.claim(owner, 1)) == 1
        assert ledger.release_dead() == 0
        kill(dead)
        assert ledger.release_dead() == 2
        assert ledger.release_dead() == 0
        running = ledger.items(ItemsQuery(state="running")).items
        assert len(running) == 3
        assert len(list((ledger.path.parent / CLAIMS).iterdir())) == 2, "what the dead left is gone"
    assert ledger.release_dead() == 1, "who left without a word has left"
    go(alive)
    alive.wait()
    assert ledger.release_dead() == 2
    assert max(i.tries for i in ledger.claim("x", 9)) == 2, "a try that killed its worker counts"


@pytest.mark.faults
def test_a_dead_owners_end_is_refused(ledger: Ledger, start: Start) -> None:
    """Whoever was stopped so long that others went on cannot overwrite them."""
    ledger.add(new_items("a"))
    holder = start(HOLDER, ledger.path)
    owner = line(holder)
    kill(holder)
    ledger.release_dead()
    assert not ledger.finish("a", owner, ended(data={"k": 1}))
    ledger.claim("b", 1)
    assert not ledger.finish("a", owner, ended(data={"k": 1}))
    assert data(ledger) == {}


def test_owners_come_while_the_dead_are_swept(ledger: Ledger, start: Start) -> None:
    """A lock file that is swept away before it is locked is made anew."""
    ledger.add(new_items(*map(str, range(60))))
    sweeper = start(SWEEPER, ledger.path)
    assert line(sweeper) == "ready"
    go(sweeper)
    with ExitStack() as held:
        for _ in range(60):
            owner = held.enter_context(hold(ledger.path.parent, "worker"))
            assert len(ledger.claim(owner, 1)) == 1
        assert line(sweeper) == "0", "a live owner was taken for dead"
        assert set(states(ledger).values()) == {"running"}


def test_pages_while_others_write(ledger: Ledger, start: Start) -> None:
    ledger.add(new_items(*map(str, range(150))))
    worker = start(WORKER, ledger.path)
    line(worker)
    go(worker)
    while ledger.counts().waiting or ledger.counts().running:
        seen = [row.key for row in pages(lambda a: ledger.records(RecordsQuery(limit=7, after=a)))]
        assert len(set(seen)) == len(seen)
        assert all(n == 20 for n in Counter(k.split("-")[0] for k in seen[:-20]).values() if n > 20)
    worker.communicate()
    whole(ledger)
