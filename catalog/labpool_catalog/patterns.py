"""What the file patterns of an entry may say, and whether they would fetch a pickle.

A pattern is one of `fnmatch`: `*` and `?` also cross slashes.
"""

import re

PICKLES = (".bin", ".ckpt", ".joblib", ".pickle", ".pkl", ".pt", ".pth")
"""What the names of files end in that run code when Python loads them."""

_PIECE = re.compile(r"\[!?\]?[^\]]*\]|.", re.DOTALL)


def check_path(path: str) -> str:
    """Return a path or a pattern that stays within its folder.

    Raises:
        ValueError: It is absolute, climbs with `..`, or names a folder.
    """
    if not path or path.startswith("/") or "\\" in path or re.match(r"[A-Za-z]:", path):
        raise ValueError(f"{path!r} must be relative, with slashes between folders")
    if ".." in path.split("/"):
        raise ValueError(f"{path!r} must not contain '..'")
    if path.endswith("/"):
        raise ValueError(f"{path!r} names a folder; name files, as in {path + '*'!r}")
    return path


def selects_pickle(pattern: str) -> bool:
    """Whether some file that the pattern selects could be a pickle, by the end of its name."""
    pieces = _PIECE.findall(pattern.lower())
    return any(_may_end_in(pieces, suffix) for suffix in PICKLES)


def _may_end_in(pieces: list[str], suffix: str) -> bool:
    """Whether a pattern, cut into pieces, matches some name with this end.

    From the back, one character after the other, until a `*` swallows the rest.
    """
    for position in range(1, len(suffix) + 1):
        if position > len(pieces):
            return False
        piece = pieces[-position]
        if piece == "*":
            return True
        if not _matches(piece, suffix[-position]):
            return False
    return True


def _matches(piece: str, character: str) -> bool:
    # A set of characters counts as a match: to be wrong this way is to be too careful.
    return piece == "?" or len(piece) > 1 or piece == character
