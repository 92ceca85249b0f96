"""What is to be seen at one moment."""

from __future__ import annotations

from typing import Any

import pytest

from labpool_server.dashboard.colours import DARK, LIGHT
from labpool_server.dashboard.frame import Frame, frame
from labpool_server.dashboard.history import History, Stint
from labpool_server.dashboard.words import _WORDS, Taste, chosen
from labpool_server.pool.backend import Seat

NOW = 1_000_000.0
EN, FA = Taste(), Taste("fa")


def seat(worker: str, memory: int = 83_000_000, limit: int = 2_000_000_000) -> Seat:
    return Seat(id=worker, address="tls://x", memory=memory, memory_limit=limit)


def begin(history: History, run_id: str, worker: str, ago: float, **more: Any) -> None:
    fields = {"name": run_id, "kind": "train", "attempt": 1, **more}
    history.begin(Stint(run_id=run_id, worker=worker, began=NOW - ago, **fields))


def seen(history: History, *seats: Seat, taste: Taste = EN, width_px: float = 600) -> Frame:
    return frame(history, seats, NOW, taste=taste, look=LIGHT, width_px=width_px)


def test_an_idle_pool_says_so_in_words() -> None:
    empty = seen(History(), seat("w0"))
    assert (empty.lanes, empty.bars["worker"], empty.lines["worker"]) == (["w0"], [], [])
    assert empty.empty.startswith("Nothing has run")
    assert "۱۰" in seen(History(), seat("w0"), taste=FA).empty
    assert seen(History()).empty == "The workers are starting."


def test_there_is_a_lane_for_each_worker_also_for_one_that_has_gone() -> None:
    history = History()
    begin(history, "r1", "w3", 30)
    now = seen(history, seat("w10"), seat("w2"))
    assert now.lanes == ["w2", "w3", "w10"]
    assert now.memory["text"] == ["83 MB / 2.0 GB", "gone", "83 MB / 2.0 GB"]
    assert now.empty == ""


def test_a_bar_reaches_to_now_or_to_its_end_and_shows_how_it_ended() -> None:
    history = History()
    begin(history, "r1", "w0", 90, name="a long name that has no room in its bar")
    history.end("r1", "cancelled", NOW - 60)
    begin(history, "r2", "w0", 50)
    bars = seen(history, seat("w0")).bars
    assert bars["right"] == [1000 * (NOW - 60), 1000 * NOW]
    assert bars["mark"] == ["■", ""]
    assert bars["pattern"] == ["/", " "]
    assert bars["label"] == ["a long name that …", "r2"]
    assert bars["took"] == ["30 s", "50 s"]
    assert bars["colour"][0] != bars["colour"][1]


def test_the_shortest_run_can_be_seen() -> None:
    history = History()
    begin(history, "r1", "w0", 100)
    history.end("r1", "failed", NOW - 100)
    bars = seen(history, seat("w0")).bars
    assert bars["right"][0] - bars["left"][0] >= 500
    assert (bars["label"], bars["mark"]) == ([""], [""])


@pytest.mark.parametrize(
    ("ago", "span"), [(10, 120), (119, 120), (130, 300), (400, 600), (5000, 600)]
)
def test_as_much_time_is_shown_as_something_happened_in(ago: float, span: int) -> None:
    history = History()
    begin(history, "r1", "w0", ago)
    now = seen(history, seat("w0"))
    assert now.now - now.since == span
    assert now.bars["begins"] == [1000 * max(NOW - ago, NOW - span)]


@pytest.mark.parametrize(
    ("memory", "limit", "text", "part"),
    [
        (83_400_000, 600_000_000, "83 MB / 600 MB", 0.139),
        (1_200_000_000, 1_000_000_000, "1.2 GB / 1.0 GB", 1.0),
        (83_400_000, 0, "83 MB", 0.0),
    ],
)
def test_memory_is_shown_against_its_limit(memory: int, limit: int, text: str, part: float) -> None:
    now = seen(History(), seat("w0", memory, limit)).memory
    assert now["text"] == [text]
    assert now["part"] == [pytest.approx(part)]
    assert now["room"] == [1.0 if limit else 0.0]


def test_in_persian_digits_are_persian_and_charts_have_the_same_data() -> None:
    history = History()
    begin(history, "r1", "w0", 3700)
    history.say("r1", "w0", 2468, NOW - 2)
    english, persian = seen(history, seat("w0")), seen(history, seat("w0"), taste=FA)
    assert (english.bars["took"], persian.bars["took"]) == (["1:01:40"], ["۱:۰۱:۴۰"])
    assert (english.lines["now"], persian.lines["now"]) == (["1,234"], ["۱٬۲۳۴"])
    assert persian.memory["text"] == ["۸۳ MB / ۲٫۰ GB"]
    assert english.lines["ys"] == persian.lines["ys"]


def test_every_word_is_there_in_both_languages() -> None:
    assert all(english and persian and english != persian for english, persian in _WORDS.values())
    assert LIGHT.endings.keys() == DARK.endings.keys()


def test_what_a_query_asks_for() -> None:
    assert chosen({"lang": [b"fa"], "theme": [b"dark"]}) == Taste("fa", dark=True)
    assert chosen({"lang": [b"xx"], "theme": [b"<script>"]}) == chosen({}) == Taste()
