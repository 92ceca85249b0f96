"""Patterns of addresses: ``https://site/tickets/{1..500}`` and ``https://site/{a,b}``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

MAX_PLACES = 6
_PLACE = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"([0-9]{1,12})\.\.([0-9]{1,12})")
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


class PatternError(ValueError):
    """A pattern that cannot be read."""


@dataclass(frozen=True)
class Numbers:
    """A range of whole numbers, both ends taken, padded with zeros where an end is written so."""

    first: int
    last: int
    width: int

    def __iter__(self) -> Iterator[str]:
        return (str(n).zfill(self.width) for n in range(self.first, self.last + 1))

    def __len__(self) -> int:
        return self.last - self.first + 1


Choice = Numbers | tuple[str, ...]


def parts(pattern: str, variables: Mapping[str, str]) -> list[Choice]:
    """Return the choices of a pattern in order; plain text is a choice of one.

    Raises:
        PatternError: A place is none of ``{1..9}``, ``{a,b}`` and the name of a variable, a brace
            is left open, or the address does not begin with http.
    """
    found: list[Choice] = []
    for index, piece in enumerate(_PLACE.split(pattern)):
        found.append(_choice(piece, variables) if index % 2 else (_text(piece),))
    if sum(len(choice) > 1 for choice in found) > MAX_PLACES:
        raise PatternError(f"more than {MAX_PLACES} places; write the targets into a file")
    first = "".join(next(iter(choice)) for choice in found)
    if not re.match(r"https?://[^/]", first):
        raise PatternError(f"an address begins with http:// or https://, but this with {first:.40}")
    return found


def count(choices: Sequence[Choice]) -> int:
    """Return how many addresses the choices make."""
    return prod(len(choice) for choice in choices)


def addresses(choices: Sequence[Choice]) -> Iterator[str]:
    """Yield the addresses one by one; the last place turns fastest."""
    if not choices:
        yield ""
        return
    for text in choices[0]:
        for rest in addresses(choices[1:]):
            yield text + rest


def _text(piece: str) -> str:
    if "{" in piece or "}" in piece:
        raise PatternError("a brace is left open; a place is {1..500} or {a,b,c}")
    return piece


def _choice(inside: str, variables: Mapping[str, str]) -> Choice:
    if found := _RANGE.fullmatch(inside):
        first, last = found.groups()
        if int(first) > int(last):
            raise PatternError(f"{{{inside}}} counts downwards; write {{{last}..{first}}}")
        padded = any(len(end) > 1 and end.startswith("0") for end in (first, last))
        return Numbers(int(first), int(last), max(len(first), len(last)) if padded else 0)
    if "," in inside:
        choices = tuple(part.strip() for part in inside.split(","))
        if not all(choices):
            raise PatternError(f"{{{inside:.80}}} has an empty choice")
        return choices
    if _WORD.fullmatch(inside) and inside in variables:
        return (variables[inside],)
    there = ", ".join(sorted(variables)) or "none"
    raise PatternError(
        f"{{{inside:.80}}} is neither a range such as {{1..500}}, nor a list such as {{a,b}}, nor "
        f"a variable of the recipe (there are: {there})"
    )
