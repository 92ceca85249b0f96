"""The visitor's storage state, and what of it nobody may see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from labpool.runtime.context import JobContext, JobError

SHORTEST = 6
"""Values with fewer characters ("1", "en", "true") would black out ordinary words."""

SECRET = "session"  # noqa: S105 - its name, not its value


def state_of(ctx: JobContext, name: str | None) -> str:
    """Return the storage state of a session as JSON, and see to it that no word tells of it.

    Args:
        name: Of the session; None for none.

    Returns:
        "" where the run has no session.

    Raises:
        JobError: It has gone.
    """
    if name is None:
        return ""
    state = ctx.secret(SECRET)
    if state is None:
        raise JobError(
            "session_missing",
            f"There is no session {name!r} any more. Save it again: "
            f'pool.sessions.save("{name}", ...), then resume the run.',
        )
    ctx.conceal(*{value for value in _values(json.loads(state)) if len(value) >= SHORTEST})
    return state


def _values(state: dict[str, Any]) -> Iterator[str]:
    for cookie in state.get("cookies", ()):
        yield str(cookie.get("value", ""))
    for origin in state.get("origins", ()):
        for item in origin.get("localStorage", ()):
            value = str(item.get("value", ""))
            yield value
            yield from _inner(value)


def _inner(value: str) -> Iterator[str]:
    """Yield the texts in a value that is JSON itself, as pages often keep their tokens."""
    try:
        found = [json.loads(value)]
    except ValueError:
        return
    while found:
        match found.pop():
            case str() as text:
                yield text
            case list() as several:
                found += several
            case dict() as named:
                found += named.values()
