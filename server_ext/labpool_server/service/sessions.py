"""What people may do with their sessions at web sites: leave them, see which, take them back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from labpool.wire import InvalidRequest, NotFound
from labpool.wire.pages import SessionPage
from labpool.wire.sessions import (
    LARGEST_BYTES,
    SessionKept,
    SessionName,
    SessionRequest,
    StorageState,
    hosts_of,
)
from labpool_server.vault import Vault

from .secrets import aside

PREFIX = "session:"
"""Before a session's name among the secrets of its owner."""
LATEST = 253_402_300_799.0
"""Last second of the year 9999, seconds since 1970; cookies may say more."""

_NAME: TypeAdapter[str] = TypeAdapter(SessionName)


class SessionService:
    """Sessions of people; what is in one is for the jobs of its owner alone.

    Args:
        vault: Where they are kept.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def list_sessions(self, owner: str) -> SessionPage:
        """Return which sessions there are of somebody, never what is in them."""
        kept = await aside(self._vault.every, owner, PREFIX)
        items = [
            _seen(name.removeprefix(PREFIX), json.loads(value), at)
            for name, (value, at) in sorted(kept.items())
        ]
        return SessionPage(items=items)

    async def save_session(self, name: str, request: SessionRequest, owner: str) -> SessionKept:
        """Keep a session; an older one of that name is gone.

        Raises:
            InvalidRequest: No session can have that name, or it is too large.
        """
        _check(name)
        state = request.storage_state.model_dump_json()
        size = len(state.encode())
        if size > LARGEST_BYTES:
            raise InvalidRequest(
                f"The session has {size} bytes, more than {LARGEST_BYTES}. Save only the cookies "
                "and the local storage of the site that is to be read.",
                max_bytes=LARGEST_BYTES,
            )
        kept = {"state": state, **_facts(request.storage_state)}
        at = await aside(self._vault.save, owner, PREFIX + name, json.dumps(kept))
        return _seen(name, kept, at)

    async def delete_session(self, name: str, owner: str) -> None:
        """Forget a session.

        Raises:
            NotFound: None of that name is kept.
        """
        if not await aside(self._vault.delete, owner, PREFIX + name):
            raise NotFound(f"No session {name!r} of yours is kept here.", name=name)

    def find(self, owner: str, name: str) -> str | None:
        """Return a session's storage state as JSON, or None. Reads a file."""
        value = self._vault.get(owner, PREFIX + name)
        return str(json.loads(value)["state"]) if value is not None else None


def _check(name: str) -> None:
    try:
        _NAME.validate_python(name)
    except ValidationError:
        raise InvalidRequest(
            "A session's name has up to 64 letters, digits, dots, dashes and underscores, and "
            "begins with a letter or a digit."
        ) from None


def _facts(state: StorageState) -> dict[str, Any]:
    ends = [cookie.expires for cookie in state.cookies if cookie.expires > 0]
    return {
        "hosts": hosts_of(state),
        "cookies": len(state.cookies),
        "expires": min([*ends, LATEST]) if ends else None,
    }


def _seen(name: str, kept: dict[str, Any], at: datetime) -> SessionKept:
    ends: float | None = kept["expires"]
    return SessionKept(
        name=name,
        hosts=kept["hosts"],
        cookies=kept["cookies"],
        saved_at=at,
        expires_at=datetime.fromtimestamp(ends, UTC) if ends else None,
    )
