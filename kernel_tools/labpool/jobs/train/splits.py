"""From the rows of the data sets to texts for training, validation and test."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .classes import in_order
from .curate import Curated, curate, drop_rare
from .data import Example
from .errors import DataError
from .lines import Advance, after
from .overlaps import across, find, keys
from .params import Params
from .sources import Seen, Sources
from .visible import beside, shown


@dataclass(frozen=True, kw_only=True)
class Data:
    """Labelled texts, ready to train on.

    Attributes:
        labels: Class names in order; the position is the class id.
        test: Empty when the data set brings none.
        notes: What was dropped, renamed, merged or found twice, one sentence each.
        repeated: Split name to texts of it that the training text has, too.
        sources: What each data set was: its name, and rows and digest of each split.
        digests: SHA-256 of each file, as it was read.
    """

    labels: list[str]
    train: list[Example]
    validation: list[Example]
    test: list[Example] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    repeated: Mapping[str, int] = field(default_factory=dict)
    sources: list[dict[str, Any]] = field(default_factory=list)
    digests: Mapping[Path, str] = field(default_factory=dict)


def settle(params: Params, source: Sources, curated: Curated) -> None:
    """Leave out rare classes if the params say so, then look at those that remain.

    Raises:
        DataError: As ``check_classes``.
    """
    drop_rare(params, curated, least=1 if "validation" in source.splits else 2)
    check_classes(params, source, curated.examples)


def check_classes(params: Params, source: Sources, examples: Mapping[str, list[Example]]) -> None:
    """Look at the classes of all splits.

    Raises:
        DataError: Fewer than two classes, a class too small to be split, or one that only
            validation or test have.
    """
    name = source.tables("train")[0].title
    if not examples["train"]:
        field = source.tables("train")[0].source.field
        raise DataError(field, f"{name}: there is no example in it")
    counts = Counter(example.label for example in examples["train"])
    if len(counts) < 2:
        raise DataError(
            "label_column",
            f"{name}: {shown(params.label_column)} holds one class only "
            f"({shown(next(iter(counts)))}); "
            "a classifier needs two or more",
        )
    label, count = min(counts.items(), key=lambda item: (item[1], item[0]))
    if "validation" not in source.splits and count < 2:
        raise DataError(
            "label_column",
            f"{name}: class {shown(label)} has {count} example; it takes 2 to train and validate "
            f"({len(counts)} classes in {len(examples['train'])} examples); add some, or set "
            "rare_classes to 'drop'",
        )
    for split in ("validation", "test"):
        if split in source.splits and not examples.get(split):
            table = source.tables(split)[0]
            raise DataError(table.source.field, f"{table.title}: there is no example in it")
        for example in examples.get(split, ()):
            if example.label not in counts:
                raise DataError(
                    "label_column",
                    f"{example.file}, line {example.line}: class "
                    f"{beside(example.label, counts)} is not in {name}",
                )


def load(params: Params, source: Sources, advance: Advance = lambda _: None) -> Data:
    """Read all data sets whole and split them.

    Own validation and test splits are taken as they are; of a data set without a validation
    split, a share of each class is held back, by the seed.

    Raises:
        DataError: They cannot be used.
    """
    notes, seen = list(source.notes), Seen()
    rows, before = {}, 0
    for split in source.splits:
        rows[split] = source.rows(split, seen, None, notes.append, after(advance, before))
        before += sum(t.path.stat().st_size for t in source.tables(split) if t.path.is_file())
    curated = curate(params, rows)
    settle(params, source, curated)
    examples = curated.examples
    same = keys(examples)
    notes += [*curated.notes, *across(source, examples, same)]
    if source.held:
        examples["train"], held = _hold_back(params, source, examples["train"], same)
        examples["validation"] = [*examples.get("validation", ()), *held]
    found = find(examples, same)
    return Data(
        labels=in_order(example.label for example in examples["train"]),
        train=examples["train"],
        validation=examples["validation"],
        test=examples.get("test", []),
        notes=notes + found.notes,
        repeated=found.repeated,
        sources=source.facts(seen),
        digests=seen.digests,
    )


def _hold_back(
    params: Params, source: Sources, examples: list[Example], same: Mapping[str, int]
) -> tuple[list[Example], list[Example]]:
    """Hold back a share of the data sets that bring no validation split.

    Texts that another data set has to train on stay there.
    """
    held = {t.title for t in source.tables("train") if t.source in source.held}
    fixed = [example for example in examples if example.file not in held]
    left, back = stratify(
        [example for example in examples if example.file in held],
        params.validation_split,
        params.seed,
        same,
        stay={same[example.text] for example in fixed},
    )
    return [*fixed, *left], back


def stratify(
    examples: list[Example],
    share: float,
    seed: int,
    same: Mapping[str, int],
    stay: Collection[int] = (),
) -> tuple[list[Example], list[Example]]:
    """Hold back a share of each class, at least one example and never all of them.

    Copies of one text go the same way, so that validation holds nothing that training has seen;
    only a class that has a single text stands on both sides.

    Args:
        examples: What to split.
        share: Of each class to hold back, 0 to 1.
        seed: Decides which.
        same: Text to a key that its copies share.
        stay: Keys of texts that are not held back.

    Returns:
        What is left and what is held back, both in the order of the file.
    """
    by_label: dict[str, dict[int, list[int]]] = {}
    for index, example in enumerate(examples):
        if same[example.text] in stay:
            continue
        copies = by_label.setdefault(example.label, {})
        copies.setdefault(same[example.text], []).append(index)
    rng = random.Random(seed)  # noqa: S311 - not a secret
    held: set[int] = set()
    for label in sorted(by_label):
        units = list(by_label[label].values())
        if len(units) == 1:
            units = [[index] for index in units[0]]
        count = min(len(units) - 1, max(1, round(len(units) * share)))
        held.update(index for unit in rng.sample(units, count) for index in unit)
    left = [example for index, example in enumerate(examples) if index not in held]
    return left, [example for index, example in enumerate(examples) if index in held]
