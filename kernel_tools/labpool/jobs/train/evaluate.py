"""Figures that tell whether a classifier is worth its steps; numpy only."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
WORD = re.compile(r"\w+")


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


def naive_bayes(train_texts: Sequence[str], train: Ids, texts: Sequence[str], classes: int) -> Ids:
    """Multinomial naive Bayes on words, Laplace smoothing 1: the baseline.

    Words stand between spaces; punctuation at them is cut off, which makes the baseline
    stronger.

    Args:
        train_texts: Normalised training texts.
        train: Their class ids, (n,).
        texts: Normalised texts to classify.
        classes: Number of classes.

    Returns:
        Class ids, (len(texts),). Words that training has not seen are passed over.
    """
    documents = [_words(text) for text in train_texts]
    words = {word: i for i, word in enumerate(dict.fromkeys(w for d in documents for w in d))}
    counts = np.ones((classes, len(words)))
    for document, label in zip(documents, train, strict=True):
        for word, count in Counter(document).items():
            counts[label, words[word]] += count
    evidence = np.log(counts) - np.log(counts.sum(1, keepdims=True))
    prior = np.log(np.bincount(train, minlength=classes) / len(train))
    guess = []
    for text in texts:
        known = [words[word] for word in _words(text) if word in words]
        guess.append(int((prior + evidence[:, known].sum(1)).argmax()))
    return np.asarray(guess, dtype=np.int64)


def _words(text: str) -> list[str]:
    """Return the words of a text, without the punctuation at them."""
    return WORD.findall(text)
