"""Figures that tell whether a classifier is worth its steps; numpy only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]


def accuracy(truth: Ids, guess: Ids) -> float:
    """Return the share of right answers, 0 to 1."""
    return float((truth == guess).mean())


def macro_f1(truth: Ids, guess: Ids) -> float:
    """Return the mean F1 over the classes that occur in either, each of equal weight."""
    scores = []
    for label in np.union1d(truth, guess):
        right = int(((truth == label) & (guess == label)).sum())
        scores.append(2 * right / (int((truth == label).sum()) + int((guess == label).sum())))
    return float(np.mean(scores))


def majority(train: Ids, truth: Ids) -> Ids:
    """Answer the most frequent training class each time (the lowest id of equals)."""
    return np.full_like(truth, np.bincount(train).argmax())


def naive_bayes(
    train_texts: Sequence[str], train: Ids, texts: Sequence[str], classes: int
) -> Ids:
    """Multinomial naive Bayes on whitespace words, Laplace smoothing 1: the baseline.

    Args:
        train_texts: Normalised training texts.
        train: Their class ids, (n,).
        texts: Normalised texts to classify.
        classes: Number of classes.

    Returns:
        Class ids, (len(texts),). Words that training has not seen are passed over.
    """
    words = {word: i for i, word in enumerate({w: None for t in train_texts for w in t.split()})}
    counts = np.ones((classes, len(words)))
    for text, label in zip(train_texts, train, strict=True):
        for word, count in Counter(text.split()).items():
            counts[label, words[word]] += count
    evidence = np.log(counts) - np.log(counts.sum(1, keepdims=True))
    prior = np.log(np.bincount(train, minlength=classes) / len(train))
    guess = [
        int((prior + evidence[:, [words[w] for w in text.split() if w in words]].sum(1)).argmax())
        for text in texts
    ]
    return np.asarray(guess, dtype=np.int64)
