"""Which folders of the server runs may read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path


class Readable:
    """Says whether a run may read a path that its params name.

    Args:
        folders: The folders; none means all that a kernel may read.
    """

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._folders = folders

    def refusal(self, value: str) -> str:
        """Return why a run may not read a path, or "" where it may.

        Links are followed, those within a folder, too. A relative path begins at the server's
        working folder. A bare word with no such file is no path.
        """
        if not self._folders:
            return ""
        path = Path(value).expanduser()
        if os.sep not in value and not path.exists():
            return ""
        allowed = [folder.expanduser().resolve() for folder in self._folders]
        for each in (path, *_links(path)):
            real = each.resolve()
            if not any(real.is_relative_to(folder) for folder in allowed):
                here = ", ".join(str(folder) for folder in allowed)
                return (
                    f"{value} is {real} on the server, which runs may not read. Put it into one "
                    f"of {here}, or ask whoever keeps the server to add its folder to readable_dirs"
                )
        return ""


def _links(path: Path) -> list[Path]:
    """Return the links within a folder; they may lead anywhere."""
    found: list[Path] = []
    for folder, folders, files in os.walk(path):
        found += [each for name in (*folders, *files) if (each := Path(folder, name)).is_symlink()]
    return found
