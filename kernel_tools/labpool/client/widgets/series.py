"""A metric's curve, bounded: peaks stay, the rest thins out."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import TypedDict

MAX_POINTS = 2000
"""Points of one curve after thinning; it thins again at twice as many."""


class Points(TypedDict):
    """A curve as it crosses to the page.

    Attributes:
        steps: Steps, rising.
        values: Value at each step, the same length.
    """

    steps: list[int]
    values: list[float]


class Curve:
    """One metric over the steps of a run."""

    def __init__(self) -> None:
        self.steps: list[int] = []
        self.values: list[float] = []

    def put(self, step: int, value: float) -> bool:
        """Set the value at one step; a step measured again replaces the old value.

        Args:
            step: Where it was measured.
            value: What was measured; infinite and undefined values are left out.

        Returns:
            Whether it is a new last point, so that the page may simply append it.
        """
        if not math.isfinite(value):
            return True
        if not self.steps or step > self.steps[-1]:
            self.steps.append(step)
            self.values.append(value)
            return not self._thin()
        at = bisect_left(self.steps, step)
        if self.steps[at] == step:
            if self.values[at] == value:
                return True
            self.values[at] = value
        else:
            self.steps.insert(at, step)
            self.values.insert(at, value)
        return False

    def points(self) -> Points:
        """Return a copy for the page."""
        return {"steps": list(self.steps), "values": list(self.values)}

    def _thin(self) -> bool:
        if len(self.steps) <= 2 * MAX_POINTS:
            return False
        kept = keep_extremes(self.values, MAX_POINTS)
        self.steps = [self.steps[i] for i in kept]
        self.values = [self.values[i] for i in kept]
        return True


def keep_extremes(values: Sequence[float], limit: int) -> list[int]:
    """Choose which points to keep so that a chart of them looks the same.

    Args:
        values: The curve.
        limit: Points to keep at the most, 4 or more.

    Returns:
        Indices, rising: the first, the last, and of each stretch the lowest and the highest.
    """
    count = len(values)
    if count <= limit:
        return list(range(count))
    stretches = (limit - 2) // 2
    kept = {0, count - 1}
    for part in range(stretches):
        inside = range(
            1 + part * (count - 2) // stretches, 1 + (part + 1) * (count - 2) // stretches
        )
        kept.add(min(inside, key=values.__getitem__))
        kept.add(max(inside, key=values.__getitem__))
    return sorted(kept)
