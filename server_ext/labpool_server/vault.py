"""People's secrets, encrypted on the server's disk."""

from __future__ import annotations

import json
import os
import threading
from datetime import datetime
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from labpool.wire._base import utc_now

KEY_FILE = "secret.key"
SECRETS_FILE = "secrets"


class VaultUnreadable(Exception):
    """The secrets cannot be decrypted: key and file do not belong together.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} cannot be decrypted with {path.with_name(KEY_FILE)}. Put the key back, or "
            f"delete {path.name} and leave the secrets with the server again."
        )


class Vault:
    """Keeps secrets by owner and name; both of its files are for the server's user alone.

    Every method reads or writes a file: call it off the event loop.

    Args:
        folder: The data folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def save(self, owner: str, name: str, value: str) -> datetime:
        """Keep a secret; an older one of that name is gone. Returns when that was."""
        at = utc_now()
        with self._lock:
            kept = self._read()
            kept.setdefault(owner, {})[name] = {"value": value, "at": at.isoformat()}
            self._write(kept)
        return at

    def delete(self, owner: str, name: str) -> bool:
        """Forget a secret. False where there was none."""
        with self._lock:
            kept = self._read()
            there = kept.get(owner, {}).pop(name, None) is not None
            if there:
                self._write(kept)
            return there

    def get(self, owner: str, name: str) -> str | None:
        """Return a secret, or None where there is none."""
        with self._lock:
            entry = self._read().get(owner, {}).get(name)
        return entry["value"] if entry else None

    def names(self, owner: str) -> dict[str, datetime]:
        """Return the names of somebody's secrets, with when each was saved."""
        with self._lock:
            kept = self._read().get(owner, {})
        return {name: datetime.fromisoformat(entry["at"]) for name, entry in kept.items()}

    def every(self, owner: str, prefix: str) -> dict[str, tuple[str, datetime]]:
        """Return somebody's secrets whose names begin so, each with when it was saved."""
        with self._lock:
            kept = self._read().get(owner, {})
        return {
            name: (entry["value"], datetime.fromisoformat(entry["at"]))
            for name, entry in kept.items()
            if name.startswith(prefix)
        }

    def _read(self) -> dict[str, dict[str, dict[str, str]]]:
        path = self._folder / SECRETS_FILE
        try:
            sealed = path.read_bytes()
        except FileNotFoundError:
            return {}
        try:
            kept: dict[str, dict[str, dict[str, str]]] = json.loads(self._fernet().decrypt(sealed))
        except InvalidToken as error:
            raise VaultUnreadable(path) from error
        return kept

    def _write(self, kept: dict[str, dict[str, dict[str, str]]]) -> None:
        _replace(self._folder / SECRETS_FILE, self._fernet().encrypt(json.dumps(kept).encode()))

    def _fernet(self) -> Fernet:
        path = self._folder / KEY_FILE
        try:
            key = path.read_bytes()
        except FileNotFoundError:
            key = Fernet.generate_key()
            _replace(path, key)
        try:
            return Fernet(key)
        except ValueError as error:
            raise VaultUnreadable(self._folder / SECRETS_FILE) from error


def _replace(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read: the old content or the new, never a half."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
