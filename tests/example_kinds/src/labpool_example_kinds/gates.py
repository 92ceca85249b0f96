"""Labpool's own training, which waits at gates: who watches it cannot come too late."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from labpool.jobs import train
from labpool.runtime.context import JobContext
from labpool.runtime.registry import resolve

from . import GatedTrainingParams


def run(params: GatedTrainingParams, ctx: JobContext) -> dict[str, Any]:
    """Train as the kind of Labpool does."""
    own = train.Params.model_validate(params.model_dump(exclude={"gates"}))
    result: dict[str, Any] = resolve(train.KIND.entry)(own, _Gated(ctx, params.gates))
    return result


class _Gated:
    """A context whose progress waits at a gate that is shut, unless the job is to end."""

    def __init__(self, ctx: JobContext, gates: dict[int, str]) -> None:
        self._ctx = ctx
        self._gates = {step: Path(file) for step, file in gates.items()}

    def __getattr__(self, name: str) -> Any:
        """Give everything else on."""
        return getattr(self._ctx, name)

    def progress(
        self, done: float, total: float | None = None, unit: str = "", message: str = ""
    ) -> None:
        """Say how far it is, then wait for the gate of that step."""
        self._ctx.progress(done, total, unit, message)
        gate = self._gates.get(int(done)) if unit == "step" else None
        while gate is not None and not gate.exists() and not self._ctx.cancelled():
            time.sleep(0.02)  # a file that appears gives no event
