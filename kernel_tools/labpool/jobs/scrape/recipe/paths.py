"""JMESPath expressions of a recipe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import AfterValidator, StringConstraints


def _path(expression: str) -> str:
    """Return the expression if it can be read.

    Where jmespath is not installed no scrape can run, so there is nothing to protect.
    """
    try:
        import jmespath
        from jmespath.functions import Functions
    except ImportError:
        return expression
    try:
        tree = jmespath.compile(expression).parsed
        known = Functions.FUNCTION_TABLE
        unknown = sorted({name for name in _functions(tree) if name not in known})
    except (jmespath.exceptions.JMESPathError, RecursionError) as error:
        said = " ".join(str(error).split())
        raise ValueError(f"not a JMESPath expression: {said:.200}") from error
    if unknown:
        raise ValueError(f"not a JMESPath expression: there is no function {unknown[0]}()")
    return expression


def _functions(tree: Any) -> Iterator[str]:
    """Yield the names of the functions that an expression calls.

    The library looks for them only when a value reaches the call.
    """
    if tree["type"] == "function_expression":
        yield tree["value"]
    for child in tree["children"]:
        if isinstance(child, dict):
            yield from _functions(child)


Path = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(_path),
]
"""A JMESPath expression."""
