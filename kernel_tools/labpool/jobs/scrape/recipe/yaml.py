"""Recipes as YAML: what people write by hand, without YAML's traps."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from labpool.wire.suggest import sentence

MAX_TEXT = 256 * 1024
"""Longest recipe, characters."""
MAX_DEPTH = 20
SUFFIXES = (".yaml", ".yml")

Lines = dict[tuple[str | int, ...], int]

_TAG = "tag:yaml.org,2002:"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
# Each is a part of what PyYAML takes for the same, so whatever it writes unquoted comes back: words
# such as "on" and "no", dates, and numbers such as 012 and 1_000 are texts here.
_PLAIN = {
    "null": re.compile(r"~|null|"),
    "bool": re.compile(r"true|false"),
    "int": re.compile(r"-?(?:0|[1-9][0-9]{0,17})"),
    "float": re.compile(r"-?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,40}(?:[eE][-+][0-9]{1,3})?"),
}


class _Loader(yaml.SafeLoader):
    """Composes nodes, and refuses what could run away."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(
                problem="anchors and aliases are not allowed; write it out",
                problem_mark=event.start_mark,
            )
        if self.depth == MAX_DEPTH:
            raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=event.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def load(text: str) -> tuple[Any, Lines]:
    """Return what a text says, and the line of every field.

    Raises:
        ValidationError: It is no YAML, or has a field twice; the message has the line.
    """
    if len(text) > MAX_TEXT:
        raise refusal(0, f"longer than {MAX_TEXT} characters")
    try:
        loader = _Loader(text.removeprefix("\ufeff"))
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise refusal(mark.line + 1 if mark else 0, f"not YAML: {error.problem}") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise refusal(line, f"not YAML: a forbidden character ({error.reason})") from error
    except (ValueError, OverflowError) as error:
        raise refusal(0, f"not YAML: {error}") from error  # an escape that is out of range
    if node is None:
        raise refusal(0, "the recipe is empty")
    lines: Lines = {}
    return _plain(node, lines, ()), lines


def dump(data: Mapping[str, Any]) -> str:
    """Return YAML that ``load`` reads as the same."""
    return yaml.safe_dump(dict(data), allow_unicode=True, sort_keys=False, width=100)


def shipped(name: str | os.PathLike[str]) -> str:
    """Return the text of a recipe that comes with Labpool, or of a file.

    Raises:
        FileNotFoundError: There is none.
        ValidationError: The file is too large, or not UTF-8.
    """
    folder = files("labpool.jobs.scrape").joinpath("recipes")
    there = sorted(Path(f.name).stem for f in folder.iterdir() if f.name.endswith(".yaml"))
    if str(name) in there:
        return folder.joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    path = Path(name).expanduser()
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        raise FileNotFoundError(
            f"{name}: neither a recipe of Labpool's own ({', '.join(there)}) nor a .yaml file here."
            f"{sentence(str(name), there)}"
        )
    with path.open("rb") as file:
        raw = file.read(4 * MAX_TEXT + 1)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise refusal(line, f"{path.name} is not UTF-8; save it as UTF-8") from error


def is_reference(text: str) -> bool:
    """Return whether a text names a recipe or a file, and is none itself."""
    one_line = "\n" not in text.strip()
    return one_line and bool(
        _NAME.fullmatch(text.strip()) or text.strip().lower().endswith(SUFFIXES)
    )


def refusal(line: int, message: str) -> ValidationError:
    """Return the error for a line; 0 is the whole text."""
    told = f"line {line}: {message}" if line else message
    error = PydanticCustomError("recipe", "{text}", {"text": told})
    return ValidationError.from_exception_data(
        "Recipe", [InitErrorDetails(type=error, loc=(), input=None)]
    )


def _plain(node: yaml.Node, lines: Lines, at: tuple[str | int, ...]) -> Any:
    line = int(node.start_mark.line) + 1
    lines.setdefault(at, line)
    if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
        mapping: dict[str, Any] = {}
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            where = int(key.start_mark.line) + 1
            if not isinstance(name, str) or not _known(key.tag):
                raise refusal(where, "the name of a field must be a word")
            if name in mapping:
                raise refusal(where, f"{name!r} is here twice; keep one of the two")
            lines[*at, name] = where
            mapping[name] = _plain(value, lines, (*at, name))
        return mapping
    if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
        return [_plain(item, lines, (*at, index)) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode) and _known(node.tag):
        return _scalar(node, line)
    raise refusal(line, f"the tag {node.tag.removeprefix(_TAG)!r} is not allowed")


def _known(tag: str) -> bool:
    kinds = ("str", "null", "bool", "int", "float", "timestamp", "value", "merge")
    return tag.startswith(_TAG) and tag.removeprefix(_TAG) in kinds


def _scalar(node: yaml.ScalarNode, line: int) -> str | int | float | bool | None:
    text = str(node.value)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise refusal(line, "half a surrogate pair, which is no text") from error
    if node.style is not None:
        return text
    kind = next((kind for kind, expression in _PLAIN.items() if expression.fullmatch(text)), "str")
    match kind:
        case "null":
            return None
        case "bool":
            return text == "true"
        case "int":
            return int(text)
        case "float":
            return float(text)
    return text
