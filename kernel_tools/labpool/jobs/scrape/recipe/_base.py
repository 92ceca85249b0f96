"""What all parts of a recipe have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Strict, StrictBool, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
"""A name that fits into addresses and file names."""

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
"""Name of a field or of a variable: a word that templates can hold."""

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
"""A text that says something."""

Css = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
"""A CSS selector. Only ``check`` compiles it: that takes the parser of HTML."""

Flag = StrictBool
Whole = Annotated[int, Strict()]
Number = Annotated[float, Strict()]


class Part(BaseModel):
    """A part of a recipe: frozen, and strict about what YAML reads otherwise than it is meant.

    ``json`` and ``in`` are words that pydantic and Python keep for themselves, so such fields
    have another name in Python; in YAML, dumps and error paths they have their own.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        populate_by_name=True,
        serialize_by_alias=True,
    )
