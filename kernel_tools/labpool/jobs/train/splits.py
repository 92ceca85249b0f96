"""From what the params name to texts for training, validation and test."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from labpool.wire.catalog import CatalogEntry

from .data import SPLITS, SUFFIXES, Columns, DataError, Example, read
from .params import Params


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a data set lies.

    Attributes:
        files: Split name ("train", "validation", "test") to file; "train" is always there.
    """

    files: Mapping[str, Path]
    columns: Columns


@dataclass(frozen=True, kw_only=True)
class Data:
    """Labelled texts, ready to train on.

    Attributes:
        labels: Class names in order; the position is the class id.
        test: Empty when the data set brings none.
    """

    labels: list[str]
    train: list[Example]
    validation: list[Example]
    test: list[Example] = field(default_factory=list)


def locate(
    params: Params, assets: Mapping[str, Path], catalog: Mapping[str, CatalogEntry]
) -> Source:
    """Find the files of the data set: an asset, then the catalog, then a path.

    Args:
        params: What to train on.
        assets: Asset id to path; what was downloaded stands here by its id in the catalog, too.
        catalog: What the catalog says of the data set, if it lists it.

    Raises:
        DataError: There is no such data set.
    """
    if params.dataset in assets:
        folder = Path(assets[params.dataset])
        entry = catalog.get(params.dataset)
        if entry is None:
            return Source(files=_files(folder), columns=_columns(params))
        files = {split: folder / name for split, name in entry.splits.items() if split in SPLITS}
        return Source(
            files=files or _files(folder),
            columns=_columns(params, entry.text_column, entry.label_column),
        )
    if source := _shipped(params):
        return source
    return Source(files=_files(Path(params.dataset).expanduser()), columns=_columns(params))


def _columns(params: Params, text: str | None = None, label: str | None = None) -> Columns:
    """Return the columns; the data set's own stand in for what the params leave at default."""
    usual = {name: Params.model_fields[name].default for name in ("text_column", "label_column")}
    own = {"text_column": text, "label_column": label}

    def column(name: str) -> str:
        given: str = getattr(params, name)
        return given if given != usual[name] else own[name] or given

    return Columns(text=column("text_column"), label=column("label_column"))


def _shipped(params: Params) -> Source | None:
    """Return the data set of that name which comes with Labpool, or None.

    Raises:
        DataError: The catalog lists it, but only for download, and no file has that name.
    """
    try:
        import labpool_catalog  # a worker may be installed without the catalog
    except ImportError:
        return None
    entry = labpool_catalog.read().get(params.dataset)
    if entry is None or entry.kind != "dataset":
        return None
    if entry.builtin is None:
        if Path(params.dataset).exists():
            return None
        raise DataError(
            "dataset", f"{params.dataset}: the catalog lists it, but it is not here; download it"
        )
    return Source(
        files={split: path for split, path in entry.files().items() if split in SPLITS},
        columns=_columns(params, entry.text_column, entry.label_column),
    )


def _files(path: Path) -> dict[str, Path]:
    if path.is_file():
        return {"train": path}
    if not path.is_dir():
        raise DataError(
            "dataset",
            f"{path}: no such file, asset or catalog data set; give an id from the catalog or a "
            f"{', '.join(SUFFIXES)} file that the server can read",
        )
    found = {
        split: file
        for split in SPLITS
        for file in sorted(path.glob(f"{split}.*"))
        if file.suffix.lower() in SUFFIXES
    }
    if "train" not in found:
        raise DataError("dataset", f"{path}: the folder has no train.jsonl, .csv or .parquet")
    return found


def check_classes(params: Params, source: Source, examples: Mapping[str, list[Example]]) -> None:
    """Look at the classes of all splits.

    Raises:
        DataError: Fewer than two classes, a class too small to be split, or one that only
            validation or test have.
    """
    name = source.files["train"].name
    if not examples["train"]:
        raise DataError("dataset", f"{name}: there is no example in it")
    counts = Counter(example.label for example in examples["train"])
    if len(counts) < 2:
        raise DataError(
            "label_column",
            f"{name}: {params.label_column!r} holds one class only ({next(iter(counts))!r}); "
            "a classifier needs two or more",
        )
    label, count = min(counts.items(), key=lambda item: (item[1], item[0]))
    if "validation" not in source.files and count < 2:
        raise DataError(
            "label_column",
            f"{name}: class {label!r} has {count} example; it takes 2 to train and validate "
            f"({len(counts)} classes in {len(examples['train'])} examples)",
        )
    for split in ("validation", "test"):
        if split in source.files and not examples.get(split):
            raise DataError("dataset", f"{source.files[split].name}: there is no example in it")
        for example in examples.get(split, ()):
            if example.label not in counts:
                raise DataError(
                    "label_column",
                    f"{source.files[split].name}, line {example.line}: class {example.label!r} "
                    f"is not in {name}",
                )


def load(params: Params, source: Source) -> Data:
    """Read the whole data set and split it.

    Own validation and test splits are taken as they are; without a validation split, a share
    of each class is held back, by the seed.

    Raises:
        DataError: It cannot be used.
    """
    examples = {split: list(read(path, source.columns)) for split, path in source.files.items()}
    check_classes(params, source, examples)
    train = examples["train"]
    validation = examples.get("validation")
    if validation is None:
        train, validation = stratify(train, params.validation_split, params.seed)
    labels = sorted({example.label for example in train})
    return Data(labels=labels, train=train, validation=validation, test=examples.get("test", []))


def stratify(
    examples: list[Example], share: float, seed: int
) -> tuple[list[Example], list[Example]]:
    """Hold back a share of each class, at least one example and never all of them.

    Returns:
        What is left and what is held back, both in the order of the file.
    """
    by_label: dict[str, list[int]] = {}
    for index, example in enumerate(examples):
        by_label.setdefault(example.label, []).append(index)
    rng = random.Random(seed)  # noqa: S311 - not a secret
    held: set[int] = set()
    for label in sorted(by_label):
        indices = by_label[label]
        count = min(len(indices) - 1, max(1, round(len(indices) * share)))
        held.update(rng.sample(indices, count))
    left = [example for index, example in enumerate(examples) if index not in held]
    return left, [example for index, example in enumerate(examples) if index in held]
