"""Measured series by name."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from labpool.wire.metrics import Series

from .show import number, text_table


class Metrics(dict[str, Series]):
    """Metric name to series; shows the latest, least and greatest value of each."""

    def to_frame(self) -> Any:
        """Return a data frame with one row a step and one column a metric.

        Raises:
            ImportError: pandas is not installed.
        """
        pd = import_module("pandas")
        columns = {name: pd.Series(each.values, index=each.steps) for name, each in self.items()}
        frame = pd.DataFrame(columns)
        frame.index.name = "step"
        return frame

    def __repr__(self) -> str:
        if not self:
            return "No metrics yet."
        rows = [
            [
                name,
                str(each.points),
                *map(number, (each.values[-1], min(each.values), max(each.values))),
            ]
            for name, each in self.items()
            if each.values
        ]
        return text_table(["metric", "points", "latest", "least", "greatest"], rows)
