"""What a run of a notebook is asked for."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Params(BaseModel):
    """Which notebook, with which values, and what is done about errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(
        title="Notebook",
        description="A .ipynb file that the server can read. It is not changed: what comes of it "
        "is saved in a copy beside it.",
        min_length=1,
        json_schema_extra={"x-labpool-path": True},
    )
    parameters: dict[str, Any] = Field(
        default_factory=dict,
        title="Parameters",
        description="Names and values that take the place of those in the cell tagged "
        '"parameters", or stand first where there is none.',
    )
    kernel: str = Field(
        default="",
        title="Kernel",
        description="Name of a kernel (jupyter kernelspec list). Empty: the notebook's own.",
    )
    allow_errors: bool = Field(
        default=False,
        title="Go on after errors",
        description="Run the cells after one that failed, too.",
    )
    cell_timeout_s: float | None = Field(
        default=None,
        gt=0,
        title="Time limit of a cell",
        description="Seconds that one cell may take. Empty: as long as it takes.",
    )
    output: str = Field(
        default="",
        title="Copy",
        description="Where the copy goes. Empty: beside the notebook, with the run's id in its "
        "name.",
    )
