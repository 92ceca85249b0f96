"""Runs, workers and progress in words, for text and HTML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Generic, TypeVar

from labpool.wire.runs import Progress, Run, RunState

T = TypeVar("T")

COLOURS = {
    RunState.QUEUED: "#757575",
    RunState.RUNNING: "#1976d2",
    RunState.SUCCEEDED: "#388e3c",
    RunState.FAILED: "#d32f2f",
    RunState.CANCELLED: "#757575",
    RunState.INTERRUPTED: "#f57c00",
}


def number(value: float) -> str:
    """Return a number in few characters."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"


def size(count: float) -> str:
    """Return a number of bytes for people, in powers of 1000 as the Hub tells them."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def told_in_bytes(name: str) -> bool:
    """Return whether a metric of that name is a number of bytes: ``memory``, ``size_bytes``."""
    return re.search(r"(^|_)(memory|bytes)(_per_s)?$", name) is not None


def measured(name: str, value: float) -> str:
    """Return a metric's value in few characters."""
    return size(value) if told_in_bytes(name) else number(value)


def duration(seconds: float) -> str:
    """Return a length of time for people: ``42 s``, ``3 min 20 s``, ``2 h 5 min``."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"


def moment(at: datetime | None) -> str:
    """Return an instant in local time, or "" for none."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if at else ""


def fraction(progress: Progress | None) -> float | None:
    """Return how much is done, 0 to 1, or None where nobody can know."""
    if progress is None or not progress.total:
        return None
    return min(progress.done / progress.total, 1.0)


def progress_text(progress: Progress | None) -> str:
    """Return ``40 % (40/100 step)`` with the job's own words."""
    if progress is None:
        return ""
    units = size if progress.unit == "byte" else number
    unit = "" if progress.unit in ("", "byte") else f" {progress.unit}"
    part = fraction(progress)
    if part is None:
        text = f"{units(progress.done)}{unit}"
    else:
        text = f"{part:.0%} ({units(progress.done)}/{units(progress.total or 0)}{unit})"
    return f"{text} {progress.message}".rstrip()


def took(run: Run) -> str:
    """Return how long an ended run took, or ""."""
    if not (run.started_at and run.ended_at):
        return ""
    return duration((run.ended_at - run.started_at) / timedelta(seconds=1))


def standing(run: Run) -> str:
    """Return the one thing that is worth knowing about a run in its state."""
    if run.error and run.state in (RunState.FAILED, RunState.INTERRUPTED):
        again = f"; goes on at {moment(run.retry_at)}" if run.retry_at else ""
        again = "; waits for resume()" if run.needs_resume else again
        return f"{run.error.code}: {one_line(run.error.message)}{again}"
    if run.state.ended:
        return ", ".join(filter(None, [took(run), noticed(run)]))
    if run.cancel_requested:
        return "is asked to stop"
    return progress_text(run.progress)


def noticed(run: Run) -> str:
    """Return how many notices a run has, in words, or ""."""
    count = len(run.notices) + run.notices_left_out
    return f"{count} notice{'s' if count > 1 else ''}" if count else ""


def one_line(text: str, width: int = 200) -> str:
    """Return text without line breaks, cut to a width."""
    flat = " ".join(text.split())
    return flat if len(flat) <= width else flat[: width - 1] + "…"


def run_html(run: Run, note: str = "") -> str:
    """Return a still picture of a run, for where no widget can live."""
    part = 1.0 if run.state is RunState.SUCCEEDED else fraction(run.progress)
    colour = COLOURS[run.state]
    bar = (
        ""
        if part is None
        else '<div style="background:rgba(128,128,128,.25);border-radius:3px;height:6px;'
        f'margin:4px 0"><div style="background:{colour};border-radius:3px;height:6px;'
        f'width:{part:.1%}"></div></div>'
    )
    return (
        '<div class="labpool-run" style="max-width:40em">'
        f'<strong dir="auto">{escape(run.name)}</strong> '
        f'<span style="color:{colour}">{escape(run.state)}</span> '
        f"<small>{escape(run.kind)} <code><bdi>{escape(run.id)}</bdi></code></small>{bar}"
        f'<div dir="auto">{escape(standing(run))}</div>'
        f"<small>{escape(note)}</small></div>"
    )


class Listing(list[T], Generic[T]):
    """A list that shows itself as a table.

    Args:
        items: The entries.
        columns: Heading to a function that gives a cell's text.
        empty: What to say when there are no entries.
    """

    def __init__(
        self,
        items: Iterable[T],
        columns: dict[str, Callable[[T], str]],
        empty: str,
    ) -> None:
        super().__init__(items)
        self._columns = columns
        self._empty = empty

    def headings(self) -> list[str]:
        """Return the headings."""
        return list(self._columns)

    def rows(self) -> list[list[str]]:
        """Return the cells, without the headings."""
        return [[one_line(text(item), 80) for text in self._columns.values()] for item in self]

    def __repr__(self) -> str:
        if not self:
            return self._empty
        return text_table(self.headings(), self.rows())

    def _repr_html_(self) -> str:
        if not self:
            return f"<em>{escape(self._empty)}</em>"
        head = "".join(f"<th>{escape(name)}</th>" for name in self.headings())
        body = "".join(
            "<tr>" + "".join(f'<td dir="auto">{escape(cell)}</td>' for cell in row) + "</tr>"
            for row in self.rows()
        )
        return f'<table class="labpool"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def text_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return columns of text, each as wide as its widest cell."""
    lines = [head, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    padded = (
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        for line in lines
    )
    return "\n".join(line.rstrip() for line in padded)
