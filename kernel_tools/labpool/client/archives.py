"""Saves an asset's archive: a file that is whole, or none."""

from __future__ import annotations

import logging
import re
import zipfile
from pathlib import Path

import httpx

from labpool.wire.errors import ServerUnavailable

from .connection import Connection

log = logging.getLogger(__name__)


def save_archive(connection: Connection, asset_id: str, path: Path | str | None) -> Path:
    """Save the archive of an asset.

    Args:
        connection: The server.
        asset_id: The asset.
        path: File to write, or a folder to write it into; None for the present folder.

    Raises:
        ServerUnavailable: The connection broke; nothing is left behind.
        OSError: The file cannot be written; nothing is left behind.
    """
    with connection.download("asset_file", {"asset_id": asset_id}) as response:
        target = _target(path, response)
        half = target.with_name(f"{target.name}.half")
        try:
            with half.open("wb") as file:
                for block in response.iter_bytes():
                    file.write(block)
            # The server writes the archive as it goes: only its end says that it is whole.
            with zipfile.ZipFile(half) as archive:
                half.replace(target)
                _tell(archive, target)
        except (httpx.TransportError, zipfile.BadZipFile) as error:
            raise ServerUnavailable(f"The archive broke off ({error}). Try again.") from None
        finally:
            half.unlink(missing_ok=True)
    return target


def _tell(archive: zipfile.ZipFile, target: Path) -> None:
    """Warn of what the server left out: links out of the folder, and what is no plain file."""
    for name in archive.namelist()[-1:]:
        if name.rpartition("/")[2].startswith("LEFT-OUT.txt"):
            log.warning("%s is not all: %s", target, archive.read(name).decode())


def _target(path: Path | str | None, response: httpx.Response) -> Path:
    given = Path(path) if path is not None else Path()
    if not given.is_dir():
        return given
    named = re.search(r'filename="([^"/\\]+)"', response.headers.get("Content-Disposition", ""))
    return given / (named.group(1) if named else "asset.zip")
