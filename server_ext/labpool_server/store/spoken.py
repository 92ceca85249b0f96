"""A worker's messages as they came: parsed once, and their JSON kept.

What a worker sends is what goes into the log, but for the number that the server gives. So the
text is cut where that number stands, and most events need not be made into JSON again.
"""

from __future__ import annotations

from itertools import starmap
from typing import NamedTuple

from labpool.wire.events import Event, events_adapter

_JOINT = '},{"run_id":'
_SEQ = '"seq":0,'
"""No string in JSON can hold either: a quote inside a string has a backslash before it."""
_AT = len('2026-01-01T00:00:00.000Z",')


class Spoken(NamedTuple):
    """One message.

    Attributes:
        event: What it says.
        head: Its JSON up to its number in the log.
        tail: Its JSON behind that.
    """

    event: Event
    head: str
    tail: str

    def json(self, seq: int) -> str:
        """Return the event's JSON with its number."""
        return f'{{"run_id":{self.head}"seq":{seq},{self.tail}}}'


def read(text: str) -> list[Event | Spoken]:
    """Parse a batch.

    Args:
        text: JSON list of events.

    Returns:
        The events, in order; with their own JSON where the worker wrote it as the server
        would, which is always so where both run the same version.

    Raises:
        pydantic.ValidationError: It is no list of events.
    """
    events = events_adapter.validate_json(text)
    pieces = text[len('[{"run_id":') : -len("}]")].split(_JOINT)
    if len(pieces) != len(events):
        return list(events)
    return list(starmap(_spoken, zip(events, pieces, strict=True)))


def _spoken(event: Event, piece: str) -> Event | Spoken:
    head, _, tail = piece.partition(_SEQ)
    begin = f'"{event.run_id}","attempt":{event.attempt},"n":{event.n},"at":"'
    own = head[:-_AT] == begin and head.endswith('Z",') and tail.startswith('"type":"')
    return Spoken(event, head, tail) if own and event.seq == 0 else event
