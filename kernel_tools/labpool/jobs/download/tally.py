"""How far a download has come, counted by its threads and read by the one that reports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from labpool.hub.manifest import ManifestFile

SHOWN = 2
"""Names of files in a message; the rest is counted."""


@dataclass
class Tally:
    """Bytes and words.

    Each file is counted by the one thread that has it, so no count needs a lock.

    Attributes:
        total: Bytes of all blobs.
        here: Blob to bytes of it that are here.
        fetched: Blob to bytes that came over the network in this attempt.
        doing: Blob to what happens to it now, for people.
        stage: What happens as a whole, while no file is touched.
    """

    total: int | None = None
    here: dict[str, int] = field(default_factory=dict)
    fetched: dict[str, int] = field(default_factory=dict)
    doing: dict[str, str] = field(default_factory=dict)
    stage: str = ""

    def expect(self, files: Iterable[ManifestFile]) -> None:
        """Set what has to come."""
        sizes = {file.blob: file.size for file in files}
        self.total = sum(sizes.values())
        self.here = dict.fromkeys(sizes, 0)
        self.fetched = dict.fromkeys(sizes, 0)

    def done(self) -> int:
        """Return the bytes that are here."""
        return sum(self.here.values())

    def bytes_fetched(self) -> int:
        """Return the bytes that came over the network in this attempt."""
        return sum(self.fetched.values())

    def message(self) -> str:
        """Return what happens now, for people."""
        doing = list(self.doing.values())
        if not doing:
            return self.stage
        more = f" and {len(doing) - SHOWN} more" if len(doing) > SHOWN else ""
        return ", ".join(doing[:SHOWN]) + more
