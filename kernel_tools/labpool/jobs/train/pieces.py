"""How many pieces a sentencepiece model has, read from its file without the library."""

from __future__ import annotations

from pathlib import Path

PIECES = 1  # field of ModelProto in sentencepiece_model.proto
_VARINT, _LENGTH = 0, 2
_FIXED = {1: 8, 5: 4}


def count_pieces(path: Path) -> int:
    """Return the number of pieces.

    Only the outermost fields of the protocol buffer are looked at.

    Raises:
        ValueError: It is no such file.
    """
    data = path.read_bytes()
    at = count = 0
    while at < len(data):
        key, at = _varint(data, at)
        wire = key & 7
        if wire == _LENGTH:
            size, at = _varint(data, at)
            at += size
        elif wire == _VARINT:
            _, at = _varint(data, at)
        elif wire in _FIXED:
            at += _FIXED[wire]
        else:
            raise ValueError("no sentencepiece model")
        count += key >> 3 == PIECES
    if at != len(data) or not count:
        raise ValueError("no whole sentencepiece model")
    return count


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, the lowest first, and where the next thing begins."""
    value = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise ValueError("cut off")
