"""Files that are made or picked from a run's folder, ready to be sent."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from labpool.items import Ledger, write_parquet
from labpool_server.outgoing import Outgoing
from labpool_server.safe_files import NotToSend, blocks_of, open_within
from labpool_server.store.assets import slug

PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
"""What a browser may show; it can run nothing."""
OTHERS = {
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".jsonl": "application/jsonl; charset=utf-8",
    ".log": "text/plain; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".yaml": "application/yaml",
}
HARMLESS = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
"""A stored page must run nothing, least of all in the name of whoever looks at it."""


def parquet_blocks(ledger: Ledger, folder: Path, *, changes: bool) -> Iterator[bytes]:
    """Yield the records as Parquet, whose end tells where all else lies: made first, then sent.

    Args:
        ledger: Has the records.
        folder: Where the file lies meanwhile, in a folder of its own.
        changes: Whether to say what changed.

    Raises:
        KindUnavailable: Pyarrow is not installed.
    """
    with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as own:
        path = Path(own) / "records.parquet"
        write_parquet(ledger, path, changes=changes)
        yield from blocks_of(path.open("rb"))


def kept_file(folder: Path, path: str) -> Outgoing | None:
    """Return a file of a run, or None where there is none within its folder.

    Args:
        folder: The run's folder.
        path: Within it.
    """
    file = folder / path
    try:
        open_within(file, folder).close()
    except (NotToSend, OSError):
        return None
    suffix = file.suffix.lower()
    picture = PICTURES.get(suffix)
    return Outgoing(
        name=f"{slug(file.stem)}{suffix}" if suffix in PICTURES | OTHERS else slug(file.name),
        content_type=picture or OTHERS.get(suffix, "application/octet-stream"),
        blocks=lambda: blocks_of(open_within(file, folder)),
        inline=picture is not None,
        headers=HARMLESS,
    )
