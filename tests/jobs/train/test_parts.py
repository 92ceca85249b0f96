"""History, sampling, splits and figures: small functions, each with its cases."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labpool.jobs.train import Params, evaluate, history
from labpool.jobs.train.data import Example
from labpool.jobs.train.locate import locate
from labpool.jobs.train.sampling import EpochSampler, grouping_pays
from labpool.jobs.train.splits import load, stratify

from .conftest import make_rows, write_jsonl


def evaluation(step: int, f1: float, loss: float) -> dict[str, Any]:
    return {"step": step, "epoch": step / 10, "eval_f1": f1, "eval_loss": loss}


LOG = [
    {"step": 5, "loss": 1.0, "epoch": 0.5},
    evaluation(10, 0.5, 1.0),
    evaluation(20, 0.7, 0.9),
    evaluation(30, 0.7, 0.8),
    evaluation(40, 0.9, 0.8),
    evaluation(50, 0.6, 0.85),
]


def test_best_is_the_lowest_loss_and_the_earlier_of_equals() -> None:
    top = history.best(LOG)
    assert top is not None
    assert top["step"] == 30
    assert history.stale(LOG) == 2
    assert history.best(LOG[:1]) is None
    assert history.stale([]) == 0


@pytest.mark.parametrize(
    ("step", "patience", "done"), [(50, 0, False), (60, 0, True), (50, 2, True), (50, 3, False)]
)
def test_finished_by_steps_or_patience(step: int, patience: int, *, done: bool) -> None:
    state = {"global_step": step, "max_steps": 60, "log_history": LOG}
    assert history.finished(state, patience) is done


def test_summaries_are_no_metrics() -> None:
    assert history.metrics({"train_runtime": 3.0, "epoch": 2.0, "step": 4}) == {}
    assert history.metrics({"loss": 1, "epoch": 0.5, "step": 5}) == {"loss": 1.0, "epoch": 0.5}


@given(lengths=st.lists(st.integers(1, 60), min_size=1, max_size=200), grouped=st.booleans())
def test_sampler_yields_each_once_and_repeats_itself(lengths: list[int], *, grouped: bool) -> None:
    one = EpochSampler(lengths, 4, 7, grouped=grouped)
    one.set_epoch(3)
    order = list(one)
    other = EpochSampler(lengths, 4, 7, grouped=grouped)
    other.set_epoch(3)
    assert sorted(order) == list(range(len(lengths)))
    assert list(other) == order


def test_sampler_shuffles_anew() -> None:
    sampler = EpochSampler([5] * 100, 4, 7, grouped=False)
    first = list(sampler)
    sampler.set_epoch(1)
    assert list(sampler) != first


@pytest.mark.parametrize(
    ("lengths", "pays"),
    [([10] * 1000, False), ([5, 50] * 20, False), ([5, 50] * 500, True)],
)
def test_grouping_pays_with_mixed_lengths_and_enough_of_them(
    lengths: list[int], *, pays: bool
) -> None:
    assert grouping_pays(lengths, 8, 1)[0] is pays


@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=60), st.floats(0.01, 0.5))
def test_split_loses_nothing_and_leaves_each_class(labels: list[str], share: float) -> None:
    counts = Counter(labels)
    examples = [Example(f"t{i}", label, i) for i, label in enumerate(labels) if counts[label] > 1]
    same = {example.text: example.line for example in examples}
    left, held = stratify(examples, share, 3, same)
    assert sorted(left + held) == sorted(examples)
    assert {e.label for e in left} == {e.label for e in held} == {e.label for e in examples}
    assert stratify(examples, share, 3, same) == (left, held)


def test_own_splits_are_taken_as_they_are(tmp_path: Path) -> None:
    for name, offset, count in (("train", 0, 6), ("validation", 6, 2), ("test", 8, 3)):
        write_jsonl(tmp_path / f"{name}.jsonl", make_rows(count, offset))
    params = Params(dataset="an-asset")
    data = load(params, locate(params, {"an-asset": tmp_path}, {}))
    assert [len(data.train), len(data.validation), len(data.test)] == [18, 6, 9]
    assert data.labels == ["criminal", "family", "labour"]


def test_catalog_brings_its_splits() -> None:
    params = Params(dataset="persian-legal")
    source = locate(params, {}, {})
    assert source.splits == ["train", "validation", "test"]


def test_figures_against_values_worked_out_by_hand() -> None:
    truth, guess = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 1, 0])
    assert evaluate.accuracy(truth, guess) == pytest.approx(3 / 5)
    assert evaluate.macro_f1(truth, guess) == pytest.approx((0.5 + 0.8 + 0.0) / 3)
    assert evaluate.majority(np.array([2, 1, 2]), truth).tolist() == [2] * 5


def test_naive_bayes_learns_words_and_passes_over_new_ones() -> None:
    train = ["طلاق مهریه", "طلاق نفقه", "سرقت حبس،", "سرقت جزا"]
    guess = evaluate.naive_bayes(train, np.array([0, 0, 1, 1]), ["حبس نو", "نفقه", "نو"], 2)
    assert guess.tolist() == [1, 0, 0]


def dense_scores(train: list[str], labels: list[int], texts: list[str], classes: int) -> Any:
    """The textbook's formula, with a matrix of all classes and words."""
    words = sorted({word for text in train for word in text.split()})
    counts = np.ones((classes, len(words)))
    for text, label in zip(train, labels, strict=True):
        for word in text.split():
            counts[label, words.index(word)] += 1
    evidence = np.log(counts) - np.log(counts.sum(1, keepdims=True))
    with np.errstate(divide="ignore"):
        prior = np.log(np.bincount(labels, minlength=classes) / len(labels))
    known = [[words.index(word) for word in text.split() if word in words] for text in texts]
    return np.array([prior + evidence[:, some].sum(1) for some in known])


some_text = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=9).map(" ".join)


@given(
    st.lists(st.tuples(some_text, st.integers(0, 3)), min_size=1, max_size=20),
    st.lists(some_text, min_size=1, max_size=6),
    st.integers(1, 30),
)
def test_sparse_naive_bayes_answers_as_the_dense_formula(
    rows: list[tuple[str, int]], texts: list[str], portion: int
) -> None:
    train, labels = [text for text, _ in rows], [label for _, label in rows]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluate, "PORTION", portion)
        guess = evaluate.naive_bayes(train, np.array(labels), texts, 5)
    scores = dense_scores(train, labels, texts, 5)
    best = scores.max(1, keepdims=True)
    assert guess.tolist() == (scores > best - 1e-8).argmax(1).tolist()


def test_naive_bayes_of_many_classes_and_words_takes_little_memory() -> None:
    """A matrix of all of them would take 400 MB."""
    count, classes = 1_000, 500
    train = [" ".join(f"w{number * 100 + k}" for k in range(100)) for number in range(count)]
    labels = np.arange(count) % classes
    tracemalloc.start()
    try:
        guess = evaluate.naive_bayes(train, labels, train[:classes], classes)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert guess.tolist() == list(range(classes))
    assert peak < 80 << 20
