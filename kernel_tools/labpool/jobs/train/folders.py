"""Which files of a folder are which split."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .data import SPLITS, SUFFIXES, table_suffix
from .errors import DataError

NAMES = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "eval": "validation",
    "test": "test",
    "testing": "test",
}
_STEM = re.compile(rf"({'|'.join(NAMES)})(?:[-_.]?(\d+)(?:-of-(\d+))?)?", re.IGNORECASE)
_NO_DATA = ("readme", "license", "licence", "dataset_infos", ".")
_TOLD = 5


class _Found(NamedTuple):
    """Files that belong together: one file, or the shards of one name."""

    split: str
    title: str
    files: tuple[Path, ...]


def splits_in(folder: Path, needed: str = "train") -> tuple[dict[str, tuple[Path, ...]], list[str]]:
    """Find the splits of a folder.

    ``train``, ``valid``, ``test`` and their usual other names, each a file, numbered shards or a
    folder with files.

    Args:
        folder: Where to look.
        needed: The split that must be there.

    Returns:
        Split name to its files in order, and what a person should know of what is not taken.

    Raises:
        DataError: The split that is needed is not there, a shard is missing, or there are two
            candidates for one split.
    """
    splits: dict[str, _Found] = {}
    for found in _candidates(folder):
        first = splits.setdefault(found.split, found)
        if first is not found:
            raise DataError(
                "dataset",
                f"{folder}: {first.title} and {found.title} are two candidates for the "
                f"{found.split} split; keep one of them there, or name the file",
            )
    if needed not in splits:
        raise DataError(
            "dataset",
            f"{folder}: the folder has no {needed}.jsonl, .csv or another of {', '.join(SUFFIXES)}",
        )
    files = {split: splits[split].files for split in SPLITS if split in splits}
    return files, _left(folder, {path for some in files.values() for path in some})


def _candidates(folder: Path) -> Iterator[_Found]:
    groups: dict[tuple[str, str, str], list[tuple[int, Path]]] = {}
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if path.name.lower() in NAMES and (inside := _tables(path)):
                yield _Found(NAMES[path.name.lower()], f"{path.name}/", inside)
            continue
        suffix = table_suffix(path)
        match = _STEM.fullmatch(path.name[: -len(suffix)]) if suffix else None
        if match:
            name, number, total = match.groups()
            kind = "one" if number is None else f"of {total}" if total else "numbered"
            groups.setdefault((name, suffix, kind), []).append((int(number or 0), path))
    for (name, _, kind), some in groups.items():
        some.sort()
        title = some[0][1].name
        if kind.startswith("of ") and [n for n, _ in some] != list(range(int(kind[3:]))):
            raise DataError(
                "dataset",
                f"{folder}: {len(some)} of the {int(kind[3:])} files that {title} is one of",
            )
        yield _Found(NAMES[name.lower()], title, tuple(path for _, path in some))


def _tables(folder: Path) -> tuple[Path, ...]:
    return tuple(path for path in sorted(folder.iterdir()) if path.is_file() and table_suffix(path))


def _left(folder: Path, taken: set[Path]) -> list[str]:
    used = taken | {path.parent for path in taken}
    names = [
        path.name
        for path in sorted(folder.iterdir())
        if path not in used
        and not path.name.lower().startswith(_NO_DATA)
        and (path.is_file() or _tables(path))
    ]
    if not names:
        return []
    more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
    return [f"{folder.name}: not read: {', '.join(names[:_TOLD])}{more}"]
