"""Errors that only a client can meet, and how an HTTP answer becomes an error.

ServerUnavailable       wire.errors
├── NoServer            no_server       there is no Jupyter server to talk to
└── NoExtension         no_extension    there is one, but Labpool is not installed in it
"""

from __future__ import annotations

import httpx
from pydantic import ValidationError

from labpool.wire.errors import (
    ErrorAnswer,
    Forbidden,
    InvalidRequest,
    LabpoolError,
    ServerUnavailable,
    TooManyRequests,
    error_from,
)

INSTALL = "pip install labpool && jupyter server extension enable labpool_server"
AWAY = frozenset({424, 502, 503, 504})
"""Statuses that mean "not now": the server's own, its proxy's, and JupyterHub's (424)."""


class NoServer(ServerUnavailable):
    """No Jupyter server was found, or the one that was named does not answer."""

    code = "no_server"


class NoExtension(ServerUnavailable):
    """A Jupyter server answers, but it has no Labpool."""

    code = "no_extension"


def error_of(response: httpx.Response, base_url: str) -> LabpoolError:
    """Return the error that an answer stands for.

    Args:
        response: An answer that was read and is no success.
        base_url: The server, for the message.
    """
    try:
        answer = ErrorAnswer.model_validate_json(response.content)
    except ValidationError:
        return _error_by_status(response, base_url)
    if answer.code == Forbidden.code:
        return Forbidden(f"{answer.message} {_login_advice(base_url)}", **answer.details)
    return error_from(answer)


def _login_advice(base_url: str) -> str:
    return (
        f"For the token of {base_url} look at `jupyter server list` on its machine; give it by "
        "labpool.connect(url, token=...) or LABPOOL_TOKEN."
    )


def _error_by_status(response: httpx.Response, base_url: str) -> LabpoolError:
    status = response.status_code
    if status in (401, 403) or response.is_redirect:
        return Forbidden(f"The login was refused ({status}). {_login_advice(base_url)}")
    if status in (404, 405):
        return NoExtension(
            f"The Jupyter server at {base_url} has no Labpool. Install it where that server "
            f"runs, then restart the server: {INSTALL}"
        )
    if status == 429:
        return TooManyRequests(f"{base_url} asks for a pause ({status}); try again later.")
    if status in AWAY:
        return ServerUnavailable(f"{base_url} is not available now ({status}); try again later.")
    if status < 500:
        return InvalidRequest(f"{base_url} refused the request ({status}).")
    return LabpoolError(f"{base_url} failed ({status}); its log says why.", status=status)
