"""What a download is told."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Params(BaseModel):
    """Which entry of the catalog to fetch, or to check."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(
        title="Model or data set",
        description="Id of an entry of the catalog. Nothing else can be fetched.",
        json_schema_extra={"x-labpool-catalog": "entry"},
    )
    verify: bool = Field(
        default=False,
        title="Check what is here",
        description="Read every byte of what is here already, and fetch again what is wrong.",
    )
