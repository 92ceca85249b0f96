"""Secrets that people leave with the server for their runs. Values go in and never come out."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr, field_serializer, field_validator

from ._base import Record, Timestamp

SecretName = Literal["hub_token"]
"""Which secrets there are: the token of the person's account at the Hugging Face Hub."""


class SecretRequest(Record):
    """A secret to keep.

    Attributes:
        value: 8 to 4,096 printable ASCII characters without a space, as tokens are.
    """

    value: SecretStr = Field(min_length=8, max_length=4096)

    @field_validator("value")
    @classmethod
    def _is_a_token(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if not (text.isascii() and text.isprintable()) or " " in text:
            raise ValueError("a token has printable ASCII characters only, and no space")
        return value

    @field_serializer("value", when_used="json")
    def _is_sent(self, value: SecretStr) -> str:
        return value.get_secret_value()


class SecretKept(Record):
    """That a secret is kept, and since when.

    Attributes:
        source: Whether its owner left it, or the server's own settings have it for everybody.
    """

    name: str
    source: Literal["own", "server"]
    saved_at: Timestamp | None = None
