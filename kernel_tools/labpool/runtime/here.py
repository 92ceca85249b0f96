"""Runs a job in the calling process: no server, no pool."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labpool.wire.events import Event

from .execute import call_body
from .recording import RecordingContext


def run_here(
    kind: str,
    params: dict[str, Any] | None = None,
    *,
    run_dir: Path | str | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> Any:
    """Run one job to its end and return its result.

    Args:
        kind: Name of an installed job kind.
        params: Its parameters.
        run_dir: Folder of the run; a new temporary one, which stays, when absent.
        on_event: Called with each word of the job; nothing is kept when absent.

    Returns:
        What the body returns.

    Raises:
        LookupError: There is no such kind.
        pydantic.ValidationError: The params are not valid.
    """
    folder = Path(run_dir) if run_dir is not None else Path(tempfile.mkdtemp(prefix="labpool-"))
    ctx = RecordingContext(run_id="here", run_dir=folder, send=on_event or (lambda _event: None))
    try:
        return call_body(kind, params or {}, ctx)
    finally:
        ctx.shelf.close()
