"""Errors that cross the border, by code.

    LabpoolError
    ├── InvalidRequest      400 invalid_request        the request cannot be read
    ├── Forbidden           403 forbidden              no login, or no right to it
    ├── NotFound            404 not_found
    ├── Conflict            409 conflict               the state forbids it
    │   ├── StoreInUse      409 store_in_use           another server owns the data folder
    │   ├── EventsReset     409 events_reset           the event log is not the one that was read
    │   ├── DownloadNeeded  409 download_needed        what the params name is not here yet
    │   ├── TokenNeeded     409 token_needed           the Hub wants to know who asks
    │   └── NotOurs         409 not_ours               Labpool did not bring it
    ├── InvalidParams       422 invalid_params         fields with their paths in details["fields"]
    │   └── ModelNotAllowed 400 model_not_allowed      the catalog does not list it
    ├── TooManyRequests     429 too_many_requests
    ├── KindUnavailable     409 kind_unavailable       an extra is missing
    ├── ServerUnavailable   503 server_unavailable     the server, its disk or its store is away
    │   └── StoreIncompatible 503 store_incompatible   another version of Labpool made the database
    ├── RunFailedError, RunCancelledError              raised by Run.result() on the client
    └── RunInterruptedError                            raised by Run.wait(), too

The server answers ``{"code", "message", "details"}``; the client raises the same class again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, ClassVar

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails

from ._base import Record
from .suggest import unknown_field


class ErrorAnswer(Record):
    """The body of every answer that is an error."""

    code: str
    message: str
    details: dict[str, Any] = Field(default_factory=dict)


class LabpoolError(Exception):
    """Base of all errors that Labpool raises on purpose.

    Args:
        message: A sentence that says what to do next.
        details: Facts for programs.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    def answer(self) -> ErrorAnswer:
        """Return what goes on the wire."""
        return ErrorAnswer(code=self.code, message=self.message, details=self.details)


class InvalidRequest(LabpoolError):
    """The request cannot be read: no JSON, a wrong query, too large."""

    code = "invalid_request"
    status = 400


class Forbidden(LabpoolError):
    """Nobody is logged in, or whoever is may not do this."""

    code = "forbidden"
    status = 403


class NotFound(LabpoolError):
    """There is no such thing, or no longer."""

    code = "not_found"
    status = 404


class Conflict(LabpoolError):
    """The state of the thing forbids it."""

    code = "conflict"
    status = 409


class StoreInUse(Conflict):
    """Another server owns the data folder."""

    code = "store_in_use"


class EventsReset(Conflict):
    """The event log ends before ``after``: it is another one, so read everything anew.

    ``details["last_seq"]`` is the number of its newest event.
    """

    code = "events_reset"

    @classmethod
    def at(cls, last_seq: int, after: int) -> EventsReset:
        """Build the error.

        Args:
            last_seq: Number of the newest event that there is.
            after: Number that was asked for.
        """
        return cls(
            f"There is no event {after}; the newest one is {last_seq}. The server's database was "
            "replaced: list the runs again, and follow them from there.",
            last_seq=last_seq,
            after=after,
        )


class DownloadNeeded(Conflict):
    """The run names something of the catalog that is not here yet; download it first.

    ``details["ids"]`` are the catalog's ids.
    """

    code = "download_needed"


class TokenNeeded(Conflict):
    """The Hub asks who wants this; leave your token with the server first."""

    code = "token_needed"


class NotOurs(Conflict):
    """Labpool did not bring this; it is deleted only when its name is given, too."""

    code = "not_ours"


class KindUnavailable(Conflict):
    """The kind exists, but what its jobs need is not installed."""

    code = "kind_unavailable"


class InvalidParams(LabpoolError):
    """Values that cannot work, each with the path of its field in ``details["fields"]``."""

    code = "invalid_params"
    status = 422

    @classmethod
    def at(cls, field: str, message: str, code: str = "", **args: Any) -> InvalidParams:
        """Build the error for one field.

        Args:
            field: Path of the field, dotted ("params.dataset").
            message: What is wrong and what to do.
            code: What is wrong, for who says it in another language; "" where only the message
                tells.
            args: The values that go with the code.
        """
        wrong = {"field": field, "message": message, "code": code, "args": args}
        return cls(f"{field}: {message}", fields=[wrong])

    @classmethod
    def of(
        cls, error: ValidationError, prefix: str = "", model: type[BaseModel] | None = None
    ) -> InvalidParams:
        """Build the error from pydantic's, keeping every field's path.

        Args:
            error: Pydantic's.
            prefix: What goes before the paths, dotted; "" for nothing.
            model: What was validated; its fields are proposed for one that does not exist.
        """
        fields = [
            {
                "field": ".".join([*([prefix] if prefix else []), *map(str, e["loc"])]) or "body",
                "message": said(e, model),
                # Pydantic's own codes: https://docs.pydantic.dev/latest/errors/validation_errors/
                "code": e["type"],
                "args": _plain(e.get("ctx", {})),
            }
            for e in error.errors(include_url=False, include_input=False)
        ]
        text = "; ".join(f"{f['field']}: {f['message']}" for f in fields)
        return cls(text, fields=fields)


class ModelNotAllowed(InvalidParams):
    """The catalog does not list it."""

    code = "model_not_allowed"
    status = 400


class TooManyRequests(LabpoolError):
    """A limit is reached; ``details["retry_after_s"]`` says when to come back."""

    code = "too_many_requests"
    status = 429


class ServerUnavailable(LabpoolError):
    """The server does not answer, or its disk or database is away."""

    code = "server_unavailable"
    status = 503


class StoreIncompatible(ServerUnavailable):
    """Another version of Labpool made the database; trying again does not help."""

    code = "store_incompatible"


class RunFailedError(LabpoolError):
    """A run failed; ``details["run_id"]`` and ``details["error"]`` say which and why."""

    code = "run_failed"


class RunCancelledError(LabpoolError):
    """A run was cancelled, so it has no result."""

    code = "run_cancelled"


class RunInterruptedError(LabpoolError):
    """A run was interrupted and waits for a person to resume it; waiting for it would not end."""

    code = "run_interrupted"


def said(error: ErrorDetails, model: type[BaseModel] | None) -> str:
    """Return what to tell of one of pydantic's problems.

    Args:
        error: The problem.
        model: What was validated; None where nobody knows.
    """
    if error["type"] == "extra_forbidden" and model is not None:
        return unknown_field(model, error["loc"])
    return error["msg"].removeprefix("Value error, ")


def _plain(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return what JSON can carry of a problem's values."""
    return {
        name: value
        for name, value in context.items()
        if isinstance(value, str | bool | int) or (isinstance(value, float) and isfinite(value))
    }


def _subclasses(cls: type[LabpoolError]) -> Iterator[type[LabpoolError]]:
    for sub in cls.__subclasses__():
        yield sub
        yield from _subclasses(sub)


def error_from(answer: ErrorAnswer) -> LabpoolError:
    """Return the error that an answer stands for, by its code."""
    known = {cls.code: cls for cls in _subclasses(LabpoolError)}
    error = known.get(answer.code, LabpoolError)(answer.message)
    extra = {} if answer.code in known else {"code": answer.code}
    error.details = extra | answer.details
    return error
