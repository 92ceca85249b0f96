"""What comes of a notebook: whole on disk after each cell, beside the original and with the run."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from labpool.hub import durable


class Copies:
    """The copy of a run, in the run's folder and beside the original.

    Args:
        run_file: In the run's folder.
        beside: Beside the original.

    Attributes:
        refused: Why there is none beside the original, "" while there is.
    """

    def __init__(self, run_file: Path, beside: Path) -> None:
        self.run_file = run_file
        self.beside = beside
        self.refused = ""

    def save(self, notebook: NotebookNode) -> None:
        """Write what is done so far; a copy is never half written.

        Raises:
            OSError: The run's folder cannot be written.
        """
        text = nbformat.writes(notebook)  # type: ignore[no-untyped-call]
        durable.write(self.run_file, text, self.run_file.parent)
        if not self.refused:
            try:
                self.beside.parent.stat()  # a folder that has gone is not made again
                durable.write(self.beside, text, self.beside.parent)
            except OSError as error:
                self.refused = f"{self.beside} cannot be written: {error.strerror}"
