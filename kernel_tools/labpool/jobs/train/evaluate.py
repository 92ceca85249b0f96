"""Figures that tell whether a classifier is worth its steps; numpy only."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
WORD = re.compile(r"\w+")
PORTION = 1 << 20  # words counted at once
DECIMALS = 9  # of a score: what differs by rounding only is equal


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


def naive_bayes(train_texts: Iterable[str], train: Ids, texts: Iterable[str], classes: int) -> Ids:
    """Multinomial naive Bayes on words, Laplace smoothing 1: the baseline.

    Words stand between spaces; punctuation at them is cut off, which makes the baseline
    stronger. Only pairs of word and class that occur are kept, and one text is scored at a time:
    many classes times many words take no memory.

    Args:
        train_texts: Normalised training texts.
        train: Their class ids, (n,).
        texts: Normalised texts to classify.
        classes: Number of classes.

    Returns:
        Class ids, one for each text; the lowest of equals. Words that training has not seen are
        passed over.
    """
    words: dict[str, int] = {}
    pairs, counts = _count(train_texts, train, words, classes)
    word, label = np.divmod(pairs, classes)
    first = np.searchsorted(word, np.arange(len(words) + 1))  # where the pairs of a word begin
    total = np.log(np.bincount(label, counts, classes) + len(words))
    more = np.log1p(counts)  # a pair that never was adds log(1) = 0
    with np.errstate(divide="ignore"):  # a class that no text has is never the answer
        prior = np.log(np.bincount(train, minlength=classes) / len(train))
    guess = []
    for text in texts:
        known = [words[w] for w in _words(text) if w in words]
        score = prior - len(known) * total
        for index in known:
            own = slice(first[index], first[index + 1])
            score[label[own]] += more[own]
        guess.append(int(score.round(DECIMALS).argmax()))
    return np.asarray(guess, dtype=np.int64)


def _count(
    texts: Iterable[str], labels: Ids, words: dict[str, int], classes: int
) -> tuple[Ids, Ids]:
    """Count how often each word occurs in each class, a portion at a time.

    Args:
        texts: Normalised texts.
        labels: Their class ids.
        words: Given the number of each word, in the order in which they occur.
        classes: Number of classes.

    Returns:
        The pairs that occur, ``word * classes + class``, rising, and how often each does.
    """
    pairs, counts = np.empty(0, np.int64), np.empty(0, np.int64)
    portion = array("q")

    def merge() -> tuple[Ids, Ids]:
        new, often = np.unique(np.asarray(portion, dtype=np.int64), return_counts=True)
        merged, place = np.unique(np.concatenate([pairs, new]), return_inverse=True)
        sums = np.zeros(len(merged), np.int64)
        np.add.at(sums, place, np.concatenate([counts, often]))
        return merged, sums

    for text, label in zip(texts, labels.tolist(), strict=True):
        portion.extend(words.setdefault(w, len(words)) * classes + label for w in _words(text))
        if len(portion) >= PORTION:
            pairs, counts = merge()
            portion = array("q")
    return merge()


def _words(text: str) -> list[str]:
    """Return the words of a text, without the punctuation at them."""
    return WORD.findall(text)
