"""Texts that are there more than once: within the training text, and across the splits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .curate import places
from .data import Example
from .folds import fold
from .sources import Sources
from .visible import listed


class Overlaps(NamedTuple):
    """What was found twice.

    Attributes:
        notes: One sentence for each kind.
        repeated: Split name to examples of it whose text is in the training text, too.
    """

    notes: list[str]
    repeated: dict[str, int]


def keys(examples: Mapping[str, list[Example]]) -> dict[str, int]:
    """Return a key for each text; texts that differ in spelling only share it."""
    return {e.text: hash(fold(e.text)) for some in examples.values() for e in some}


def across(
    source: Sources, examples: Mapping[str, list[Example]], same: Mapping[str, int]
) -> list[str]:
    """Say how several data sets go together: texts that two of them have, and their classes.

    Args:
        source: The data sets.
        examples: Split name to examples, before a share is held back.
        same: What ``keys`` returned for them.
    """
    if len(source.sources) < 2:
        return []
    origin = {t.title: source.label(t.source) for t in source.tables("train")}
    first: dict[int, str] = {}
    copies = []
    classes: dict[str, set[str]] = {}
    for example in examples["train"]:
        name = origin[example.file]
        classes.setdefault(name, set()).add(example.label)
        if first.setdefault(same[example.text], name) != name:
            copies.append(example)
    notes = []
    if copies:
        notes.append(
            f"{len(copies)} texts to train on are in more than one of the data sets; they are kept "
            f"and count more ({places(copies)})"
        )
    every = set.union(*classes.values())
    if told := "; ".join(_differing(classes, every)):
        notes.append(f"the data sets do not have the same classes: {told}")
    return notes


def _differing(classes: Mapping[str, set[str]], every: set[str]) -> Iterator[str]:
    for name, own in classes.items():
        others: set[str] = set().union(*(some for n, some in classes.items() if n != name))
        if alone := own - others:
            yield f"only {name} has {listed(alone)}"
        if lacking := every - own:
            yield f"{name} lacks {listed(lacking)}"


def find(examples: Mapping[str, list[Example]], same: Mapping[str, int]) -> Overlaps:
    """Find texts that are there twice.

    Args:
        examples: Split name to examples, as they are trained and measured on.
        same: What ``keys`` returned for them.
    """
    seen: dict[int, set[str]] = {}
    copies: list[Example] = []
    torn: list[Example] = []
    for example in examples["train"]:
        labels = seen.setdefault(same[example.text], set())
        if labels:
            (copies if labels == {example.label} else torn).append(example)
        labels.add(example.label)
    notes = []
    if copies:
        notes.append(
            f"{len(copies)} texts to train on are there more than once, in the same class; "
            f"they are kept and count more ({places(copies)})"
        )
    if torn:
        notes.append(
            f"{len(torn)} texts to train on are there in another class, too; no model can get "
            f"both right ({places(torn)})"
        )
    repeated = {split: 0 for split in examples if split != "train"}
    before = {"validation": ["training"], "test": ["training", "validation"]}
    known = {"training": seen}
    for split, earlier in before.items():
        for other in earlier:
            again = [e for e in examples.get(split, []) if same[e.text] in known[other]]
            if other == "training" and split in repeated:
                repeated[split] = len(again)
            if again:
                notes.append(_again(split, other, again, known[other], same))
        known[split] = {}
        for example in examples.get(split, []):
            known[split].setdefault(same[example.text], set()).add(example.label)
    return Overlaps(notes, repeated)


def _again(
    split: str,
    other: str,
    again: list[Example],
    known: Mapping[int, set[str]],
    same: Mapping[str, int],
) -> str:
    """Say how many texts of a split another split has, too."""
    agree = sum(example.label in known[same[example.text]] for example in again)
    why = {"training": "figures on them are too good", "validation": "the best epoch saw them"}
    return (
        f"{len(again)} of the {split} texts are in the {other} texts, too, {agree} in the same "
        f"class and {len(again) - agree} in another: {why[other]} ({places(again)})"
    )
