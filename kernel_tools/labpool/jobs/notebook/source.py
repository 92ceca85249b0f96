"""The notebook as it is read: checked, and with the run's parameters in it."""

from __future__ import annotations

import json
import keyword
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

MOST_BYTES = 100_000_000
"""Largest notebook that is read, bytes: it is saved anew after each cell."""
TAG, INJECTED = "parameters", "injected-parameters"
"""Tags of the cell with defaults, and of the one with the run's own values (as papermill's)."""


class Unreadable(Exception):
    """It cannot be run; the message says why.

    Args:
        field: The param that is to blame.
        message: A sentence for people.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


def read(path: Path) -> NotebookNode:
    """Read a notebook of any version.

    Raises:
        Unreadable: There is no such file, or it is no notebook.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable("path", f"{path} is larger than {MOST_BYTES // 10**6} MB")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise Unreadable("path", f"{path} cannot be read by the server: {why}") from error
    try:
        notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
        nbformat.validate(notebook)
    except Exception as error:
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise Unreadable("path", f"{path} is no notebook: {first}") from error
    return notebook  # type: ignore[no-any-return]


def kernel_of(notebook: NotebookNode, wanted: str) -> str:
    """Return the name of the kernel that a notebook runs with.

    Raises:
        Unreadable: It names none, and neither does the run.
    """
    name = wanted or notebook.metadata.get("kernelspec", {}).get("name", "")
    if not name:
        raise Unreadable("kernel", "The notebook names no kernel; choose one, such as python3")
    return str(name)


def language_of(notebook: NotebookNode) -> str:
    """Return the language that a notebook says it is in, "" where it says none."""
    about = notebook.metadata
    spec = about.get("kernelspec", {}).get("language", "")
    return str(spec or about.get("language_info", {}).get("name", ""))


def inject(notebook: NotebookNode, parameters: Mapping[str, Any]) -> NotebookNode:
    """Put the run's values after the cell of defaults, in a cell of their own.

    Raises:
        Unreadable: A name cannot be one, or the notebook's language is not Python.
    """
    if not parameters:
        return notebook
    check_names(notebook, parameters)
    lines = ["# Parameters", *(f"{name} = {literal(v)}" for name, v in parameters.items())]
    cell = nbformat.v4.new_code_cell("\n".join(lines), metadata={"tags": [INJECTED]})  # type: ignore[no-untyped-call]
    cells = [each for each in notebook.cells if INJECTED not in _tags(each)]
    at = next((i + 1 for i, each in enumerate(cells) if TAG in _tags(each)), 0)
    notebook.cells = [*cells[:at], cell, *cells[at:]]
    return notebook


def check_names(notebook: NotebookNode, parameters: Mapping[str, Any]) -> None:
    """Refuse parameters that cannot be written into a notebook.

    Raises:
        Unreadable: A name cannot be one, or the notebook's language is not Python.
    """
    language = language_of(notebook).lower()
    if parameters and language not in ("", "python"):
        raise Unreadable("parameters", f"Parameters are for Python; the notebook is in {language}")
    for name in parameters:
        if not name.isidentifier() or keyword.iskeyword(name):
            raise Unreadable(f"parameters.{name}", f"{name!r} cannot be the name of a variable")


def literal(value: Any) -> str:
    """Return a JSON value as Python writes it."""
    return repr(json.loads(json.dumps(value)))


def _tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))
