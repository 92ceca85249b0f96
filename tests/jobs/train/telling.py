"""What tests ask of a training that they ran, and how they stop one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from labpool.runtime.digests import sha256_of
from labpool.runtime.recording import RecordingContext
from labpool.wire.events import Event


def of_type(ctx: RecordingContext, name: str) -> list[Any]:
    return [event for event in ctx.events if event.type == name]


def stop_at(ctx: RecordingContext, step: int, message: str = "") -> None:
    """Ask the job to end when it says that it has come to this step."""

    def send(event: Event) -> None:
        ctx.events.append(event)
        if event.type != "progress_reported" or message not in event.progress.message:
            return
        if event.progress.unit == "step" and event.progress.done == step:
            ctx.stop.set()

    ctx.send = send


def digest(run_dir: Path) -> str:
    return sha256_of(run_dir / "model" / "model.safetensors")
