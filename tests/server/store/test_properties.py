"""Whatever is appended, in whatever pieces, however often: the tables follow from the log."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labpool.runtime.state import accepts, fold, fold_all
from labpool.wire import (
    Event,
    LogLevel,
    Notice,
    Progress,
    Run,
    RunError,
    event_adapter,
    events_adapter,
)
from labpool.wire.events import (
    ArtifactDeleted,
    ArtifactSaved,
    AttemptAssigned,
    AttemptStarted,
    CancelRequested,
    LogWritten,
    MessagesDropped,
    MetricsReported,
    NoticeGiven,
    ParamsResolved,
    ProgressReported,
    RunCancelled,
    RunDeleted,
    RunFailed,
    RunInterrupted,
    RunQueued,
    RunRenamed,
    RunRequeued,
    RunSucceeded,
)
from labpool.wire.pages import AssetsQuery, LogsQuery
from labpool_server.store import Store, read
from labpool_server.store.intake import QUIET

_examples = itertools.count()

runs = st.sampled_from(["x", "y"])
attempts = st.sampled_from([1, 1, 1, 2])
numbers = st.integers(1, 12)
values = st.floats(-5, 5)
names = st.sampled_from(["best", "last", "a b"])
error = st.just(RunError(code="worker_lost", message="Gone."))
levels: st.SearchStrategy[LogLevel] = st.sampled_from(["debug", "info", "warning", "error"])

texts = st.text(max_size=5) | st.sampled_from(['},{"run_id":', '"seq":0,', "}]"])

notices = st.builds(Notice, code=st.sampled_from("ab"), message=texts)

word = {"run_id": runs, "attempt": attempts, "n": numbers}
own = {"run_id": runs}
ends = {"run_id": runs, "attempt": attempts}

some_event: st.SearchStrategy[Event] = st.one_of(
    st.builds(RunQueued, **own, kind=st.just("train"), name=st.just("x"), params=st.just({}),
              priority=st.integers(-2, 2), tags=st.lists(st.sampled_from("pq"), max_size=3)),
    st.builds(RunRequeued, **own, reason=st.just("retry"), max_attempts=st.sampled_from([None, 5])),
    st.builds(AttemptAssigned, **ends, workers=st.just(["w"])),
    st.builds(AttemptStarted, **word, worker=st.just("w")),
    st.builds(ProgressReported, **word, progress=st.builds(Progress, done=st.integers(0, 9))),
    st.builds(MetricsReported, **word, step=st.integers(0, 40),
              values=st.dictionaries(st.sampled_from(["loss", "acc"]), values)),
    st.builds(LogWritten, **word, level=levels, text=texts),
    st.builds(LogWritten, **own, level=levels, text=st.just("from the server")),
    st.builds(NoticeGiven, **word, notice=notices),
    st.builds(NoticeGiven, **own, notice=notices),
    st.builds(ArtifactSaved, **word, name=names, kind=st.sampled_from(["file", "checkpoint"]),
              path=st.just("a/b"), size_bytes=st.integers(0, 9), sha256=st.just("0")),
    st.builds(ArtifactDeleted, **word, name=names),
    st.builds(MessagesDropped, **word, count=st.just(3)),
    st.builds(ParamsResolved, **word, values=st.dictionaries(names, values)),
    st.builds(CancelRequested, **own),
    st.builds(RunRenamed, name=st.text(min_size=1, max_size=9), **own),
    st.builds(RunInterrupted, **ends, error=error, counts=st.booleans()),
    st.builds(RunSucceeded, **ends, result=st.none() | values | st.text(max_size=3)),
    st.builds(RunFailed, **ends, error=error),
    st.builds(RunCancelled, **ends),
    st.builds(RunDeleted, **own),
)  # fmt: skip

opening: list[Event] = [
    RunQueued(run_id="x", kind="train", name="x", params={}),
    AttemptAssigned(run_id="x", attempt=1, workers=["w"]),
]


@dataclass
class Plain:
    """The store in a dozen lines: what the real one has to agree with."""

    run: Run | None = None
    kept: list[Event] = field(default_factory=list)
    seen: set[tuple[int, int]] = field(default_factory=set)

    def append(self, event: Event) -> bool:
        if (event.attempt, event.n) in self.seen or not accepts(self.run, event):
            return False
        if isinstance(event, RunDeleted):
            self.kept, self.seen = [], set()
        elif event.n:
            self.seen.add((event.attempt, event.n))
        self.kept.append(event)
        self.run = fold(self.run, event)
        return True

    def points(self) -> dict[str, dict[int, float]]:
        found: dict[str, dict[int, float]] = {}
        for event in self.kept:
            if isinstance(event, MetricsReported):
                for name, value in event.values.items():
                    found.setdefault(name, {})[event.step] = value
        return found

    def artifacts(self) -> dict[str, ArtifactSaved]:
        found: dict[str, ArtifactSaved] = {}
        for event in self.kept:
            if isinstance(event, ArtifactSaved | ArtifactDeleted):
                found.pop(event.name, None)
            if isinstance(event, ArtifactSaved):
                found[event.name] = event
        return found


def bare(event: Event) -> object:
    """Return all of an event but its number."""
    return event_adapter.validate_json(event.model_dump_json()).model_copy(update={"seq": 0})


def named(event: Event, prefix: str) -> Event:
    return event.model_copy(update={"run_id": prefix + event.run_id})


def agree(store: Store, run_id: str, plain: Plain) -> None:
    stored = [event_adapter.validate_json(s.json) for s in store.events(0, 10**6, run_id)]
    assert [bare(event) for event in stored] == [bare(event) for event in plain.kept]
    assert store.run(run_id) == fold_all(stored)
    series = store.metrics(run_id, None, None)
    assert {s.name: dict(zip(s.steps, s.values, strict=True)) for s in series} == plain.points()
    assert [bare(a) for a in store.artifacts(run_id)] == list(map(bare, plain.artifacts().values()))
    lines = store.logs(run_id, LogsQuery(level="info")).items
    assert [line.text for line in lines] == [
        event.text for event in plain.kept
        if isinstance(event, LogWritten) and event.level != "debug"
    ]  # fmt: skip
    assets = [a for a in store.assets(AssetsQuery(limit=1000)).items if a.source == run_id]
    checkpoints = [a.name for a in plain.artifacts().values() if a.kind == "checkpoint"]
    assert [asset.name for asset in assets] == checkpoints[::-1]


@given(
    events=st.lists(some_event, max_size=60),
    cuts=st.lists(st.integers(1, 20), min_size=1),
    again=st.lists(st.booleans(), min_size=1),
    raw=st.lists(st.booleans(), min_size=1),
)
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_store_agrees_with_a_plain_one(
    store: Store, events: list[Event], cuts: list[int], again: list[bool], raw: list[bool]
) -> None:
    prefix = f"e{next(_examples)}"
    events = [named(event, prefix) for event in [*opening, *events]]
    plain = {f"{prefix}{name}": Plain() for name in ("x", "y")}
    waiting, sizes, repeats = list(events), itertools.cycle(cuts), itertools.cycle(again)
    raws = itertools.cycle(raw)
    last = store.last_seq()
    while waiting:
        size = next(sizes)
        batch, waiting = waiting[:size], waiting[size:]
        # A batch comes again only where it holds nothing but workers' messages: the server's
        # own events are sent once.
        twice = next(repeats) and all(event.n for event in batch)
        for one in [batch, batch] if twice else [batch]:
            # As its worker sent it, a batch is stored as if it had been made into JSON anew.
            stored = store.append(
                read(events_adapter.dump_json(one).decode()) if next(raws) else one
            )
            assert [event_adapter.validate_json(s.json).model_dump_json() for s in stored] == [
                s.json for s in stored
            ]
            taken = [event for event in one if plain[event.run_id].append(event)]
            assert [bare(event_adapter.validate_json(s.json)) for s in stored] == list(
                map(bare, taken)
            )
            assert [s.seq for s in stored] == list(range(last + 1, last + 1 + len(stored)))
            last += len(stored)
    for run_id, expected in plain.items():
        agree(store, run_id, expected)


@given(event=some_event.filter(lambda event: type(event) in QUIET))
def test_quiet_events_change_nothing_of_a_run_but_its_number(event: Event) -> None:
    run = fold_all(opening)
    assert run is not None
    later = fold(run, event.model_copy(update={"seq": 7}))
    assert later == run.model_copy(update={"seq": 7})


def test_times_are_kept_in_utc_to_the_millisecond(store: Store) -> None:
    at = datetime(2026, 1, 2, 3, 4, 5, 678_900, tzinfo=UTC)
    store.append([RunQueued(run_id="t", kind="train", name="x", params={}, at=at)])
    run = store.run("t")
    assert run is not None
    assert run.created_at == at.replace(microsecond=678_000)
