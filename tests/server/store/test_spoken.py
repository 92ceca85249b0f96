"""A worker's batch keeps its own JSON, where that is what the server would write."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from labpool.wire import Event, Progress, events_adapter
from labpool.wire.events import ArtifactSaved, LogWritten, ProgressReported
from labpool_server.store import Spoken, read

AT = {"run_id": "a", "attempt": 2}
BATCH: list[Event] = [
    LogWritten(**AT, n=7, worker="w", text='"seq":0, },{"run_id":"b"'),
    ProgressReported(**AT, n=8, worker="w", progress=Progress(done=1.5, unit="مرحله")),
    LogWritten(**AT, n=9, text=""),
]


def as_sent(*events: Event) -> str:
    return events_adapter.dump_json(list(events)).decode()


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_json_is_kept_and_numbered(count: int) -> None:
    items = read(as_sent(*BATCH[:count]))
    assert all(isinstance(item, Spoken) for item in items)
    for seq, (item, event) in enumerate(zip(items, BATCH, strict=False), 10**6):
        assert isinstance(item, Spoken)
        assert item.json(seq) == event.model_copy(update={"seq": seq}).model_dump_json()


def test_a_batch_that_cannot_be_cut_surely_is_only_parsed() -> None:
    nested = {"list": [{"x": 1}, {"run_id": "b", "seq": 0}]}
    saved = ArtifactSaved(**AT, n=9, name="x", path="x", size_bytes=1, sha256="0", meta=nested)
    for text in (
        as_sent(*BATCH, saved),
        json.dumps(json.loads(as_sent(*BATCH))),
        as_sent(*BATCH).replace('"seq":0', '"seq":5'),
        as_sent(*BATCH).replace("Z", "+00:00"),
    ):
        assert read(text) == events_adapter.validate_json(text)
    assert read("[]") == []


@pytest.mark.parametrize("text", ["", "{}", "[1]", as_sent(*BATCH)[:-2]])
def test_what_is_no_batch_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        read(text)
