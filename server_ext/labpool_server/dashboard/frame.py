"""What is to be seen at one moment: lanes, bars, lines, memory. Pure; knows no Bokeh."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from labpool_server.pool.backend import Seat

from .colours import Colours
from .history import History, Stint
from .words import Taste

SPANS_S = {120: 30, 300: 60}
"""How much time is shown while all that is remembered fits into it, else the whole window;
and how far the marks of the clock are apart. Both in seconds."""
STEP_S = 120
BIN_S = 2
"""Messages are counted over so many seconds for each point of a line."""
CHARACTER_PX = 7.0
"""Width of a character in a bar's label, pixels; on the large side."""
LABEL_PX = 8
"""Room before a label, pixels."""
NARROW_BAR_CHARS = 3
"""Bars with room for fewer characters have no label."""
MARK_PX = 16
"""Bars narrower than this have no mark: their cap says how they ended."""

# Told apart without colour, too.
PATTERNS = {"failed": "x", "cancelled": "/", "interrupted": "."}
MARKS = {"failed": "✕", "cancelled": "■", "interrupted": "↻", "succeeded": "✓", "running": ""}

_NUMBERS = re.compile(r"(\d+)")


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What one tick draws; each dict is the columns of a Bokeh data source.

    Attributes:
        since: Where the time that is shown begins, seconds since the epoch.
        step_s: How far the marks of the clock are apart, seconds.
        lanes: Worker ids from top to bottom.
        bars: The runs on them.
        lines: Messages a second.
        memory: What each worker has and may have.
        empty: Words in place of bars, or "".
    """

    now: float
    since: float
    step_s: int
    lanes: list[str]
    bars: dict[str, list[Any]]
    lines: dict[str, list[Any]]
    memory: dict[str, list[Any]]
    empty: str


def frame(
    history: History,
    seats: Sequence[Seat],
    now: float,
    *,
    taste: Taste,
    look: Colours,
    width_px: float,
) -> Frame:
    """Return what is to be seen.

    Args:
        seats: The workers now.
        now: Seconds since the epoch.
        width_px: How wide the window of time is drawn.
    """
    stints = history.stints(now)
    lanes = _lanes(seats, stints)
    span = _span(stints, now, history.window_s)
    since = now - span
    pace = (now - since) / max(1.0, width_px)
    bars = [_bar(stint, now, since, pace, taste, look) for stint in stints]
    times, rates = history.rates(now, BIN_S)
    lines = [
        {
            "worker": worker,
            "xs": [1000 * at for at in times],
            "ys": rates[worker],
            "now": _rate(rates[worker][-1], taste),
            "colour": look.of_worker(lanes.index(worker)),
        }
        for worker in lanes
        if worker in rates
    ]
    there = {seat.id: seat for seat in seats}
    memory = [_memory(worker, there.get(worker), taste, look) for worker in lanes]
    idle = f"{taste.word('idle')} {taste.word('start_one')}" if lanes else taste.word("starting")
    return Frame(
        now=now,
        since=since,
        step_s=SPANS_S.get(span, STEP_S),
        lanes=lanes,
        bars=_columns(bars, BAR_COLUMNS),
        lines=_columns(lines, LINE_COLUMNS),
        memory=_columns(memory, MEMORY_COLUMNS),
        empty="" if stints else idle,
    )


BAR_COLUMNS = (
    *("worker", "left", "right", "begins", "colour", "pattern", "label", "mark", "edge"),
    *("name", "kind", "state", "attempt", "began", "took", "run_id"),
)
LINE_COLUMNS = ("worker", "xs", "ys", "now", "colour")
MEMORY_COLUMNS = ("worker", "part", "room", "text", "colour")


def _columns(rows: Iterable[dict[str, Any]], names: Sequence[str]) -> dict[str, list[Any]]:
    rows = list(rows)
    return {name: [row[name] for row in rows] for name in names}


def _span(stints: Sequence[Stint], now: float, window_s: int) -> int:
    age = now - min((stint.began for stint in stints), default=now)
    return next((span for span in SPANS_S if age < span <= window_s), window_s)


def _lanes(seats: Sequence[Seat], stints: Sequence[Stint]) -> list[str]:
    return sorted({seat.id for seat in seats} | {stint.worker for stint in stints}, key=_order)


def _order(worker: str) -> list[Any]:
    """Sort w2 before w10."""
    return [int(part) if odd % 2 else part for odd, part in enumerate(_NUMBERS.split(worker))]


def _bar(
    stint: Stint, now: float, since: float, pace: float, taste: Taste, look: Colours
) -> dict[str, Any]:
    right = max(now if stint.ended is None else stint.ended, stint.began)
    begins = max(stint.began, since)
    seen = right - begins
    room = int((seen / pace - LABEL_PX - MARK_PX) / CHARACTER_PX)
    return {
        "worker": stint.worker,
        "left": 1000 * stint.began,
        # Even the shortest run can be seen, and pointed at.
        "right": 1000 * max(right, stint.began + 3 * pace),
        "begins": 1000 * begins,
        "colour": look.of_run(stint.number),
        "pattern": PATTERNS.get(stint.state, " "),
        "label": _cut(stint.name, room),
        "mark": MARKS[stint.state] if seen / pace >= MARK_PX else "",
        "edge": look.endings[stint.state],
        "name": stint.name,
        "kind": stint.kind,
        "state": taste.word(stint.state),
        "attempt": taste.digits(str(stint.attempt)),
        "began": 1000 * stint.began,
        "took": _duration(right - stint.began, taste),
        "run_id": stint.run_id,
    }


def _memory(worker: str, seat: Seat | None, taste: Taste, look: Colours) -> dict[str, Any]:
    if seat is None:
        gone = taste.word("gone")
        return {"worker": worker, "part": 0.0, "room": 0.0, "text": gone, "colour": look.soft}
    part = seat.memory / seat.memory_limit if seat.memory_limit else 0.0
    level = "failed" if part > 0.85 else "interrupted" if part > 0.7 else ""
    text = _size(seat.memory, taste)
    if seat.memory_limit:
        text = f"{text} / {_size(seat.memory_limit, taste)}"
    return {
        "worker": seat.id,
        "part": min(1.0, part),
        "room": 1.0 if seat.memory_limit else 0.0,
        "text": text,
        "colour": look.endings[level] if level else look.soft,
    }


def _cut(text: str, room: int) -> str:
    if room < NARROW_BAR_CHARS:
        return ""
    return text if len(text) <= room else text[: room - 1] + "…"


def _rate(value: float, taste: Taste) -> str:
    text = f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"
    return taste.digits(text)


def _size(size: float, taste: Taste) -> str:
    units = ("MB", "GB", "TB")
    size /= 1e6
    at = 0
    while size >= 1000 and at < len(units) - 1:
        size /= 1000
        at += 1
    return f"{taste.digits(f'{size:.1f}' if at else f'{size:.0f}')} {units[at]}"


def _duration(seconds: float, taste: Taste) -> str:
    whole = int(seconds)
    if seconds < 10:
        text = f"{seconds:.1f}"
    elif whole < 60:
        text = str(whole)
    else:
        minutes, rest = divmod(whole, 60)
        hours, minutes = divmod(minutes, 60)
        text = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
    unit = {"en": " s", "fa": " ثانیه"}[taste.lang] if seconds < 60 else ""
    return taste.digits(text) + unit
