"""Secrets on the disk: whose they are, who can read them, what a half written file does."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from labpool_server.vault import KEY_FILE, SECRETS_FILE, Vault, VaultUnreadable

TOKEN = "hf_a-token-that-nobody-may-see"


def test_a_secret_is_its_owner_s_and_survives_the_server(tmp_path: Path) -> None:
    Vault(tmp_path).save("sara", "hub_token", TOKEN)
    vault = Vault(tmp_path)
    assert vault.get("sara", "hub_token") == TOKEN
    assert vault.get("navid", "hub_token") is None
    assert list(vault.names("sara")) == ["hub_token"]


def test_nothing_on_the_disk_shows_it(tmp_path: Path) -> None:
    Vault(tmp_path).save("sara", "hub_token", TOKEN)
    files = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    assert [path.name for path in files] == sorted([KEY_FILE, SECRETS_FILE])
    for path in files:
        assert TOKEN.encode() not in path.read_bytes()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_secret_can_be_taken_back(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    vault.save("sara", "hub_token", TOKEN)
    assert vault.delete("sara", "hub_token")
    assert not vault.delete("sara", "hub_token")
    assert vault.get("sara", "hub_token") is None


@pytest.mark.parametrize("spoilt", [KEY_FILE, SECRETS_FILE])
@pytest.mark.parametrize("content", [b"", b"half", bytes(100)])
def test_a_spoilt_file_is_told_and_kept(tmp_path: Path, spoilt: str, content: bytes) -> None:
    vault = Vault(tmp_path)
    vault.save("sara", "hub_token", TOKEN)
    (tmp_path / spoilt).write_bytes(content)
    with pytest.raises(VaultUnreadable, match=SECRETS_FILE):
        vault.get("sara", "hub_token")
    with pytest.raises(VaultUnreadable):
        vault.save("sara", "hub_token", "another-token")
    assert (tmp_path / spoilt).read_bytes() == content


def test_a_lost_key_is_told(tmp_path: Path) -> None:
    vault = Vault(tmp_path)
    vault.save("sara", "hub_token", TOKEN)
    (tmp_path / KEY_FILE).unlink()
    with pytest.raises(VaultUnreadable):
        vault.get("sara", "hub_token")
