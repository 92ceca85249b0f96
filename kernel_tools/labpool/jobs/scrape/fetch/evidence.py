"""Files that show why an item failed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from labpool.jobs.scrape.sessions import SHORTEST
from labpool.runtime.context import JobContext

FOLDER = "failures"
MOST_FILES = 200
"""Files that are kept of a run; the first ones tell the most."""
MOST_BYTES = 1 << 20
"""Of one answer; a screenshot is kept whole."""


class Evidence:
    """Keeps files below the run's folder.

    Args:
        ctx: Announces them, and knows what must not be in them.
    """

    def __init__(self, ctx: JobContext) -> None:
        self._ctx = ctx

    def conceal(self, values: Iterable[str]) -> None:
        """Keep values out of all files and words from now on."""
        self._ctx.conceal(*(value for value in values if len(value) >= SHORTEST))

    def hide(self, text: str) -> str:
        """Return a text with secrets blacked out."""
        return self._ctx.hide(text)

    def keep(self, item_id: str, suffix: str, content: bytes) -> str | None:
        """Keep a file of an item, in place of an earlier one.

        Args:
            suffix: ".png" for a picture; any other content is text, in which secrets are blacked
                out.

        Returns:
            Its path within the run's folder; None where enough is kept.
        """
        folder = self._ctx.run_dir / FOLDER
        folder.mkdir(exist_ok=True)
        path = folder / f"{_safe(item_id)}{suffix}"
        if not path.exists() and sum(1 for _ in folder.iterdir()) >= MOST_FILES:
            return None
        if suffix != ".png":
            text = content[:MOST_BYTES].decode("utf-8", "replace")
            content = self._ctx.hide(text).encode("utf-8")
        path.write_bytes(content)
        self._ctx.artifact(path, meta={"item": self._ctx.hide(item_id)})
        return path.relative_to(self._ctx.run_dir).as_posix()


def _safe(item_id: str) -> str:
    mark = hashlib.blake2b(item_id.encode("utf-8", "replace"), digest_size=6).hexdigest()
    return f"{Path(re.sub(r'[^A-Za-z0-9._-]+', '-', item_id)[-60:]).name.strip('.-')}-{mark}"
