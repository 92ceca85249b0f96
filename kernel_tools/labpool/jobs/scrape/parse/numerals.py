"""Numbers as people write them, with Persian or Arabic digits too."""

from __future__ import annotations

import re

_DIGITS = {ord(c): str(i % 10) for i, c in enumerate("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩")}
# Marks of direction, which no eye sees, and the minus sign of typesetters.
_MARKS = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_TABLE = {**_DIGITS, **_MARKS, 0x2212: "-"}

_NUMBER = re.compile(
    r"(?P<sign>[-+]?)(?P<whole>[0-9]{1,3}(?:(?P<mark>[,٬،])[0-9]{3}(?:(?P=mark)[0-9]{3})*)|[0-9]+)"
    r"(?:[.٫](?P<part>[0-9]+))?(?P<power>[eE][-+]?[0-9]{1,3})?"
)
_GROUPS = str.maketrans("", "", ",٬،")
LARGEST = (1 << 63) - 1
MAX_DIGITS = 400


def plain(text: str) -> str:
    """Return the text with ASCII digits and minus, without marks of direction."""
    return text.translate(_TABLE).strip()


def integer(text: str) -> int:
    """Return a whole number.

    Raises:
        ValueError: It is none, or does not fit into 64 bits.
    """
    found = _matched(text)
    if found["part"] or found["power"]:
        raise ValueError("not a whole number")
    value = int(found["sign"] + found["whole"].translate(_GROUPS))
    if abs(value) > LARGEST:
        raise ValueError("too large a number")
    return value


def number(text: str) -> int | float:
    """Return a number; a whole one stays whole.

    Raises:
        ValueError: It is none, or too large.
    """
    found = _matched(text)
    if not found["part"] and not found["power"]:
        return integer(text)
    whole = found["whole"].translate(_GROUPS)
    value = float(f"{found['sign']}{whole}.{found['part'] or '0'}{found['power'] or ''}")
    if value in (float("inf"), float("-inf")):
        raise ValueError("too large a number")
    return value


def _matched(text: str) -> re.Match[str]:
    found = _NUMBER.fullmatch(plain(text)) if len(text) <= MAX_DIGITS else None
    if found is None:
        raise ValueError("not a number")
    return found
