"""Make an event fit for JSON, so that a job's odd value harms no other event of its batch.

What a job hands over may be no JSON: a file name that is no Unicode. Numbers are finite and
bounded by the records themselves.
"""

from __future__ import annotations

from typing import Any

from pydantic_core import PydanticSerializationError

from labpool.wire.events import Event


def storable(event: Event, seq: int) -> tuple[Event, str]:
    """Return an event with its number, and its JSON.

    Args:
        event: The event as it came.
        seq: Number in the event log.
    """
    event = event.model_copy(update={"seq": seq})
    try:
        return event, event.model_dump_json()
    except PydanticSerializationError:
        event = type(event).model_validate(_unicode(event.model_dump()))
        return event, event.model_dump_json()


def _unicode(value: Any) -> Any:
    """Return the same with a question mark for each half of a character."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, dict):
        return {_unicode(key): _unicode(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_unicode(part) for part in value]
    return value
