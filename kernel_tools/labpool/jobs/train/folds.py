"""One spelling for each word: what is folded into what, and a fold without any library.

The normaliser of ``tokenizer.json`` is built from the same tables. The README says why.
"""

from __future__ import annotations

import re
import unicodedata

LETTERS = {
    "ی": "\u0649\u064a\u06d2\u06d3\u06cd\u06d0\u06ce",  # Arabic yeh, alef maksura
    "ک": "\u0643\u06aa",  # Arabic kaf
    "ه": "\u0629\u06c0\u06c1\u06c2\u06c3\u06d5\u06be",  # teh marbuta, heh with yeh
    "ا": "\u0623\u0625\u0671",  # alef with hamza or wasla; madda (آ) stays
    "و": "\u0624",  # waw with hamza
}
DIGITS = {str(n): chr(0x0660 + n) + chr(0x06F0 + n) for n in range(10)}
ARABIC = "\u0620-\u063f\u0641-\u064a\u066e-\u06d3\u06d5\u06ee\u06ef\u06fa-\u06ff\u0750-\u077f"
# Joiners that writers use for a half space: ZWNJ, zero width space, not sign (old keyboards).
HALF_SPACE = "\u200c\u200b\u00ac"
# ZWJ and soft hyphen: a half space between two Arabic letters, nothing anywhere else.
JOINERS = "\u200d\u00ad"
MARKS = "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0640"

# Run after the letters, in this order. Words whose hamza has two or three carriers get one; as
# a rule for all words it would join others (شئون and شیون, برائت and برایت).
WORDS = [
    ("ا", "(?<=مس)ئ(?=له)|(?<=هی)ئ(?=ت)|(?<=جر)ئ(?=ت)|(?<=نش)ئ(?=ت)"),
    ("", "(?<=س)ئ(?=وال)"),
    ("و", "(?<=مس)[ئی](?=ول)|(?<=ش)ئ(?=ون)|(?<=ر)ئ(?=و[سف])"),
    ("ء", "(?<=برا)ئ(?=ت)|(?<=قرا)ئ(?=ت)"),
    ("ی", "ئ"),
]
# A thousands separator inside a number goes, the decimal one becomes a point.
NUMBERS = [("", "(?<=[0-9])\u066c(?=[0-9])"), (".", "(?<=[0-9])\u066b(?=[0-9])")]
HALF_JOIN = f"(?<=[{ARABIC}])[{JOINERS}]+(?=[{ARABIC}])"

_FORMAT = "".join(
    chr(n)
    for n in (*range(0x10000), *range(0xE0000, 0xE0080))
    if unicodedata.category(chr(n)) == "Cf" and chr(n) not in HALF_SPACE + JOINERS
)
_SELECTORS = "\u034f\u180b-\u180d\u180f\ufe00-\ufe0f"  # invisible, and marks by name only
_GONE = re.compile(f"[{MARKS}{_SELECTORS}{re.escape(_FORMAT)}]")
_TABLE = str.maketrans(
    {char: target for target, group in (LETTERS | DIGITS).items() for char in group}
    | dict.fromkeys(HALF_SPACE, " ")
    | dict.fromkeys(map(chr, (*range(0x20), *range(0x7F, 0xA0))), " ")
)
_RULES = [(re.compile(pattern), target) for target, pattern in [*WORDS, *NUMBERS]]
_JOIN, _REST = re.compile(HALF_JOIN), re.compile(f"[{JOINERS}]")


def fold(text: str) -> str:
    """Return a text as the normaliser has it, with marks of other scripts than Arabic kept."""
    text = _GONE.sub("", unicodedata.normalize("NFKC", text).casefold())
    text = _REST.sub("", _JOIN.sub(" ", text)).translate(_TABLE)
    for pattern, target in _RULES:
        text = pattern.sub(target, text)
    return " ".join(unicodedata.normalize("NFKC", text).split())
