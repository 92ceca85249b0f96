"""Sessions at web sites that people leave with the server for their scrapes.

A session goes in as a browser's storage state and never comes out.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StrictBool,
    StrictFloat,
    StrictInt,
    field_serializer,
    model_validator,
)

from ._base import Record, Timestamp

LARGEST_BYTES = 512 * 1024
"""Largest storage state, bytes of JSON."""

SessionName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""What a session is called: letters, digits, dots, dashes and underscores."""


class _Foreign(BaseModel):
    """Part of a storage state; what other versions of the browser's tools add is kept."""

    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)


class Cookie(_Foreign):
    """A cookie as Playwright writes it.

    Attributes:
        domain: The host; with a dot before it, its subdomains, too.
        expires: Seconds since 1970; -1 for a cookie that ends with the browser.
    """

    name: str = Field(min_length=1, max_length=4096)
    value: SecretStr
    domain: str = Field(min_length=1, max_length=255)
    path: str = "/"
    expires: StrictFloat | StrictInt = -1
    httpOnly: StrictBool = False  # noqa: N815 - Playwright's name
    secure: StrictBool = False
    sameSite: Literal["Strict", "Lax", "None"] = "Lax"  # noqa: N815 - Playwright's name

    @field_serializer("value", when_used="json")
    def _is_sent(self, value: SecretStr) -> str:
        return value.get_secret_value()


class StoredItem(_Foreign):
    """An entry of a page's local storage."""

    name: str
    value: SecretStr

    @field_serializer("value", when_used="json")
    def _is_sent(self, value: SecretStr) -> str:
        return value.get_secret_value()


class Origin(_Foreign):
    """The local storage of one site."""

    origin: str = Field(pattern=r"^https?://")
    localStorage: list[StoredItem] = Field(default_factory=list)  # noqa: N815 - Playwright's name


class StorageState(_Foreign):
    """A browser's storage state, as Playwright's ``context.storage_state()`` gives it."""

    cookies: list[Cookie] = Field(default_factory=list, max_length=3000)
    origins: list[Origin] = Field(default_factory=list, max_length=300)

    @model_validator(mode="after")
    def _has_something(self) -> Self:
        if not self.cookies and not self.origins:
            raise ValueError("there is neither a cookie nor local storage in it")
        return self


class SessionRequest(Record):
    """A session to keep; one of the same name is replaced."""

    model_config = ConfigDict(hide_input_in_errors=True)

    storage_state: StorageState


class SessionKept(Record):
    """That a session is kept.

    Attributes:
        hosts: The sites that it is for.
        cookies: How many cookies it has.
        expires_at: When the first of its cookies with an end ends; None where none has.
    """

    name: str
    hosts: list[str]
    cookies: int = Field(ge=0)
    saved_at: Timestamp
    expires_at: Timestamp | None = None


def hosts_of(state: StorageState) -> list[str]:
    """Return the sites that a storage state is for, in order."""
    cookies = {cookie.domain.lstrip(".") for cookie in state.cookies}
    origins = {origin.origin.split("://", 1)[1] for origin in state.origins}
    return sorted(cookies | {host.split(":")[0] for host in origins})
