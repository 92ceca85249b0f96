"""Finds the value of one field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from selectolax.lexbor import LexborNode

from labpool.jobs.scrape.recipe import FieldRule
from labpool.jobs.scrape.template import Value

from .convert import Missing, convert
from .pieces import search
from .text import text_of

Find = Callable[[str], list[LexborNode]]
"""Returns the elements of one record that a selector finds."""


def value_of(
    rule: FieldRule,
    find: Find,
    item: Any,
    fields: Mapping[str, Value],
    apart: frozenset[int] = frozenset(),
) -> Any:
    """Return the value of a field, a list where the recipe asks for all.

    Args:
        rule: The field.
        find: Finds elements of the record.
        item: The object that the record is in.
        fields: The target's.
        apart: Elements of other records, whose text does not belong to this one.

    Raises:
        Missing: Nothing is found.
        ValueError: It cannot be read as what the recipe says.
    """
    found = _found(rule, find, item, fields, apart)
    if not rule.all:
        value = convert(found[0] if found else None, rule)
        if rule.required and value == "":
            raise Missing
        return value
    values = []
    for each in found:
        try:
            values.append(convert(each, rule))
        except Missing:
            continue
    if not values:
        raise Missing
    return values


def _found(
    rule: FieldRule, find: Find, item: Any, fields: Mapping[str, Value], apart: frozenset[int]
) -> list[Any]:
    if rule.css is not None:
        nodes = find(rule.css) if rule.all else find(rule.css)[:1]
        return [_got(node, rule.get, apart) for node in nodes]
    if rule.json_path is not None:
        value = search(rule.json_path, item)
        return value if rule.all and isinstance(value, list) else [value]
    if rule.target is not None:
        return [fields.get(rule.target)]
    return [rule.value]


def _got(node: LexborNode, get: str, apart: frozenset[int]) -> str | None:
    if get == "text":
        return text_of(node, apart - {node.mem_id})
    if get == "raw":
        return node.text(deep=True)
    if get == "html":
        return node.inner_html or ""
    attributes = node.attributes
    name = get[1:].lower()  # as HTML itself reads it
    return (attributes[name] or "") if name in attributes else None
