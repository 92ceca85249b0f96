"""A run as text: for terminals, and as the last resort of a notebook."""

from __future__ import annotations

from labpool.client.show import size, told_in_bytes

from .model import Snapshot

BAR = 24


def text(shown: Snapshot) -> str:
    """Return a run in a few lines of text."""
    run = shown["run"]
    state = "deleted" if shown["deleted"] else run["state"]
    lines = [f"{run['name']} ({run['kind']}, {run['id']}): {state}{_attempt(shown)}"]
    if done := progress(shown):
        lines.append(f"  {done}")
    lines += [f"  {one['id']}: {one['words']}" for one in shown["workers"] if one["words"]]
    latest = {
        name: points["values"][-1] for name, points in shown["series"].items() if points["values"]
    }
    if latest:
        lines.append(
            "  " + "  ".join(f"{name} {figure(name, value)}" for name, value in latest.items())
        )
    lines += [f"  {name}: {figure(name, value)}" for name, value in run["figures"]]
    if run["error"]:
        lines.append(f"  {run['error']['code']}: {run['error']['message']}")
    return "\n".join(lines)


def progress(shown: Snapshot) -> str:
    """Return how far the run has come, as words; "" before it has said so."""
    now = shown["run"]["progress"]
    if now is None:
        return ""
    done, total, unit = now["done"], now["total"], now["unit"]
    if not total:
        return f"{number(done)} {unit}".strip()
    share = min(done / total, 1.0)
    bar = "█" * round(share * BAR) + "░" * (BAR - round(share * BAR))
    return f"{bar} {share:.0%}  {number(done)} / {number(total)} {unit}".rstrip()


def figure(name: str, value: object) -> str:
    """Return a metric's or a result's value: memory in the unit that fits."""
    if told_in_bytes(name) and isinstance(value, int | float) and not isinstance(value, bool):
        return size(value)
    return number(value)


def number(value: object) -> str:
    """Return a figure with as many digits as people read."""
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.4g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def _attempt(shown: Snapshot) -> str:
    run = shown["run"]
    if run["attempt"] < 2:
        return ""
    after = f", went on after: {shown['went_on']['code']}" if shown["went_on"] else ""
    return f", attempt {run['attempt']} of {run['max_attempts']}{after}"
