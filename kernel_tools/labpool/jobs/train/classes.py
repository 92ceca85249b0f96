"""Which labels name the same class: numbers, truth values, and spellings that look alike."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import DataError
from .params import Params
from .visible import apart, class_key, clean, first_of, shown

# Digits of any script; more of them than this are a code, and no number to Python either.
WHOLE = re.compile(r"[+-]?\d{1,100}")
WITH_ZEROS = re.compile(r"([+-]?\d{1,100})\.0+")
TRUTH = {"false": "0", "true": "1"}


@dataclass(frozen=True)
class Names:
    """The class that each label of a column names.

    Attributes:
        final: Label as text to name of the class.
        notes: What was merged or renamed, with counts.
    """

    final: Mapping[str, str]
    notes: list[str]

    def of(self, label: Any) -> str:
        """Return the class of a label."""
        return self.final[as_text(label)]


def as_text(label: Any) -> str:
    """Write a label as text: 1 and 1.0 are "1", True is "True"; text loses outer spaces only."""
    if isinstance(label, float):
        return str(int(label))
    return str(label).strip()


def name_classes(labels: Iterable[Any], params: Params) -> Names:
    """Decide for a whole column which labels are one class.

    Args:
        labels: All labels of all splits: text, whole numbers, truth values.
        params: ``similar_labels`` counts here.

    Raises:
        DataError: Labels look alike, and ``similar_labels`` is "refuse".
    """
    counts = Counter(map(as_text, labels))
    final = {name: name for name in counts}
    notes: list[str] = []
    for step in (_whole_numbers, _truth_values, _alike):
        now = Counter[str]()
        for name, count in counts.items():
            now[final[name]] += count
        renamed, told = step(now, params)
        final = {name: renamed.get(middle, middle) for name, middle in final.items()}
        notes += told
    return Names(final, notes)


def _whole_numbers(counts: Counter[str], _: Params) -> tuple[dict[str, str], list[str]]:
    """1.0 is 1 where every label is a whole number: an empty cell made floats of the column."""
    parts = {name: WITH_ZEROS.fullmatch(name) for name in counts}
    others = [name for name, match in parts.items() if not match and name.lower() not in TRUTH]
    if not any(parts.values()) or not all(WHOLE.fullmatch(name) for name in others):
        return {}, []
    renamed = {name: match[1] for name, match in parts.items() if match}
    one = min(renamed)
    rows = sum(counts[name] for name in renamed)
    told = f"all classes are whole numbers: {one} is read as {renamed[one]}, and so on"
    return renamed, [f"{told} ({rows} rows)"]


def _truth_values(counts: Counter[str], _: Params) -> tuple[dict[str, str], list[str]]:
    """True is 1 and false 0 where both ways are in the column and nothing else is."""
    words = {name for name in counts if name.lower() in TRUTH}
    numbers = counts.keys() - words
    if not words or not numbers or not numbers <= set(TRUTH.values()):
        return {}, []
    rows = sum(counts[name] for name in words)
    told = (
        f"truth values and 0/1 are mixed: {', '.join(sorted(words))} are read as the classes 0 "
        f"and 1 ({rows} of {counts.total()} rows)"
    )
    return {name: TRUTH[name.lower()] for name in words}, [told]


def _alike(counts: Counter[str], params: Params) -> tuple[dict[str, str], list[str]]:
    """Merge, refuse or keep spellings that differ in letter forms, case or spaces only."""
    groups: dict[str, list[str]] = {}
    for name in sorted(counts, key=lambda name: (-counts[name], len(name), name)):
        groups.setdefault(class_key(name) or name, []).append(name)
    told = [
        first_of(
            [f"{seen} ({counts[name]})" for seen, name in zip(apart(group), group, strict=True)],
            " = ",
        )
        for group in groups.values()
        if len(group) > 1
    ]
    pairs = first_of(told, "; ")
    what = "classes that differ in letter forms, case, spaces or invisible marks only"
    if told and params.similar_labels == "refuse":
        raise DataError(
            "label_column",
            f"{what}: {pairs}; write each class in one way, or set similar_labels to "
            "'merge' or 'keep'",
        )
    if params.similar_labels == "keep":
        return {}, [f"{what} are kept apart: {pairs}"] if told else []
    notes = [f"{what} are one, named as the first: {pairs}"] if told else []
    renamed = {name: clean(group[0]) or group[0] for group in groups.values() for name in group}
    if cut := [shown(group[0]) for group in groups.values() if renamed[group[0]] != group[0]]:
        notes.append(f"what cannot be seen is cut from the names {first_of(cut, ', ')}")
    return renamed, notes


def in_order(names: Iterable[str]) -> list[str]:
    """Sort classes: by value if all are whole numbers, else as text."""
    names = set(names)
    if all(WHOLE.fullmatch(name) for name in names):
        return sorted(names, key=lambda name: (int(name), name))
    return sorted(names)
