"""Guesses the encoding of a text file from its beginning."""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ARABIC = range(0x600, 0x700)
_ENOUGH, _SURE = 8, 0.9
USUAL = "cp1252"
"""Taken where the letters that occur are the same in it and in what was guessed."""


def is_wide(encoding: str) -> bool:
    """Return whether a letter has two bytes or four, so that lines do not end at a byte."""
    return encoding.replace("_", "-").startswith(("utf-16", "utf-32"))


def guess(head: bytes) -> str:
    """Guess an encoding: by its mark, UTF-8, UTF-16, windows-1256, then by a library.

    charset-normalizer (3.5) knows neither Persian in windows-1256 nor in UTF-16 without a mark,
    so these two have rules of their own before it.

    Args:
        head: The beginning of the file.

    Returns:
        A name that ``bytes.decode`` knows; "utf-8" where nothing fits better.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if b"\0" in head:
        return _wide(head) or "utf-8"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return _narrow(head)
    return "utf-8"


def _wide(head: bytes) -> str | None:
    """Find UTF-16 without its mark: commas, spaces and line ends have a zero on one side."""
    zeros = [head[0::2].count(0), head[1::2].count(0)]
    encoding = "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    if max(zeros) < _SURE * sum(zeros):
        return None
    try:
        codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return None
    return encoding


def _narrow(head: bytes) -> str:
    broken = head.decode("utf-8", "replace")
    bad = broken.count("\ufffd")
    if sum(char > "\x7f" for char in broken) >= 2 * bad:
        return "utf-8"  # mostly good: one damaged line, and no other encoding
    letters = [char for char in head.decode("cp1256") if char > "\x7f"]
    known = sum(ord(char) in _ARABIC or char in "\u200c\xab\xbb" for char in letters)
    if len(letters) >= _ENOUGH and known >= _SURE * len(letters):
        return "windows-1256"
    return _by_library(head)


def _by_library(head: bytes) -> str:
    import charset_normalizer  # few files need it

    best = charset_normalizer.from_bytes(head).best()
    if best is None:
        return "utf-8"
    return USUAL if USUAL in best.could_be_from_charset else best.encoding
