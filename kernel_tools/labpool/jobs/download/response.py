"""What a server makes of a request for the rest of a file."""

from __future__ import annotations

import re

from labpool.hub.manifest import ManifestFile

from .errors import Trouble
from .web import Answer

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


class Body:
    """How to ask for the rest of one file; learns from the answers.

    ``If-Range`` lets a server send the whole file when it has another one by now. The Hub names
    files by their hash, but the host that it redirects to may name them otherwise: an answer
    with the whole file and another name means just that, and the question is put without.
    """

    def __init__(self) -> None:
        self.ranged = True
        self.named = True

    def headers(self, file: ManifestFile, offset: int) -> dict[str, str]:
        """Return the headers of the request for what follows a byte."""
        if not offset or not self.ranged:
            return {}
        named = {"If-Range": f'"{file.blob}"'} if self.named else {}
        return {"Range": f"bytes={offset}-", **named}

    def is_exact(self, answer: Answer, expected: int) -> bool:
        """Whether an answer says that its body has the length that we expect."""
        return answer.headers.get("content-length") == str(expected)


def begin(body: Body, answer: Answer, file: ManifestFile, offset: int) -> int | None:
    """Return the byte that an answer's body begins with: where we are, or 0.

    Args:
        answer: With a status below 400, or 416.
        offset: Bytes that are here.

    Returns:
        None where the question has to be put again, in another way.

    Raises:
        Trouble: The body is of no use; the next question will be another one.
    """
    encoding = answer.headers.get("content-encoding", "identity")
    if encoding != "identity":
        raise Trouble("hub_error", f"{answer.host} sends the file as {encoding}")
    if answer.status == 200:
        etag = answer.headers.get("etag", "")
        if offset and body.ranged and body.named and etag != f'"{file.blob}"':
            body.named = False
            return None
        return 0
    if answer.status == 416 and offset and body.ranged:
        body.ranged = False
        return None
    if answer.status != 206:
        raise Trouble("hub_error", f"{answer.host} answers with status {answer.status}")
    said = _RANGE.fullmatch(answer.headers.get("content-range", ""))
    if not said or int(said[1]) != offset or said[3] not in {str(file.size), "*"}:
        body.ranged = False
        raise Trouble("hub_error", f"{answer.host} sends another part than the one asked for")
    return offset
