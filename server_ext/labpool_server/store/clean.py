"""Make an event fit for JSON, so that a job's odd value harms no other event of its batch.

What a job hands over may be no JSON: a loss that is not a number, a file name that is no
Unicode. JSON written from such an event could not be read back.
"""

from __future__ import annotations

import math
from typing import Any

from pydantic_core import PydanticSerializationError

from labpool.wire.events import Event, MetricsReported, ProgressReported


def storable(event: Event, seq: int) -> tuple[Event, str] | None:
    """Return an event with its number, and its JSON; None where it says nothing that can be kept.

    Args:
        event: The event as it came.
        seq: Number in the event log.
    """
    change: dict[str, Any] = {"seq": seq}
    if isinstance(event, MetricsReported) and not all(map(math.isfinite, event.values.values())):
        change["values"] = {n: v for n, v in event.values.items() if math.isfinite(v)}
    elif isinstance(event, ProgressReported) and not _finite(event):
        return None
    event = event.model_copy(update=change)
    try:
        return event, event.model_dump_json()
    except PydanticSerializationError:
        event = type(event).model_validate(_unicode(event.model_dump()))
        return event, event.model_dump_json()


def _finite(event: ProgressReported) -> bool:
    return math.isfinite(event.progress.done) and math.isfinite(event.progress.total or 0)


def _unicode(value: Any) -> Any:
    """Return the same with a question mark for each half of a character."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, dict):
        return {_unicode(key): _unicode(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_unicode(part) for part in value]
    return value
