"""Reads one YAML file into plain values that know on which line each of them stands.

Stricter than YAML: no anchors, no tags, no deep nesting, every key a word that comes once. What
people write by hand needs none of it, and a file can then neither grow in memory nor hang.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

MAX_BYTES = 256 * 1024
MAX_DEPTH = 8

_TAG = "tag:yaml.org,2002:"
_INT_DIGITS = 18
_TRUE = ("yes", "true", "on")


class Refused(Exception):
    """A file, or a part of one, that cannot be used.

    Args:
        line: From 1; 0 where it is the whole file.
        message: What is wrong with it.
    """

    def __init__(self, line: int, message: str) -> None:
        super().__init__(line, message)
        self.line = line
        self.message = message


class _Loader(yaml.SafeLoader):
    """Composes nodes, and refuses what could run away."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(
                problem="anchors and aliases are not allowed", problem_mark=event.start_mark
            )
        if self.depth == MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def load(path: Path) -> yaml.Node | None:
    """Return the root node of a YAML file, or None where there is no such file.

    Raises:
        Refused: It cannot be read, or is no YAML.
    """
    text = _text(path)
    if text is None:
        return None
    line = 0
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
        finally:
            line = loader.line + 1
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Refused(mark.line + 1 if mark else line, f"not YAML: {error.problem}") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Refused(
            line, f"not YAML: a character that must not be there ({error.reason})"
        ) from error
    except (ValueError, OverflowError) as error:
        # PyYAML's own way to say that an escape or a version number is out of range.
        raise Refused(line, f"not YAML: {error}") from error
    if node is None:
        raise Refused(0, "the file is empty")
    return node


def _text(path: Path) -> str | None:
    try:
        if path.exists() and not path.is_file():
            raise Refused(0, "this is no file")
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Refused(0, f"cannot be read: {error.strerror or error}") from error
    if len(raw) > MAX_BYTES:
        raise Refused(0, f"larger than {MAX_BYTES // 1024} KiB")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(raw.count(b"\n", 0, error.start) + 1, "not UTF-8") from error


def line_of(node: yaml.Node) -> int:
    """Return the line on which a node begins, from 1."""
    return int(node.start_mark.line) + 1


def fields(node: yaml.MappingNode) -> Iterator[tuple[str, int, yaml.Node]]:
    """Yield the name, the line and the value of each field of a mapping.

    Raises:
        Refused: A name is no word, or comes twice.
    """
    seen = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode) or key.tag != f"{_TAG}str":
            raise Refused(line_of(key), "the name of a field must be a word")
        if key.value in seen:
            raise Refused(line_of(key), f"{key.value}: this field is here twice")
        seen.add(key.value)
        yield key.value, line_of(key), value


Lines = dict[tuple[str | int, ...], int]


def plain(node: yaml.Node, lines: Lines, at: tuple[str | int, ...] = ()) -> Any:
    """Return what a node says: mappings, lists, text, whole numbers, truth values, None.

    Args:
        lines: Filled with the line of every field and item, by its path.
        at: Path of the node.

    Raises:
        Refused: It has a tag, or a field that is no word or comes twice.
    """
    lines.setdefault(at, line_of(node))
    if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
        mapping = {}
        for name, line, value in fields(node):
            lines[*at, name] = line
            mapping[name] = plain(value, lines, (*at, name))
        return mapping
    if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
        return [plain(item, lines, (*at, i)) for i, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    raise Refused(line_of(node), f"the tag {node.tag} is not allowed")


def _scalar(node: yaml.ScalarNode) -> str | int | bool | None:
    text = str(node.value)
    match node.tag.removeprefix(_TAG):
        case "null":
            return None
        case "bool":
            return text.lower() in _TRUE
        case "int" if text.isdecimal() and len(text) <= _INT_DIGITS:
            return int(text)
        case "str" | "int" | "float" | "timestamp" | "value" | "merge":
            return text  # a commit may look like a number, and a title like a date
    raise Refused(line_of(node), f"the tag {node.tag} is not allowed")
