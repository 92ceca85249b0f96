"""Where the data sets lie that a training names, and their rows, file after file."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .data import SPLITS, Columns, Row, read
from .errors import DataError
from .lines import Advance, Tell, after


@dataclass(frozen=True, kw_only=True)
class Source:
    """One data set.

    Attributes:
        name: As the params have it.
        field: Path of the param that names it ("dataset", "dataset.1").
        files: Split name ("train", "validation", "test") to its files.
        notes: What a person should know of what lies there.
    """

    name: str
    files: Mapping[str, tuple[Path, ...]]
    columns: Columns
    notes: list[str] = field(default_factory=list)
    field: str = "dataset"


@dataclass(frozen=True, kw_only=True)
class Table:
    """One file of a split.

    Attributes:
        title: How words call it; no two files have the same.
    """

    path: Path
    title: str
    source: Source


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What was read, by file.

    Attributes:
        rows: How many it has.
        digests: SHA-256 of it, as hex, where it was read whole.
    """

    rows: Counter[Path] = field(default_factory=Counter)
    digests: dict[Path, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Sources:
    """All data sets of one training.

    Attributes:
        sources: In the order of the params; "train" is always among their splits.
        held: Those of which a share is held back for validation.
        notes: What a person should know of how they go together.
    """

    sources: tuple[Source, ...]
    held: tuple[Source, ...]
    notes: list[str] = field(default_factory=list)

    @property
    def splits(self) -> list[str]:
        """Return the splits that there are."""
        return [split for split in SPLITS if any(split in each.files for each in self.sources)]

    def tables(self, split: str) -> list[Table]:
        """Return the files of a split, of one source after the other."""
        titles = self._titles()
        return [
            Table(path=path, title=titles[path], source=source)
            for source in self.sources
            for path in source.files.get(split, ())
        ]

    def files(self) -> list[Path]:
        """Return the files of all splits."""
        return [table.path for split in self.splits for table in self.tables(split)]

    def named(self) -> dict[str, Path]:
        """Return every file by a name of its own: the split, with a number where it has more."""
        return {
            split if len(some) == 1 else f"{split} {number}": table.path
            for split in self.splits
            for some in [self.tables(split)]
            for number, table in enumerate(some, 1)
        }

    def of(self, title: str) -> Source:
        """Return the source of a file that is called so."""
        return self._by_title()[title]

    def label(self, source: Source) -> str:
        """Return what words call a source: its id, or the name of the file or folder."""
        short = [Path(each.name).name or each.name for each in self.sources]
        at = self.sources.index(source)
        return short[at] if short.count(short[at]) == 1 else source.name

    def rows(
        self, split: str, seen: Seen, max_bytes: int | None, tell: Tell, advance: Advance
    ) -> Iterator[Row]:
        """Read the rows of one split, file after file.

        Args:
            split: "train", "validation" or "test".
            seen: Given what was read.
            max_bytes: Of all files together, the same share for each source; None reads all.
            tell: Called with what a person should know of how a file was read.
            advance: Called now and then with the bytes of the split read so far.

        Raises:
            DataError: With the path of the param that names the data set.
        """
        tables = self.tables(split)
        share = None if max_bytes is None else max_bytes // len({t.source.field for t in tables})
        spent = Counter[str]()
        before = 0
        for table in tables:
            left = None if share is None else share - spent[table.source.field]
            if left is None or left > 0:
                yield from _rows(table, seen, left, tell, after(advance, before))
            size = table.path.stat().st_size
            spent[table.source.field] += size
            before += size
            advance(before)

    def facts(self, seen: Seen) -> list[dict[str, Any]]:
        """Return what each source was: rows, files and digest of each split, plain JSON."""
        return [
            {
                "name": source.name,
                "splits": {
                    split: {
                        "files": len(files),
                        "rows": sum(seen.rows[path] for path in files),
                        "sha256": _digest([seen.digests[path] for path in files]),
                    }
                    for split, files in source.files.items()
                },
            }
            for source in self.sources
        ]

    def _titles(self) -> dict[Path, str]:
        """Return the shortest way to call each file by which no two are the same."""
        paths = [p for source in self.sources for some in source.files.values() for p in some]
        ways: Sequence[Callable[[Path], str]] = (
            lambda path: path.name,
            lambda path: f"{path.parent.name}/{path.name}",
        )
        for way in ways:
            titles = [way(path) for path in paths]
            if len(set(titles)) == len(paths):
                return dict(zip(paths, titles, strict=True))
        return {path: str(path) for path in paths}

    def _by_title(self) -> dict[str, Source]:
        titles = self._titles()
        return {
            titles[path]: source
            for source in self.sources
            for some in source.files.values()
            for path in some
        }


def _rows(
    table: Table, seen: Seen, max_bytes: int | None, tell: Tell, advance: Advance
) -> Iterator[Row]:
    """Read one file; what is said of it calls it by its title, and names its param."""
    path, title, where = table.path, table.title, table.source.field

    def called(text: str) -> str:
        return title + text.removeprefix(path.name) if text.startswith(path.name) else text

    digests = seen.digests if max_bytes is None else None
    try:
        for row in read(
            path, table.source.columns, max_bytes, lambda t: tell(called(t)), advance, digests
        ):
            seen.rows[path] += 1
            yield row._replace(file=title, field=where)
    except DataError as error:
        found = where if error.field == "dataset" else error.field
        raise DataError(found, called(error.message)) from error


def _digest(digests: list[str]) -> str:
    """Return the digest of a split: that of its file, or that of those of its files in order."""
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()
