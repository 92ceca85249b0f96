"""Regular expressions of a recipe: refused when they could take for ever."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

MAX_PATTERN = 500
"""Longest pattern, characters."""
MAX_SUBJECT = 5000
"""Longest text that a pattern of a recipe is tried on, characters."""

_TOKEN = re.compile(
    r"(?P<escape>\\.)|(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])|(?P<open>\()|(?P<close>\))"
    r"|(?P<many>[*+]|\{\d*,\})|(?P<bar>\|)|.",
    re.DOTALL,
)


def compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern ready for use.

    Python's engine backtracks, and a repeated group that repeats or chooses inside can take time
    that doubles with each character. One pass over the pattern finds such groups; what is left is
    bounded by ``MAX_SUBJECT``.

    Raises:
        ValueError: It is no regular expression, or one that could take for ever.
    """
    try:
        expression = re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"not a regular expression: {error}") from error
    _refuse_slow(pattern)
    return expression


def _refuse_slow(pattern: str) -> None:
    """Raise ValueError for a repeated group with a repetition or a choice inside."""
    groups = [False]  # for each open group: does it repeat or choose
    closed: bool | None = None  # the same of the group that ended just now
    for token in _TOKEN.finditer(pattern):
        kind = token.lastgroup
        if kind == "escape" and token[0][1] in "123456789":
            raise ValueError(f"{token[0]} refers back, which can take for ever; write it out")
        if kind == "many" and closed:
            raise ValueError(
                "a repeated group repeats or chooses inside, as in (a+)* or (a|b)*, which can "
                "take for ever; use one set, as in [ab]*"
            )
        if kind == "open":
            groups.append(False)
        elif kind in ("many", "bar"):
            groups[-1] = True
        if kind == "close" and len(groups) > 1:
            closed = groups.pop()
            groups[-1] = groups[-1] or closed
        else:
            closed = None


def _regex(pattern: str) -> str:
    compiled(pattern)
    return pattern


def _one_group(pattern: str) -> str:
    groups = compiled(pattern).groups
    if groups != 1:
        raise ValueError(
            f"the pattern has {groups} groups; put round brackets around the one part that is the "
            "value, and write (?:...) for others"
        )
    return pattern


_Short = StringConstraints(min_length=1, max_length=MAX_PATTERN)
Regex = Annotated[str, _Short, AfterValidator(_regex)]
"""A regular expression that is searched for."""
OneGroup = Annotated[str, _Short, AfterValidator(_one_group)]
"""A regular expression whose only group is what is wanted."""
