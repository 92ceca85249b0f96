"""From what the params name to texts for training, validation and test."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from labpool.wire.catalog import CatalogEntry

from .classes import in_order
from .curate import Curated, curate, drop_rare
from .data import SPLITS, SUFFIXES, Columns, Example, Row, read
from .errors import DataError
from .folders import splits_in
from .lines import Advance, Tell, after
from .overlaps import find, keys
from .params import Params
from .visible import beside, shown


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a data set lies.

    Attributes:
        files: Split name ("train", "validation", "test") to its files; "train" is always there.
        notes: What a person should know of what lies there.
    """

    files: Mapping[str, tuple[Path, ...]]
    columns: Columns
    notes: list[str] = field(default_factory=list)

    def all_files(self) -> list[Path]:
        """Return the files of all splits."""
        return [path for some in self.files.values() for path in some]

    def named(self) -> dict[str, Path]:
        """Return every file by a name of its own: the split, with a number where it has shards."""
        return {
            split if len(some) == 1 else f"{split} {number}": path
            for split, some in self.files.items()
            for number, path in enumerate(some, 1)
        }

    def rows(
        self, split: str, max_bytes: int | None, tell: Tell, advance: Advance
    ) -> Iterator[Row]:
        """Read the rows of one split, file after file.

        Args:
            split: "train", "validation" or "test".
            max_bytes: Of all files together; None reads all.
            tell: Called with what a person should know of how a file was read.
            advance: Called now and then with the bytes of the split read so far.
        """
        before = 0
        for path in self.files[split]:
            left = None if max_bytes is None else max_bytes - before
            if left is not None and left <= 0:
                return
            yield from read(path, self.columns, left, tell, after(advance, before))
            before += path.stat().st_size
            advance(before)


@dataclass(frozen=True, kw_only=True)
class Data:
    """Labelled texts, ready to train on.

    Attributes:
        labels: Class names in order; the position is the class id.
        test: Empty when the data set brings none.
        notes: What was dropped, renamed, merged or found twice, one sentence each.
        repeated: Split name to texts of it that the training text has, too.
    """

    labels: list[str]
    train: list[Example]
    validation: list[Example]
    test: list[Example] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    repeated: Mapping[str, int] = field(default_factory=dict)


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
            return _there(folder, _columns(params))
        columns = _columns(params, entry.text_column, entry.label_column)
        files = {split: (folder / name,) for split, name in entry.splits.items() if split in SPLITS}
        return Source(files=files, columns=columns) if files else _there(folder, columns)
    if source := _shipped(params):
        return source
    return _there(Path(params.dataset).expanduser(), _columns(params))


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
        files={split: (path,) for split, path in entry.files().items() if split in SPLITS},
        columns=_columns(params, entry.text_column, entry.label_column),
    )


def _there(path: Path, columns: Columns) -> Source:
    """Return the data set that a file or a folder is."""
    if path.is_file():
        return Source(files={"train": (path,)}, columns=columns)
    if not path.is_dir():
        looked = "" if path.is_absolute() else f" in {Path.cwd()}, the folder of the server"
        raise DataError(
            "dataset",
            f"{path}: no such file{looked}, asset or catalog data set; give an id from the catalog "
            f"or the whole path of a {', '.join(SUFFIXES)} file that the server can read",
        )
    files, notes = splits_in(path)
    return Source(files=files, columns=columns, notes=notes)


def settle(params: Params, source: Source, curated: Curated) -> None:
    """Leave out rare classes if the params say so, then look at those that remain.

    Raises:
        DataError: As ``check_classes``.
    """
    drop_rare(params, curated, least=1 if "validation" in source.files else 2)
    check_classes(params, source, curated.examples)


def check_classes(params: Params, source: Source, examples: Mapping[str, list[Example]]) -> None:
    """Look at the classes of all splits.

    Raises:
        DataError: Fewer than two classes, a class too small to be split, or one that only
            validation or test have.
    """
    name = source.files["train"][0].name
    if not examples["train"]:
        raise DataError("dataset", f"{name}: there is no example in it")
    counts = Counter(example.label for example in examples["train"])
    if len(counts) < 2:
        raise DataError(
            "label_column",
            f"{name}: {shown(params.label_column)} holds one class only "
            f"({shown(next(iter(counts)))}); "
            "a classifier needs two or more",
        )
    label, count = min(counts.items(), key=lambda item: (item[1], item[0]))
    if "validation" not in source.files and count < 2:
        raise DataError(
            "label_column",
            f"{name}: class {shown(label)} has {count} example; it takes 2 to train and validate "
            f"({len(counts)} classes in {len(examples['train'])} examples); add some, or set "
            "rare_classes to 'drop'",
        )
    for split in ("validation", "test"):
        if split in source.files and not examples.get(split):
            raise DataError("dataset", f"{source.files[split][0].name}: there is no example in it")
        for example in examples.get(split, ()):
            if example.label not in counts:
                raise DataError(
                    "label_column",
                    f"{example.file}, line {example.line}: class "
                    f"{beside(example.label, counts)} is not in {name}",
                )


def load(params: Params, source: Source, advance: Advance = lambda _: None) -> Data:
    """Read the whole data set and split it.

    Own validation and test splits are taken as they are; without a validation split, a share
    of each class is held back, by the seed.

    Raises:
        DataError: It cannot be used.
    """
    notes = list(source.notes)
    rows, before = {}, 0
    for split, files in source.files.items():
        rows[split] = source.rows(split, None, notes.append, after(advance, before))
        before += sum(path.stat().st_size for path in files if path.is_file())
    curated = curate(params, rows)
    settle(params, source, curated)
    examples = curated.examples
    same = keys(examples)
    if "validation" not in examples:
        examples["train"], examples["validation"] = stratify(
            examples["train"], params.validation_split, params.seed, same
        )
    found = find(examples, same)
    return Data(
        labels=in_order(example.label for example in examples["train"]),
        train=examples["train"],
        validation=examples["validation"],
        test=examples.get("test", []),
        notes=notes + curated.notes + found.notes,
        repeated=found.repeated,
    )


def stratify(
    examples: list[Example], share: float, seed: int, same: Mapping[str, int]
) -> tuple[list[Example], list[Example]]:
    """Hold back a share of each class, at least one example and never all of them.

    Copies of one text go the same way, so that validation holds nothing that training has seen;
    only a class that has a single text stands on both sides.

    Args:
        examples: What to split.
        share: Of each class to hold back, 0 to 1.
        seed: Decides which.
        same: Text to a key that its copies share.

    Returns:
        What is left and what is held back, both in the order of the file.
    """
    by_label: dict[str, dict[int, list[int]]] = {}
    for index, example in enumerate(examples):
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
