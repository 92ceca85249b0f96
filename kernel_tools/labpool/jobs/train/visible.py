"""What can be seen of a text, and how to show what cannot: names in errors must tell apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

from .folds import fold

ZWNJ, ZWJ = "\u200c", "\u200d"
# Drawn as nothing, although Unicode calls them letters, symbols or marks.
FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
STROKES = "\u0640\u00ac"  # tatweel and the half space of old keyboards: seen, but say nothing
_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Me", "Mn", "Zl", "Zp", "Zs"}
_BETWEEN = re.compile(r"(?<=[^\W\d_]) (?=[^\W\d_])")
SHOWN = 60
PLACES = 3  # told of each kind
LISTED = 50  # names in one error


def blank(text: str) -> bool:
    """Return whether there is nothing to read: spaces, joiners, bidi marks, marks on no letter."""
    return not any(_read(char) for char in text)


def _read(char: str) -> bool:
    plain = unicodedata.normalize("NFKC", char)  # an accent that stands alone is space and mark
    return any(unicodedata.category(c) not in _UNSEEN and c not in FILLERS + STROKES for c in plain)


def clean(name: str) -> str:
    """Return a name without what cannot be seen; joiners inside it stay, they shape letters."""
    kept = "".join(
        char
        for char in re.sub(r"\s", " ", name)
        if char in (ZWNJ, ZWJ)
        or not (unicodedata.category(char) in ("Cc", "Cf") or char in FILLERS)
    )
    return " ".join(kept.strip(f" {ZWNJ}{ZWJ}").split())


def class_key(name: str) -> str:
    """Return what two spellings of one class share: the fold, without spaces between letters."""
    return _BETWEEN.sub("", fold(clean(name)))


def shown(value: object, escaped: str = "") -> str:
    r"""Return a value in quotes, with what cannot be seen written out (``\u200f``).

    Args:
        value: Text; anything else is shown as Python writes it.
        escaped: Letters to write out although they can be seen.
    """
    if not isinstance(value, str):
        return f"{value!r:.{SHOWN}}"
    cut = value[:SHOWN]
    quoted = "".join(_escape(char) if _hidden(char) or char in escaped else char for char in cut)
    return f"'{quoted}'" + ("…" if len(value) > SHOWN else "")


def beside(name: str, others: Iterable[str]) -> str:
    """Return a name in quotes, told apart from those of some others that look like it."""
    return apart([name, *(n for n in others if n != name and class_key(n) == class_key(name))])[0]


def listed(names: Collection[str], others: Collection[str] = ()) -> str:
    """Return names for an error, sorted; in quotes where one might misread them, "none" if none.

    Args:
        names: What to list.
        others: Names that the same error has, to be told apart from.
    """
    twins: dict[str, list[str]] = {}
    for other in others:
        twins.setdefault(class_key(other), []).append(other)
    told = []
    for name in sorted(names)[:LISTED]:
        quoted = beside(name, twins.get(class_key(name), ()))
        told.append(name if name.isidentifier() and name in quoted else quoted)
    more = len(names) - len(told)
    return (", ".join(told) or "none") + (f" and {more} more" if more else "")


def first_of(words: Collection[str], between: str, count: int | None = None) -> str:
    """Join the first few of some words and say how many more there are.

    Args:
        words: What to join.
        between: Stands between two.
        count: How many there are, if ``words`` does not hold them all.
    """
    more = (len(words) if count is None else count) - PLACES
    return between.join([*words][:PLACES]) + (f"{between}and {more} more" if more > 0 else "")


def apart(names: Iterable[str]) -> list[str]:
    """Show names that look alike so that each differs: the letters they do not share are codes."""
    names = list(names)
    common = set.intersection(*map(set, names)) if names else set()
    return [
        shown(name, escaped="".join(c for c in name if c not in common and not c.isascii()))
        for name in names
    ]


def _hidden(char: str) -> bool:
    selects = "\ufe00" <= char <= "\ufe0f" or "\u180b" <= char <= "\u180f"
    return not char.isprintable() or char in FILLERS or selects or char in "\\'"


def _escape(char: str) -> str:
    if char in "\\'":
        return f"\\{char}"
    return char.encode("unicode_escape").decode() if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def match(asked: str, names: Collection[str]) -> str | None:
    """Find a column by its name; one that differs only in what cannot be seen stands in.

    Returns:
        The name as the file writes it, or None where there is none or more than one.
    """
    if asked in names:
        return asked
    alike = [name for name in names if clean(name) == clean(asked)]
    return alike[0] if len(alike) == 1 else None
