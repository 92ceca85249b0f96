"""What a server makes of a request for the rest of a file, judged before anything is touched.

Between here and the Hub there are mirrors, filters and login pages, and some of them answer with
status 200. So an answer has to be our file, as far as its status, range, name, type and length
can say; what is not, is trouble, and what is here stays as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from labpool.hub.manifest import ManifestFile

from .errors import Trouble, wrong_answer
from .web import Answer

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
WRONG_RANGES = 2
"""Wrong parts in a row after which the whole file is asked for, once."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A body that is of use.

    Attributes:
        start: The byte that it begins with: where we are, or before.
        sure: Whether it is known to be the file. Where it is, and says something else than the
            bytes that are here, they are wrong; else the body is not the file.
        exact: Whether it ends where the file ends.
    """

    start: int
    sure: bool
    exact: bool


class Body:
    """How to ask for the rest of one file; learns from the answers.

    ``If-Range`` lets a server send the whole file when it has another one by now. The Hub names
    files by their hash, but the host that it redirects to may name them otherwise: an answer
    with the whole file and another name means just that, and the question is put without.
    """

    def __init__(self) -> None:
        self._named = True
        self._ranged = False
        self._whole_next = False
        self._wrong = 0

    def headers(self, file: ManifestFile, offset: int) -> dict[str, str]:
        """Return the headers of the request for what follows a byte."""
        self._ranged = bool(offset) and not self._whole_next
        if not self._ranged:
            return {}
        named = {"If-Range": f'"{file.blob}"'} if self._named else {}
        return {"Range": f"bytes={offset}-", **named}

    def judge(self, answer: Answer, file: ManifestFile, offset: int) -> Found | None:
        """Return what an answer's body is.

        Args:
            answer: With a status below 400, or 416.
            offset: Bytes that are here.

        Returns:
            None where the question has to be put again, in another way.

        Raises:
            Trouble: It is not the file, or not a part of it that is of use.
        """
        if answer.status == 416 and self._ranged:
            self._whole_next = True
            return None
        if answer.status == 206:
            return self._part(answer, file, offset)
        if answer.status != 200:
            raise Trouble("hub_error", f"{answer.host} answers with status {answer.status}")
        named = _name(answer) == file.blob
        if not named:
            _refuse_another(answer, file)
            if self._ranged and self._named:
                self._named = False
                return None
        self._whole_next, self._wrong = False, 0
        if answer.packed():
            return Found(start=0, sure=False, exact=False)
        length = answer.headers.get("content-length")
        return Found(start=0, sure=named or length is not None, exact=length == str(file.size))

    def doubt(self) -> None:
        """Ask for the whole file next: a body and what is here say different things."""
        self._whole_next = True

    def _part(self, answer: Answer, file: ManifestFile, offset: int) -> Found:
        if answer.packed():  # a part of the packed bytes
            self._whole_next = True
            raise Trouble("hub_error", f"{answer.host} sends the file as {answer.packed()}")
        said = _RANGE.fullmatch(answer.headers.get("content-range", ""))
        if not said or int(said[1]) > offset or said[3] not in {str(file.size), "*"}:
            self._wrong += 1
            if self._wrong >= WRONG_RANGES:
                self._whole_next, self._wrong = True, 0
            raise Trouble("hub_error", f"{answer.host} sends another part than the one asked for")
        self._wrong = 0
        start = int(said[1])
        length = answer.headers.get("content-length")
        sure = start == offset or _name(answer) == file.blob
        return Found(start=start, sure=sure, exact=length == str(file.size - start))


def _name(answer: Answer) -> str:
    return answer.headers.get("etag", "").removeprefix("W/").strip('"')


def _refuse_another(answer: Answer, file: ManifestFile) -> None:
    """Refuse a whole body that cannot be a file's, by its type and its length."""
    if answer.is_page() and not file.path.lower().endswith((".html", ".htm", ".xhtml")):
        raise wrong_answer(
            answer.host,
            "a page in the place of the file (a login page or a filter may be in between)",
        )
    length = None if answer.packed() else answer.headers.get("content-length")
    if length is not None and length != str(file.size):
        raise wrong_answer(
            answer.host, f"{length} bytes in the place of the file, which has {file.size}"
        )
