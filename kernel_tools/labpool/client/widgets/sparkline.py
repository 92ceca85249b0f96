"""A curve as a small SVG picture, with no script and no style sheet."""

from __future__ import annotations

from .series import Points, keep_extremes

WIDTH, HEIGHT, PAD = 480, 88, 4
MAX_CORNERS = 240

_COLOURS = ("#1976d2", "#f57c00", "#388e3c")


def sparkline(curves: dict[str, Points], label: str) -> str:
    """Draw curves over one pair of axes.

    Args:
        curves: Metric name to its points.
        label: What a screen reader says about the picture; plain letters only.

    Returns:
        An ``<svg>`` element, or "" where no curve has two points.
    """
    drawn = {name: one for name, one in curves.items() if len(one["steps"]) > 1}
    if not drawn:
        return ""
    low = min(min(one["values"]) for one in drawn.values())
    high = max(max(one["values"]) for one in drawn.values())
    first = min(one["steps"][0] for one in drawn.values())
    last = max(one["steps"][-1] for one in drawn.values())
    lines = "".join(
        f'<polyline fill="none" stroke="{colour}" stroke-width="1.5" stroke-linejoin="round" '
        f'points="{_corners(one, (first, last), (low, high))}"/>'
        for one, colour in zip(drawn.values(), _COLOURS, strict=False)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'style="max-width:100%;height:auto;direction:ltr">{lines}</svg>'
    )


def _corners(one: Points, xs: tuple[int, int], ys: tuple[float, float]) -> str:
    width, height = (WIDTH - 2 * PAD) / max(xs[1] - xs[0], 1), HEIGHT - 2 * PAD
    span = ys[1] - ys[0]
    corners = []
    for at in keep_extremes(one["values"], MAX_CORNERS):
        share = (one["values"][at] - ys[0]) / span if span else 0.5
        x = PAD + (one["steps"][at] - xs[0]) * width
        corners.append(f"{x:.1f},{PAD + (1 - share) * height:.1f}")
    return " ".join(corners)
