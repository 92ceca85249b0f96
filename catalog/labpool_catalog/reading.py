"""Reads the catalog: our own lists, then those of the folders that an admin names."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import ValidationError

from .document import Lines, Refused, fields, line_of, load, plain
from .entry import Entry

Kind = Literal["model", "dataset"]

_LISTS: tuple[tuple[Kind, str], ...] = (("model", "models"), ("dataset", "datasets"))
_MAX_MESSAGE = 500
_WORDS = {"missing": "the field is missing", "extra_forbidden": "there is no such field"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something in a catalog file that is left out.

    Attributes:
        file: Path of the file, or of the folder.
        line: From 1; 0 where it is the whole file.
        message: What is wrong, after the entry and the field.
    """

    file: str
    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """What may be used.

    Attributes:
        models: In the order of the files; ours come first.
        datasets: The same.
        problems: What was left out of the files, and why.
    """

    models: tuple[Entry, ...]
    datasets: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()

    def get(self, id: str) -> Entry | None:  # noqa: A002 - the catalog's word
        """Return the model or data set with this id, or None."""
        return next((entry for entry in (*self.models, *self.datasets) if entry.id == id), None)


def read(dirs: Iterable[str | os.PathLike[str]] = ()) -> Catalog:
    """Read our own catalog and the catalog files of some folders.

    Whatever is wrong with a file or an entry becomes a problem; the rest stands.

    Args:
        dirs: Folders that hold a `models.yaml`, a `datasets.yaml` or both, in the form of ours.
            Their entries add to ours and never replace one.
    """
    reader = _Reader()
    ours = _ours()
    for entry in (*ours.models, *ours.datasets):
        reader.add(entry, "Labpool's own catalog")
    reader.problems.extend(ours.problems)
    for folder in dirs:
        reader.read_folder(Path(folder))
    return reader.catalog()


@cache
def _ours() -> Catalog:
    reader = _Reader(builtin=True)
    reader.read_folder(Path(str(files(__package__))))
    return reader.catalog()


class _Reader:
    """Collects entries and problems, file by file.

    Args:
        builtin: Whether entries may lie inside the wheel.
    """

    def __init__(self, *, builtin: bool = False) -> None:
        self.builtin = builtin
        self.entries: dict[str, Entry] = {}
        self.origins: dict[str, str] = {}
        self.problems: list[Problem] = []

    def catalog(self) -> Catalog:
        entries = self.entries.values()
        return Catalog(
            models=tuple(entry for entry in entries if entry.kind == "model"),
            datasets=tuple(entry for entry in entries if entry.kind == "dataset"),
            problems=tuple(self.problems),
        )

    def add(self, entry: Entry, origin: str) -> None:
        self.entries[entry.id] = entry
        self.origins[entry.id] = origin

    def problem(self, file: Path, line: int, message: str) -> None:
        # Half a surrogate pair, which YAML can spell, is no text that could be sent on.
        told = [text.encode(errors="backslashreplace").decode() for text in (str(file), message)]
        self.problems.append(Problem(file=told[0], line=line, message=told[1][:_MAX_MESSAGE]))

    def read_folder(self, folder: Path) -> None:
        try:
            there = folder.is_dir()
        except OSError as error:
            self.problem(folder, 0, f"cannot be read: {error.strerror or error}")
            return
        if not there:
            self.problem(folder, 0, "there is no such folder")
            return
        found = [self.read_file(folder / f"{name}.yaml", kind, name) for kind, name in _LISTS]
        if not any(found):
            self.problem(folder, 0, "neither models.yaml nor datasets.yaml is in it")

    def read_file(self, file: Path, kind: Kind, name: str) -> bool:
        """Read one file; return whether there is one."""
        try:
            root = load(file)
            if root is None:
                return False
            for item in self.items(file, root, name):
                self.read_entry(file, item, kind)
        except Refused as refused:
            self.problem(file, refused.line, refused.message)
        return True

    def items(self, file: Path, root: yaml.Node, name: str) -> Iterator[yaml.Node]:
        """Yield the nodes of the list that a file is there for."""
        if not isinstance(root, yaml.MappingNode):
            raise Refused(line_of(root), f"the file must begin with `{name}:`")
        found = {field: (line, node) for field, line, node in fields(root)}
        for field, (line, _) in found.items():
            if field != name:
                self.problem(
                    file, line, f"{field}: there is no such field; `{name}` is the only one"
                )
        if name not in found:
            raise Refused(line_of(root), f"{name}: the field is missing")
        line, node = found[name]
        if not isinstance(node, yaml.SequenceNode):
            raise Refused(line, f"{name}: must be a list of entries, each with a dash before it")
        yield from node.value

    def read_entry(self, file: Path, node: yaml.Node, kind: Kind) -> None:
        lines: Lines = {}
        try:
            raw = plain(node, lines)
        except Refused as refused:
            self.problem(file, refused.line, refused.message)
            return
        if not isinstance(raw, dict):
            self.problem(file, line_of(node), "an entry must be a list of fields")
            return
        try:
            entry = Entry.model_validate({"kind": kind, **raw})
        except ValidationError as error:
            for line, message in _told(error, raw, lines):
                self.problem(file, line, message)
            return
        objections = self.objections(entry, kind)
        for field, reason in objections.items():
            self.problem(file, lines.get((field,), lines[()]), f"{entry.id}: {field}: {reason}")
        if not objections:
            self.add(entry, str(file))

    def objections(self, entry: Entry, kind: Kind) -> dict[str, str]:
        """Return what speaks against an entry that is sound by itself, by field."""
        reasons = {}
        if entry.kind != kind:
            reasons["kind"] = f"this file lists entries of the kind {kind}"
        if entry.builtin is not None and not self.builtin:
            reasons["builtin"] = "only entries of Labpool's own ship inside it; take repo_id"
        if entry.id in self.entries:
            reasons["id"] = f"taken already, in {self.origins[entry.id]}"
        return reasons


def _told(error: ValidationError, raw: dict[str, Any], lines: Lines) -> Iterator[tuple[int, str]]:
    """Yield a line and a sentence for each thing that is wrong with an entry."""
    name = f"{raw['id']:.60}: " if isinstance(raw.get("id"), str) else ""
    for detail in error.errors(include_url=False, include_input=False, include_context=False):
        at = tuple(part for part in detail["loc"] if part != "[key]")
        known = next(at[:end] for end in range(len(at), -1, -1) if at[:end] in lines)
        field = ".".join(map(str, at))
        reason = _WORDS.get(detail["type"], detail["msg"].removeprefix("Value error, "))
        yield lines[known], f"{name}{field}: {reason}" if field else f"{name}{reason}"
