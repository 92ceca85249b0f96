"""The fold: stories told in JSON, which the page's own fold is tested with as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labpool.runtime.state import accepts, fold, fold_all
from labpool.wire import Run, events_adapter

STORIES = sorted((Path(__file__).parents[1] / "fixtures" / "state").glob("*.json"))


@pytest.fixture(params=STORIES, ids=lambda path: path.stem)
def story(request: pytest.FixtureRequest) -> dict[str, Any]:
    path: Path = request.param
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told


def test_a_run_is_the_fold_of_its_events(story: dict[str, Any]) -> None:
    run = fold_all(events_adapter.validate_python(story["events"]))
    expected = None if story["run"] is None else Run.model_validate(story["run"])
    assert run == expected
    assert (run and json.loads(run.model_dump_json())) == story["run"]


def test_folding_can_stop_and_go_on_anywhere(story: dict[str, Any]) -> None:
    events = events_adapter.validate_python(story["events"])
    for cut in range(1, len(events)):
        before = fold_all(events[:cut])
        assert before is not None
        kept = Run.model_validate_json(before.model_dump_json())
        assert fold_all(events[cut:], kept) == fold_all(events)


def test_the_server_lets_the_server_s_own_events_follow(story: dict[str, Any]) -> None:
    run = None
    for event in events_adapter.validate_python(story["events"]):
        assert accepts(run, event) or event.n > 0
        run = fold(run, event)


def test_there_are_stories() -> None:
    assert len(STORIES) >= 8
