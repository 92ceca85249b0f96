"""What every handler does alike: who may come in, and how errors look."""

from __future__ import annotations

import math
import uuid
from collections.abc import Awaitable, Callable
from http.client import responses
from types import TracebackType
from typing import Any, TypeVar, cast

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler, JupyterHandler
from tornado.web import HTTPError

from labpool.wire.errors import ErrorAnswer, Forbidden, LabpoolError, ServerUnavailable
from labpool.wire.route import Route

from .ports import Service

Verb = Callable[..., Awaitable[None] | None]
"""A handler's method."""

AnyVerb = TypeVar("AnyVerb", bound=Verb)

RETRY_AFTER_S = 5
"""Seconds after which to come back when the error does not say."""

_CODES = {400: "invalid_request", 403: "forbidden", 404: "not_found", 405: "method_not_allowed"}
_MESSAGES = {
    403: "You may not do this here: your login lacks the right to it, or the request lacks "
    "the X-XSRFToken header that goes with a login by cookie.",
    404: "There is nothing at this address, or not for this origin.",
    405: "This address does not take this method.",
}


def role(route: Route) -> Callable[[AnyVerb], AnyVerb]:
    """Return the decorator that asks Jupyter's authorizer for what the route needs."""
    return cast("Callable[[AnyVerb], AnyVerb]", authorized(route.action, route.resource))


class JsonErrors(JupyterHandler):
    """Answers every error as ``{"code", "message", "details"}``, and strangers with a 403."""

    verbs: tuple[str, ...] = ("GET",)
    """Methods that the path takes, for the ``Allow`` header."""

    async def service(self) -> Service:
        """Return the service behind the routes, once it has started.

        Raises:
            LabpoolError: Why it has not.
        """
        service = cast("Service | None", self.settings.get("labpool_service"))
        if service is None:
            raise ServerUnavailable("Labpool is not there; the server's log says why.")
        await service.ready()
        return service

    def set_default_headers(self) -> None:
        """Keep answers out of every cache."""
        super().set_default_headers()
        self.set_header("Cache-Control", "no-store")

    def send_error(self, status_code: int = 500, **kwargs: Any) -> None:
        """Answer with an error, with the status that the error itself knows."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        super().send_error(
            error.status if isinstance(error, LabpoolError) else status_code, **kwargs
        )

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Write the body of an error, with nothing in it of how the server works inside."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        if status_code == 405:
            self.set_header("Allow", ", ".join(self.verbs))
        if status_code in (429, 503):
            wait = error.details.get("retry_after_s") if isinstance(error, LabpoolError) else None
            self.set_header("Retry-After", str(max(1, math.ceil(wait or RETRY_AFTER_S))))
        self.set_header("Content-Type", "application/json")
        self.write(self._answer(status_code, error).model_dump_json())

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Log what nobody foresaw, under the id that its answer carries."""
        if isinstance(value, LabpoolError):
            self.log.debug("%s: %s", value.code, value.message)
        elif isinstance(value, HTTPError) and value.status_code < 500:
            super().log_exception(typ, value, tb)
        else:
            self.log.error(
                "Labpool: %s %s failed, correlation id %s",
                self.request.method,
                self.request.path,
                self.correlation_id,
                exc_info=value,
            )

    @property
    def correlation_id(self) -> str:
        """Names this request in the log and in the answer to it."""
        if not hasattr(self, "_correlation_id"):
            self._correlation_id = uuid.uuid4().hex
        return self._correlation_id

    def _answer(self, status: int, error: BaseException | None) -> ErrorAnswer:
        if isinstance(error, LabpoolError):
            return error.answer()
        if status == 403 and getattr(self, "_jupyter_current_user", None) is None:
            return Forbidden(
                "Nobody is logged in: send the server's token or its login cookie."
            ).answer()
        if status >= 500:
            return ErrorAnswer(
                code="internal_error",
                message="Something went wrong inside the server; its log says what, "
                "under the correlation id.",
                details={"correlation_id": self.correlation_id},
            )
        said = error.get_message() if isinstance(error, HTTPError) and status == 400 else None
        message = said or _MESSAGES.get(status) or responses.get(status, "Error")
        return ErrorAnswer(code=_CODES.get(status, "invalid_request"), message=message)


class ApiHandler(JsonErrors, APIHandler):
    """Base of the REST handlers: nobody comes in without a login, whatever the method."""

    _track_activity = False
    """Who only looks does not keep an idle server from being culled."""

    async def prepare(self) -> None:  # type: ignore[override]
        """Let nobody in who is not logged in, except to ask what is allowed (CORS)."""
        await super().prepare()
        if self.current_user is None and self.request.method != "OPTIONS":
            raise HTTPError(403)
