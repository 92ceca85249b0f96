"""Numbered lines of a text file: packed or not, in the encoding that it has."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from lzma import LZMAError
from pathlib import Path
from typing import IO, cast

from .encodings import guess, is_wide
from .errors import DataError
from .hashing import opened

LOOKED_AT = 1 << 18
LONGEST_LINE = 64 << 20
"""Characters or bytes of one line: what one line of a packed file may take of the memory."""
PACE = 1000
MOST_UNPACKED = 4 << 30
"""Bytes that a packed file may have unpacked; its texts are held in memory."""
RATIO, UNSUSPECTED = 200, 64 << 20
"""A packed file may grow so many times, and to so many bytes in any case: text shrinks five- to
twentyfold, and what shrinks more is made to fill a disk or a memory."""

DAMAGED = (EOFError, OSError, LZMAError, struct.error, zlib.error, zipfile.BadZipFile)
"""What unpacking raises: bz2 an ``OSError`` without a number."""

Tell = Callable[[str], None]
Advance = Callable[[int], None]


def after(advance: Advance, before: int) -> Advance:
    """Return what counts on from the bytes of the files before."""
    return lambda done: advance(before + done)


def member(path: Path, suffixes: tuple[str, ...]) -> zipfile.ZipInfo:
    """Return the only table of a zip file.

    Raises:
        DataError: It is no zip file, or has none or several.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            found = [
                info
                for info in packed.infolist()
                if info.filename.lower().endswith(suffixes) and "__MACOSX" not in info.filename
            ]
    except (*DAMAGED, NotImplementedError, ValueError) as error:
        raise DataError("dataset", f"{path.name}: not a whole zip file ({error})") from error
    if len(found) != 1:
        names = ", ".join(info.filename for info in found[:5]) or "none"
        raise DataError(
            "dataset", f"{path.name}: a zip file must hold one table, and this has: {names}"
        )
    return found[0]


def lines(
    path: Path,
    inner: zipfile.ZipInfo | None,
    max_bytes: int | None,
    tell: Tell,
    advance: Advance,
    digests: dict[Path, str] | None = None,
) -> Iterator[tuple[int, str]]:
    """Yield numbered lines, decoded one by one so that a bad byte has a line number.

    Args:
        path: The file; ``.gz`` is unpacked on the way.
        inner: What to read of a zip file.
        max_bytes: Stop after about so many bytes of text; None reads all.
        tell: Called with the encoding where it is not UTF-8.
        advance: Called now and then with the bytes of the file read so far.
        digests: Given the SHA-256 of the file, once all lines are read.

    Raises:
        DataError: A line is too long or cannot be decoded, or what is packed is damaged.
    """
    number = 0
    try:
        with opened(path, digests) as raw, _unpacked(path, raw, inner) as file:
            encoding = guess(file.read(LOOKED_AT))
            file.seek(0)
            most = _most_unpacked(path, inner)
            if encoding != "utf-8":
                tell(f"{path.name}: read as {encoding}, as it is no UTF-8")
            wide = io.TextIOWrapper(file, encoding, newline="") if is_wide(encoding) else None
            seen = 0
            while True:
                number += 1
                line = (wide or file).readline(LONGEST_LINE)
                if not line:
                    break
                if len(line) == LONGEST_LINE:
                    raise _too_long(path, number)
                yield number, line if isinstance(line, str) else _decoded(line, encoding, number)
                seen += len(line) * (2 if wide else 1)
                _check_unpacked(path, seen, most)
                if number % PACE == 0:
                    advance(raw.tell())
                if max_bytes is not None and seen >= max_bytes:
                    return
    except UnicodeDecodeError as error:
        raise DataError(
            "dataset",
            f"{path.name}, line {number}: not {error.encoding.upper()} (byte {error.start + 1} of "
            f"the line is 0x{error.object[error.start]:02x}); save the file as UTF-8",
        ) from error
    except DAMAGED as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # of the disk, not of what is packed
        raise DataError(
            "dataset", f"{path.name}, line {number}: what is packed is damaged ({error})"
        ) from error


def _decoded(line: bytes, encoding: str, number: int) -> str:
    return line.decode("utf-8-sig" if number == 1 and encoding == "utf-8" else encoding)


@contextmanager
def _unpacked(path: Path, raw: IO[bytes], inner: zipfile.ZipInfo | None) -> Iterator[IO[bytes]]:
    if inner is not None:
        with zipfile.ZipFile(raw) as packed, _opened(packed, inner) as file:
            yield file
    elif path.suffix.lower() == ".gz":
        with gzip.open(raw) as file:
            yield cast("IO[bytes]", file)
    else:
        yield raw


def _most_unpacked(path: Path, inner: zipfile.ZipInfo | None) -> int | None:
    """Return the bytes that a packed file may unpack to; None where nothing is packed."""
    if inner is None and path.suffix.lower() != ".gz":
        return None
    size = path.stat().st_size
    most = min(MOST_UNPACKED, max(UNSUSPECTED, RATIO * size))
    if inner is not None and inner.file_size > most:
        raise _too_much(path)
    return most


def _check_unpacked(path: Path, seen: int, most: int | None) -> None:
    if most is not None and seen > most:
        raise _too_much(path)


def _too_long(path: Path, number: int) -> DataError:
    return DataError("dataset", f"{path.name}, line {number}: longer than {LONGEST_LINE} bytes")


def _too_much(path: Path) -> DataError:
    size = path.stat().st_size
    return DataError(
        "dataset",
        f"{path.name}: its {size:,} bytes unpack to more than "
        f"{min(MOST_UNPACKED, max(UNSUSPECTED, RATIO * size)):,}, which no packed text of this "
        "size is; unpack it yourself if it is good",
    )


def _opened(packed: zipfile.ZipFile, inner: zipfile.ZipInfo) -> IO[bytes]:
    try:
        return packed.open(inner)
    except RuntimeError as error:  # a password, or a compression that Python lacks
        raise DataError(
            "dataset", f"{inner.filename}: cannot be unpacked ({error}); pack it plainly"
        ) from error
