"""What is not given follows the model, and what is not worth its steps says so."""

from __future__ import annotations

from typing import Any

import pytest

from labpool.jobs.train import Params
from labpool.jobs.train.pace import follow_model
from labpool.jobs.train.verdict import verdict


@pytest.mark.parametrize(("fresh", "rate", "epochs"), [(True, 2e-3, 20), (False, 5e-5, 3)])
def test_what_is_not_given_follows_the_model(fresh: bool, rate: float, epochs: int) -> None:
    settled, told, warnings = follow_model(Params(dataset="x"), fresh=fresh)
    assert (settled.learning_rate, settled.epochs, warnings) == (rate, epochs, [])
    assert f"learning rate {rate:g}, at most {epochs} epochs (learning_rate and epochs" in told
    for name, value in (("learning_rate", rate), ("epochs", epochs)):
        description = Params.model_json_schema()["properties"][name]["description"]
        assert f"{value:f}".rstrip("0").rstrip(".") in description or f" {value} " in description


def test_what_is_given_stays() -> None:
    given = Params(dataset="x", learning_rate=3e-5, epochs=7, model_config={"layers": 2})
    settled, told, warnings = follow_model(given, fresh=False)
    assert settled.model_dump() == given.model_dump()
    assert told == "learning rate 3e-05, at most 7 epochs"
    assert warnings == []


@pytest.mark.parametrize(
    ("fresh", "rate", "words"),
    [
        (
            False,
            2e-3,
            "0.002 is far too high for a model that is trained already; take about 5e-05",
        ),
        (False, 1e-12, "far too low"),
        (True, 1.0, "1 is far too high for a fresh model; take about 0.002"),
        (True, 2e-6, "far too low"),
    ],
)
def test_a_rate_that_is_far_off_is_told(fresh: bool, rate: float, words: str) -> None:
    (warning,) = follow_model(Params(dataset="x", learning_rate=rate), fresh=fresh)[2]
    assert words in warning


FIGURES: dict[str, Any] = {
    "accuracy": 0.9,
    "majority_accuracy": 0.5,
    "bag_of_words_accuracy": 0.8,
    "predicted_classes": 3,
    "evaluated_on": "test",
}


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"accuracy": 0.8}, "(test): accuracy 0.8000, a bag of words 0.8000"),
        ({"accuracy": 0.484}, "the most frequent class 0.5000 and a bag of words 0.8000"),
        ({"accuracy": 0.85, "predicted_classes": 1}, "has learned nothing"),
    ],
)
def test_a_model_that_is_no_better_than_its_baselines_says_so(
    figures: dict[str, Any], words: str
) -> None:
    (told,) = verdict(FIGURES | figures)
    assert words in told.message


def test_a_model_that_beats_its_baselines_says_nothing() -> None:
    assert verdict(FIGURES) == []
    assert verdict(FIGURES | {"accuracy": 1.0, "predicted_classes": 1}) == []
