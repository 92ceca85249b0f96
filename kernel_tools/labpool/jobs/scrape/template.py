"""Templates of addresses and texts: ``https://host/tickets/{id}``, filled and read back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any
from urllib.parse import quote, unquote

Value = str | int
"""What fills one place of a template."""

CURSOR = "cursor"
"""The one place that may be empty: the first page of a call has no cursor yet."""

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_CODED = r"(?:[A-Za-z0-9_.~-]|%[0-9A-Fa-f]{2})"  # what ``quote`` makes with nothing spared


class TemplateError(ValueError):
    """A template that cannot be read, or values that do not fill it."""


def pieces(template: str) -> list[tuple[str, str | None]]:
    """Return the template as pairs of plain text and the name of the place after it.

    ``{{`` and ``}}`` stand for braces.

    Raises:
        TemplateError: A brace is left open, or a place is no simple name.
    """
    try:
        parsed = list(Formatter().parse(template))
    except ValueError as error:
        raise TemplateError(
            f"{template!r:.100}: {error}; write {{{{ and }}}} for braces that are no place"
        ) from error
    for _, name, spec, conversion in parsed:
        if name is not None and (spec or conversion or not _WORD.fullmatch(name)):
            raise TemplateError(
                f"{{{name:.80}}} is not the name of a field; a place is a word, as in {{id}}, and "
                "braces that are no place are written {{ and }}"
            )
    return [(text, name) for text, name, _, _ in parsed]


def names(template: str) -> tuple[str, ...]:
    """Return the names of the places, each once, in order.

    Raises:
        TemplateError: The template cannot be read.
    """
    return tuple(dict.fromkeys(name for _, name in pieces(template) if name is not None))


def fill(template: str, fields: Mapping[str, Value], variables: Mapping[str, str] = {}) -> str:
    """Return an address.

    Args:
        template: The address with places.
        fields: The target's; percent-encoded, but for ``{url}`` where that is the whole template.
        variables: The recipe's; put in as they are. A field of the same name goes first.

    Raises:
        TemplateError: A value is missing or empty.
    """
    if template == "{url}":
        return str(_value("url", fields, variables))
    return "".join(text + _coded(name, fields, variables) for text, name in pieces(template))


def fill_text(template: str, fields: Mapping[str, Value], variables: Mapping[str, str] = {}) -> str:
    """Return a text, such as the value of a header, with values as they are.

    Raises:
        TemplateError: A value is missing or empty.
    """
    return "".join(
        text + ("" if name is None else str(_value(name, fields, variables)))
        for text, name in pieces(template)
    )


def fill_json(value: Any, fields: Mapping[str, Value], variables: Mapping[str, str] = {}) -> Any:
    """Return JSON with all its texts filled; a text that is one place keeps the value's type.

    Raises:
        TemplateError: A value is missing or empty.
    """
    if isinstance(value, Mapping):
        return {key: fill_json(inner, fields, variables) for key, inner in value.items()}
    if isinstance(value, list):
        return [fill_json(inner, fields, variables) for inner in value]
    if not isinstance(value, str):
        return value
    match pieces(value):
        case [("", str(name))]:
            return _value(name, fields, variables)
    return fill_text(value, fields, variables)


def match(template: str, url: str, variables: Mapping[str, str] = {}) -> dict[str, str] | None:
    """Return the fields that fill a template to this address, or None where none do.

    The reverse of ``fill``, exact wherever a character such as ``/`` stands between two places.

    Raises:
        TemplateError: The template cannot be read.
    """
    if template == "{url}":
        return {"url": url}
    found = re.fullmatch(_expression(pieces(template), variables), url)
    if found is None and "#" in url:  # the part after it never reaches a server
        found = re.fullmatch(_expression(pieces(template), variables), url.partition("#")[0])
    if found is None:
        return None
    try:
        return {name: unquote(text, errors="strict") for name, text in found.groupdict().items()}
    except UnicodeDecodeError:
        return None


def _expression(parts: Sequence[tuple[str, str | None]], variables: Mapping[str, str]) -> str:
    expression, seen = "", set[str]()
    for text, name in parts:
        expression += re.escape(text)
        if name is None:
            continue
        if name in variables:
            expression += re.escape(variables[name])
        elif name in seen:
            expression += f"(?P={name})"
        else:
            expression += f"(?P<{name}>{_CODED}{'*' if name == CURSOR else '+'})"
            seen.add(name)
    return expression


def _coded(name: str | None, fields: Mapping[str, Value], variables: Mapping[str, str]) -> str:
    if name is None:
        return ""
    value = _value(name, fields, variables)
    if name not in fields:
        return str(value)
    try:
        return quote(str(value), safe="")
    except UnicodeEncodeError as error:
        raise TemplateError(f"{name}: half a surrogate pair, which no address can hold") from error


def _value(name: str, fields: Mapping[str, Value], variables: Mapping[str, str]) -> Value:
    value = fields.get(name, variables.get(name))
    if value is None or (value == "" and name != CURSOR):
        there = ", ".join(sorted({*fields, *variables})) or "none"
        what = "is missing" if value is None else "is empty"
        raise TemplateError(f"the field {name!r} {what}; there are: {there}")
    return value
