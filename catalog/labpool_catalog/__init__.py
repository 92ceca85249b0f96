"""What Labpool may offer: the data sets that ship with it and the models that it may download.

The lists are the YAML files beside this one. This package only reads them; it imports nothing of
Labpool, so that a worker, the server and a notebook can all ask it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

__all__ = ["DatasetEntry", "UnknownDataset", "dataset", "datasets"]


class UnknownDataset(KeyError):
    """No data set of the catalog has this id.

    Attributes:
        id: The id that was asked for.
        known: The ids that the catalog has, in its order.
    """

    def __init__(self, id: str, known: tuple[str, ...]) -> None:  # noqa: A002 - the catalog's word
        super().__init__(id)
        self.id = id
        self.known = known

    def __str__(self) -> str:
        return f"no data set {self.id!r} in the catalog; known: {', '.join(self.known) or 'none'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetEntry:
    """One data set of the catalog.

    Attributes:
        id: Its URL-safe name, the same in every language.
        title: A short name by language code.
        description: A few sentences by language code.
        license: The SPDX id of the licence of the data.
        languages: The language codes of the texts.
        size_bytes: The size of all its split files together, in bytes.
        text_column: The field of a line that holds the text.
        label_column: The field of a line that holds the label.
        splits: The JSON Lines file of each split, by the name of the split.
        labels: Every label that occurs, in the order in which a model numbers them.
    """

    id: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    license: str
    languages: tuple[str, ...]
    size_bytes: int
    text_column: str
    label_column: str
    splits: Mapping[str, Path]
    labels: tuple[str, ...]


@cache
def datasets() -> tuple[DatasetEntry, ...]:
    """Return every data set of the catalog, in the order of `datasets.yaml`."""
    root = Path(str(files(__name__)))
    listed = yaml.safe_load((root / "datasets.yaml").read_text(encoding="utf-8"))
    return tuple(_entry(root, raw) for raw in listed["datasets"])


def dataset(id: str) -> DatasetEntry:  # noqa: A002 - the catalog's word
    """Return the data set with this id.

    Args:
        id: The id of an entry of `datasets.yaml`.

    Returns:
        The entry, with real paths to its files.

    Raises:
        UnknownDataset: No entry has this id.
    """
    by_id = {entry.id: entry for entry in datasets()}
    if id not in by_id:
        raise UnknownDataset(id, tuple(by_id))
    return by_id[id]


def _entry(root: Path, raw: Mapping[str, Any]) -> DatasetEntry:
    folder = root / raw["builtin"]
    return DatasetEntry(
        id=raw["id"],
        title=MappingProxyType(raw["title"]),
        description=MappingProxyType(raw["description"]),
        license=raw["license"],
        languages=tuple(raw["languages"]),
        size_bytes=raw["size_bytes"],
        text_column=raw["text_column"],
        label_column=raw["label_column"],
        splits=MappingProxyType({split: folder / name for split, name in raw["splits"].items()}),
        labels=tuple(raw["labels"]),
    )
