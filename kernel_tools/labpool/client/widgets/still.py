"""A run as a still picture: HTML for saved notebooks, without script or style sheet."""

from __future__ import annotations

from html import escape

from .head import Head
from .model import Snapshot
from .plain import figure, progress
from .series import Points
from .sparkline import sparkline

_STATE_COLOURS = {
    "queued": "#616161",
    "running": "#1976d2",
    "succeeded": "#388e3c",
    "failed": "#d32f2f",
    "cancelled": "#616161",
    "interrupted": "#b26a00",
    "deleted": "#616161",
}
_CELL = "padding:2px 12px 2px 0;text-align:start;vertical-align:top;border:0"
_LAST_LINES = 8


def html(shown: Snapshot, as_of: str) -> str:
    """Draw a run as it stands.

    Args:
        shown: What to draw.
        as_of: When that was, for people.

    Returns:
        One ``<div>``; every text in it is escaped.
    """
    run = shown["run"]
    state = "deleted" if shown["deleted"] else run["state"]
    chip = (
        f'<span style="color:{_STATE_COLOURS[state]};border:1px solid currentColor;'
        f'border-radius:9px;padding:0 8px">{state}</span>'
    )
    about = f"{escape(run['kind'])} · <code>{escape(run['id'])}</code>"
    title = f'<b>{escape(run["name"])}</b> <span style="opacity:.7">{about}</span>'
    parts = [
        f"<div>{title} {chip}</div>",
        _table(_rows(shown)),
        sparkline(_curves(shown), "Metrics over steps"),
        _table([(name, figure(name, value)) for name, value in run["figures"]]),
        _error(shown),
        _log(shown),
        f'<div style="opacity:.7;font-size:smaller">{_foot(state, run, as_of)}</div>',
    ]
    return f'<div class="labpool-still" style="line-height:1.5">{"".join(parts)}</div>'


def _curves(shown: Snapshot) -> dict[str, Points]:
    """Return the curves worth a still picture: the losses, else the first metric."""
    series = shown["series"]
    found = {name: series[name] for name in series if "loss" in name.lower()}
    return found or dict(list(series.items())[:1])


def _rows(shown: Snapshot) -> list[tuple[str, str]]:
    run = shown["run"]
    rows = [("progress", progress(shown))]
    if run["attempt"] > 1:
        rows.append(("attempt", f"{run['attempt']} of {run['max_attempts']}"))
    if shown["went_on"]:
        rows.append(("went on after", shown["went_on"]["message"]))
    rows += [(one["id"], one["words"]) for one in shown["workers"]]
    for name, points in shown["series"].items():
        if points["values"]:
            latest = figure(name, points["values"][-1])
            rows.append((name, f"{latest} (step {points['steps'][-1]:,})"))
    return [(name, value) for name, value in rows if value]


def _error(shown: Snapshot) -> str:
    error = shown["run"]["error"]
    if error is None:
        return ""
    told = f'<div style="color:#d32f2f"><b>{escape(error["code"])}</b> '
    told += f"{escape(error['message'])}</div>"
    if not error["traceback"]:
        return told
    return f"{told}<details><summary>Traceback</summary>{_pre(error['traceback'])}</details>"


def _log(shown: Snapshot) -> str:
    lines = [line["text"] for line in shown["logs"][-_LAST_LINES:]]
    if not lines:
        return ""
    return f"<details><summary>Last log lines</summary>{_pre(chr(10).join(lines))}</details>"


def _pre(text: str) -> str:
    return (
        '<pre style="white-space:pre-wrap;overflow-wrap:anywhere;margin:4px 0">'
        f"{escape(text)}</pre>"
    )


def _foot(state: str, run: Head, as_of: str) -> str:
    if state in ("queued", "running", "interrupted"):
        call = f"labpool.connect().get({run['id']!r})"
        waits = state == "interrupted" and run["retry_at"] is None
        goes_on = "waits for somebody to resume it" if waits else "goes on in the server"
        return (
            f"As it stood {escape(as_of)}. The run {goes_on}; "
            f"<code>{escape(call)}</code> shows it as it is now."
        )
    return f"As it stood {escape(as_of)}."


def _table(rows: list[tuple[str, str]]) -> str:
    if not rows:
        return ""
    cells = "".join(
        f'<tr style="background:none"><td style="{_CELL};opacity:.7">{escape(name)}</td>'
        f'<td style="{_CELL}">{escape(value)}</td></tr>'
        for name, value in rows
    )
    return f'<table style="border:0;margin:4px 0">{cells}</table>'
