"""What every record that crosses a border has in common."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer


class Record(BaseModel):
    """A frozen record that refuses fields it does not know, and numbers that JSON cannot carry."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        # What the server sends has every field; readers of the contract may count on it.
        json_schema_serialization_defaults_required=True,
    )


def _iso(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Timestamp = Annotated[AwareDatetime, PlainSerializer(_iso, return_type=str, when_used="json")]
"""An instant, UTC, ISO 8601 with milliseconds and a ``Z`` on the wire."""


def utc_now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)
