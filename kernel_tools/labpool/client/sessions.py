"""Sessions at web sites, left with the server for scrapes."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from labpool.wire.errors import InvalidParams
from labpool.wire.sessions import LARGEST_BYTES, SessionKept, SessionRequest

from .asynchronous import twin
from .connection import Connection
from .listings import sessions as as_listing
from .login import log_in
from .show import Listing


class Sessions:
    """Your sessions. What is in one goes to the server, which keeps it encrypted, and never back.

    Args:
        connection: The server.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def save(self, name: str, state: Any = None, *, url: str | None = None) -> SessionKept:
        """Leave a session with the server; one of that name is replaced.

        Args:
            name: What to call it, for ``pool.scrape(session=...)``.
            state: A storage state as Playwright makes it: the path of its JSON file, the dict
                itself, or the browser context that has it (of Playwright's synchronous kind).
            url: In its place: opens a window there in which you log in; see ``login``.

        Raises:
            InvalidParams: It is no storage state.
            InvalidRequest: The name cannot be one, or the session is too large.
        """
        if state is None and url is not None:
            return self.login(name, url)
        if state is None or url is not None:
            raise InvalidParams.at("state", "give a storage state, or the url of a login page")
        answer: SessionKept = self._connection.call(
            "save_session", {"name": name}, body=_request(_read(state))
        )
        return answer

    def login(self, name: str, url: str, *, done: str | None = None) -> SessionKept:
        """Open a browser's window, let you log in, and leave the session with the server.

        The window has a profile of its own, which is thrown away. The session is taken when you
        close the window or press Enter in the terminal, or when ``done`` is reached.

        Args:
            name: What to call the session.
            url: The page to log in at.
            done: Regular expression that the address of the page matches once you are logged in.

        Raises:
            KindUnavailable: There is no screen or no Playwright here; the message says what to
                do in place of it.
            InvalidParams: Nothing was left of a login.
        """
        return self.save(name, log_in(name, url, done))

    def list(self) -> Listing[SessionKept]:
        """List your sessions, without what is in them."""
        return as_listing(self._connection.call("list_sessions").items)

    def delete(self, name: str) -> None:
        """Let the server forget a session.

        Raises:
            NotFound: There is none of that name.
        """
        self._connection.call("delete_session", {"name": name})

    def __repr__(self) -> str:
        return repr(self.list())

    def _repr_html_(self) -> str:
        return self.list()._repr_html_()

    asave = twin(save)
    alogin = twin(login)
    alist = twin(list)  # noqa: A003 - the method above
    adelete = twin(delete)


def _read(state: Any) -> Any:
    storage_state = getattr(state, "storage_state", None)
    if callable(storage_state):
        return storage_state()
    if isinstance(state, Mapping):
        return dict(state)
    if not isinstance(state, str | os.PathLike):
        raise InvalidParams.at("state", f"{type(state).__name__} is no storage state")
    path = Path(state).expanduser()
    try:
        with path.open("rb") as file:
            raw = file.read(2 * LARGEST_BYTES + 1)
        if len(raw) > 2 * LARGEST_BYTES:
            raise InvalidParams.at("state", f"{path} is larger than a session may be")
        return json.loads(raw)
    except OSError as error:
        raise InvalidParams.at("state", f"{path} cannot be read: {error.strerror}") from None
    except ValueError:  # its message quotes what it has read
        raise InvalidParams.at("state", f"{path} is not JSON") from None


def _request(state: Any) -> SessionRequest:
    try:
        return SessionRequest.model_validate({"storage_state": state})
    except ValidationError as error:
        raise InvalidParams.of(error, model=SessionRequest) from None
