"""What was measured and written by a run, as read back."""

from __future__ import annotations

from pydantic import Field

from ._base import Record, Timestamp
from .events import LogLevel


class Series(Record):
    """One metric of one run.

    Attributes:
        name: Metric name.
        steps: Steps, rising.
        values: Value at each step, the same length.
        times: Seconds since the epoch at each step, the same length.
        points: Number of points stored, before down-sampling.
    """

    name: str
    steps: list[int]
    values: list[float]
    times: list[float]
    points: int


class LogLine(Record):
    """One log line.

    Attributes:
        seq: Its number in the event log; pages go on after it.
    """

    seq: int
    at: Timestamp
    level: LogLevel
    text: str
    worker: str = ""
    attempt: int = 0


class MetricsAnswer(Record):
    """All series asked for."""

    items: list[Series] = Field(default_factory=list)
