"""Colours: of the page, in light and in dark; of runs, workers and endings."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Colours:
    """One set of colours.

    Attributes:
        ground: Behind everything.
        text: Words.
        soft: Words that matter less.
        link: Words that lead somewhere.
        grid: Lines behind the data.
        track: A lane, or a bar's room.
        runs: A run has one of these.
        on_run: Words on a run's bar.
        workers: The worker in the first lane has the first.
        endings: By state.
    """

    ground: str
    text: str
    soft: str
    link: str
    grid: str
    track: str
    runs: tuple[str, ...]
    on_run: str
    workers: tuple[str, ...]
    endings: dict[str, str] = field(default_factory=dict)

    def of_run(self, number: int) -> str:
        """Return the colour of a run; neighbours in time differ."""
        return self.runs[number % len(self.runs)]

    def of_worker(self, lane: int) -> str:
        """Return the colour of a worker's line."""
        return self.workers[lane % len(self.workers)]


LIGHT = Colours(
    ground="#ffffff",
    text="#1f2328",
    soft="#636c76",
    link="#0b6bcb",
    grid="#e6e8eb",
    track="#f3f4f6",
    # Pale, so that dark words stand on them; told apart by lightness too.
    runs=("#a9c9f5", "#f6c99a", "#b5dfb0", "#dcc3f0", "#f3b9c0", "#a8dcd9", "#e9dc9b", "#c9ced6"),
    on_run="#1f2328",
    workers=(
        "#0b6bcb",
        "#c2590a",
        "#2e8540",
        "#8250df",
        "#b3261e",
        "#0e7c86",
        "#8a6d00",
        "#57606a",
    ),
    endings={
        "running": "#0b6bcb",
        "succeeded": "#1a7f37",
        "failed": "#cf222e",
        "cancelled": "#57606a",
        "interrupted": "#b45309",
    },
)

DARK = Colours(
    ground="#111111",
    text="#e6e6e6",
    soft="#a0a6ad",
    link="#6cb2ff",
    grid="#2a2d31",
    track="#1c1e21",
    runs=("#2c5a94", "#8a5420", "#2f6b38", "#6a4792", "#8c3b47", "#1f6b6b", "#6f6218", "#4d5560"),
    on_run="#f2f2f2",
    workers=(
        "#6cb2ff",
        "#ffae66",
        "#7ddc8a",
        "#c9a6ff",
        "#ff8f8a",
        "#5fd6d6",
        "#e5d067",
        "#b3bac2",
    ),
    endings={
        "running": "#6cb2ff",
        "succeeded": "#56d364",
        "failed": "#ff7b72",
        "cancelled": "#b3bac2",
        "interrupted": "#ffb454",
    },
)


def colours(*, dark: bool) -> Colours:
    """Return the set for light or dark."""
    return DARK if dark else LIGHT
