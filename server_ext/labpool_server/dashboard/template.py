"""The HTML around the charts."""

from __future__ import annotations

from html import escape
from typing import Any

from .colours import Colours
from .frame import MARKS
from .words import Taste

TEMPLATE = """
{% block preamble %}
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
  body { background: {{ look.ground }}; color: {{ look.text }}; min-height: 100%;
    height: auto !important; font: 13px/1.5 system-ui, Vazirmatn, Tahoma, sans-serif; }
  header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem 1rem;
    padding: .9rem 1.25rem .2rem; }
  h1 { font-size: 1.15rem; font-weight: 600; margin: 0; }
  .endings { color: {{ look.soft }}; font-size: 12px; }
  header a { margin-inline-start: auto; color: {{ look.link }}; text-decoration: none; }
  header a:hover { text-decoration: underline; }
  .endings { display: flex; flex-wrap: wrap; gap: 0 .9rem; }
  .endings b { font-weight: 600; }
  .grid { direction: ltr; display: grid; grid-template-columns: minmax(0, 1fr) 14rem;
    padding: 0 1.25rem 1rem .25rem; }
  .grid h2 { font-size: 13px; font-weight: 600; margin: 1rem 0 .3rem; padding-left: 1rem;
    direction: {{ dir }}; text-align: left; }
  .grid div { min-width: 0; }
  @media (max-width: 40rem) { .grid { grid-template-columns: minmax(0, 1fr) 9rem; } }
</style>
{% endblock %}
{% block contents %}
<header dir="{{ dir }}" lang="{{ lang }}">
  <h1>{{ words.heading }}</h1>
  <span class="endings">{{ endings }}</span>
  <a href="status">{{ words.dask }}</a>
</header>
<main class="grid" lang="{{ lang }}">
  <h2>{{ words.runs }}</h2><h2>{{ words.memory }}</h2>
  <div>{{ embed(roots.lanes) }}</div><div>{{ embed(roots.memory) }}</div>
  <h2>{{ words.messages }}</h2><h2></h2>
  <div>{{ embed(roots.messages) }}</div><div>{{ embed(roots.workers) }}</div>
</main>
{% endblock %}
"""

_NAMES = ("heading", "dask", "runs", "memory", "messages")


def variables(taste: Taste, look: Colours) -> dict[str, Any]:
    """Return what the template needs."""
    endings = "".join(
        f'<span><b style="color: {look.endings[state]}">{mark}</b> {taste.word(state)}</span>'
        for state, mark in MARKS.items()
        if mark
    )
    return {
        "lang": taste.lang,
        "dir": taste.direction,
        "words": {name: taste.word(name) for name in _NAMES},
        "endings": endings,
        "look": {"ground": look.ground, "text": look.text, "soft": look.soft, "link": look.link},
    }


def names_of_lines(lines: dict[str, list[Any]], look: Colours) -> str:
    """Return the names of the lines, each with its colour and its latest value, as HTML."""
    rows = "".join(
        f'<tr><td style="color: {colour}">&#9644;</td><td>{escape(worker)}</td>'
        f'<td style="text-align: right; padding-left: 1.2em">{escape(now)}</td></tr>'
        for worker, colour, now in zip(lines["worker"], lines["colour"], lines["now"], strict=True)
    )
    style = f"color: {look.text}; font: 12px/1.7 system-ui, Vazirmatn, Tahoma, sans-serif"
    return f'<table style="{style}; font-variant-numeric: tabular-nums">{rows}</table>'
