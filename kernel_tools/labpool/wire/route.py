"""What a route is: one verb on one path, with all that is documented of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from .errors import LabpoolError
from .pages import NoQuery

API_PREFIX = "labpool/api"
"""Below the Jupyter server's base URL."""

DASHBOARD_PREFIX = "labpool/dashboard"
"""Below the Jupyter server's base URL: everything under it is the Dask dashboard's."""

Verb = Literal["GET", "POST", "PATCH", "DELETE"]
Action = Literal["read", "write", "execute"]


@dataclass(frozen=True, kw_only=True)
class Route:
    """One verb on one path.

    Attributes:
        id: Name of the operation, unique; the server's endpoint function has it too.
        verb: HTTP verb.
        path: Below ``API_PREFIX``, with ``{name}`` for a path parameter.
        summary: One line for the documentation.
        resource: What Jupyter's authorizer is asked about.
        action: What one wants to do to it.
        query: Model of the query string.
        body: Model of the JSON body, or None.
        answer: Model of the JSON answer, or None for no content.
        status: Status of success.
        errors: What can go wrong beyond login and malformed requests.
        stream: How the answer flows, where it does: "sse" (on Accept: text/event-stream or
            always where there is no JSON answer), "ws", or "file" (bytes of a file).
    """

    id: str
    verb: Verb
    path: str
    summary: str
    resource: str
    action: Action
    query: type[BaseModel] = NoQuery
    body: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    errors: tuple[type[LabpoolError], ...] = ()
    stream: Literal["sse", "ws", "file"] | None = None


RUNS = "labpool:runs"
KINDS = "labpool:kinds"
POOL = "labpool:pool"
ASSETS = "labpool:assets"
SECRETS = "labpool:secrets"
MONITORING = "labpool:monitoring"
