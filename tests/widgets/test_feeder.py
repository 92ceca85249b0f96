"""One stream feeds all widgets; it comes back after the server, and ends with the last widget."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

import labpool
from client.stand_in import StandIn
from labpool.client.connection import Connection
from labpool.client.widgets.feeder import Feeder
from labpool.client.widgets.model import RunModel
from labpool.wire.events import RunSucceeded
from support.server import until

from .conftest import tell


class Recorder:
    """A view that keeps what it was told to draw."""

    def __init__(self, model: RunModel) -> None:
        self.model = model
        self.changes: list[dict[str, object]] = []

    def renew(self, model: RunModel) -> None:
        self.model = model

    def draw(self, now: float) -> None:
        if change := self.model.change():
            self.changes.append(change)

    @property
    def links(self) -> list[object]:
        return [change["link"] for change in self.changes if "link" in change]


@pytest.fixture
def feeder(stand_in: StandIn) -> Iterator[Feeder]:
    given = labpool.connect(stand_in.url, stand_in.token).get("r1").connection
    quick = replace(given.timing, retry_s=0.2, first_pause_s=0.05, longest_pause_s=0.2)
    feeder = Feeder(Connection(given.address, quick))
    yield feeder
    feeder.drop("r1")


def follow(feeder: Feeder, ended: list[RunModel] | None = None) -> Recorder:
    known: list[RunModel] = [] if ended is None else ended
    view = feeder.follow("r1", known.append, Recorder).view
    assert isinstance(view, Recorder)
    return view


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("labpool-")}


def test_it_begins_with_the_past_and_goes_on(stand_in: StandIn, feeder: Feeder) -> None:
    view = follow(feeder)
    assert view.model.snapshot()["series"]["loss"]["steps"] == [0, 1, 2, 3, 4]
    for step in range(5, 9):
        tell(stand_in, step)
    until(lambda: view.model.snapshot()["series"]["loss"]["steps"] == list(range(9)), 10)
    assert view.model.snapshot()["logs"][-1]["text"] == "line <8>"


def test_the_end_is_told_once(stand_in: StandIn, feeder: Feeder) -> None:
    ended: list[RunModel] = []
    follow(feeder, ended)
    stand_in.emit(RunSucceeded(run_id="r1", attempt=1, result={"loss": 0.1}))
    until(lambda: ended, 10)
    assert [model.run.state for model in ended] == ["succeeded"]


def test_it_says_that_the_server_is_away_and_misses_nothing(
    stand_in: StandIn, feeder: Feeder
) -> None:
    view = follow(feeder)
    stand_in.stop()
    until(lambda: view.links == ["away"], 20)
    stand_in.start()
    tell(stand_in, 5)
    until(lambda: view.links == ["away", "live"], 20)
    until(lambda: view.model.snapshot()["series"]["loss"]["steps"] == list(range(6)), 10)


def test_after_a_change_of_the_database_it_shows_what_is_there_now(
    stand_in: StandIn, feeder: Feeder
) -> None:
    view = follow(feeder)
    for step in range(5, 9):
        tell(stand_in, step)
    until(lambda: view.model.snapshot()["series"]["loss"]["steps"] == list(range(9)), 10)
    stand_in.stop()
    del stand_in.events[-6:]
    stand_in.runs["r1"] = stand_in.runs["r1"].model_copy(update={"seq": len(stand_in.events)})
    stand_in.start()
    until(lambda: view.model.snapshot()["series"]["loss"]["steps"] == list(range(7)), 20)
    tell(stand_in, 20)
    until(lambda: view.model.snapshot()["series"]["loss"]["steps"] == [*range(7), 20], 10)


def test_buttons_reach_the_server_and_its_refusal_is_shown(
    stand_in: StandIn, feeder: Feeder
) -> None:
    view = follow(feeder)
    feeder.press("r1", "resume")
    until(lambda: view.model.snapshot()["notice"] == "The run has not stopped.", 10)
    feeder.press("r1", "cancel")
    until(lambda: view.model.run.cancel_requested, 10)
    until(lambda: view.model.snapshot()["notice"] == "", 10)


def test_the_threads_end_with_the_last_widget_and_begin_again(
    stand_in: StandIn, feeder: Feeder
) -> None:
    follow(feeder)
    assert threads() == {"labpool-events", "labpool-draw"}
    feeder.drop("r1")
    until(lambda: not threads(), 10)
    view = follow(feeder)
    tell(stand_in, 5)
    until(lambda: view.changes, 10)
