"""Notebooks, and runs of them in the test's own process with real kernels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from labpool.runtime.execute import call_body
from labpool.runtime.recording import RecordingContext
from labpool.wire.events import LogWritten, NoticeGiven

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes notebooks of code cells; one with a tag is given as (tag, source)."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))

    def make(*sources: str | tuple[str, str], name: str = "report.ipynb") -> Path:
        cells = []
        for source in sources:
            tag, text = source if isinstance(source, tuple) else ("", source)
            cell = nbformat.v4.new_code_cell(text)  # type: ignore[no-untyped-call]
            cell.metadata["tags"] = [tag] if tag else []
            cells.append(cell)
        notebook = nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        folder = tmp_path / "work"
        folder.mkdir(exist_ok=True)
        nbformat.write(notebook, folder / name)  # type: ignore[no-untyped-call]
        return folder / name

    return make


class Runs:
    """Makes runs, and keeps their contexts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.context = self.new(0)
        self._number = 0

    def new(self, number: int) -> RecordingContext:
        run_dir = self._folder / f"run-{number}"
        (run_dir / "checkpoints").mkdir(parents=True)
        return RecordingContext(run_id=f"run{number}", run_dir=run_dir)

    def __call__(self, path: Path, **params: Any) -> dict[str, Any]:
        """Run a notebook to its end."""
        self._number += 1
        self.context = self.new(self._number)
        return self.go(path, **params)

    def go(self, path: Path, **params: Any) -> dict[str, Any]:
        """Run a notebook in the context that is there."""
        given = {"path": str(path), **params}
        result: dict[str, Any] = call_body("notebook", given, self.context)
        return result

    @property
    def log(self) -> list[str]:
        """What the latest run's cells printed."""
        return [each.text for each in self.context.events if isinstance(each, LogWritten)]

    @property
    def notices(self) -> list[str]:
        """What the latest run tells of itself."""
        events = self.context.events
        return [each.notice.message for each in events if isinstance(each, NoticeGiven)]


@pytest.fixture
def run(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs")
