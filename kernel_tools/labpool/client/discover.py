"""Finds the Jupyter servers of this machine, and the one that this kernel belongs to."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psutil
from jupyter_core.paths import jupyter_runtime_dir
from pydantic import BaseModel, ConfigDict, ValidationError

from .address import Address


class RuntimeFile(BaseModel):
    """What a Jupyter server writes down about itself in ``jpserver-*.json``."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    pid: int
    url: str
    base_url: str = "/"
    token: str = ""
    sock: str = ""
    written: float = 0.0

    def address(self, token: str | None = None, *, verify: bool | str | None = None) -> Address:
        """Return the server's address; ``token`` goes before its own."""
        return Address.of(
            self.url,
            token or self.token or _spare_token(self.base_url),
            sock=self.sock,
            verify=verify,
            found=f"the Jupyter server of process {self.pid}",
        )


def from_environment(
    token: str | None = None, *, verify: bool | str | None = None
) -> Address | None:
    """Return the server that the environment names: ours, Jupyter's, or JupyterHub's."""
    for name, token_name in (
        ("LABPOOL_URL", "LABPOOL_TOKEN"),
        ("JUPYTER_SERVER_URL", "JUPYTER_TOKEN"),
    ):
        if url := os.environ.get(name):
            given = token or os.environ.get(token_name) or None
            return Address.of(url, given, verify=verify, found=name)
    return None


def from_hub(token: str | None = None, *, verify: bool | str | None = None) -> Address | None:
    """Return this user's server by what JupyterHub tells it, for kernels without a file."""
    url = os.environ.get("JUPYTERHUB_SERVICE_URL")
    prefix = os.environ.get("JUPYTERHUB_SERVICE_PREFIX", "")
    if not url or not prefix or prefix.startswith("/services/"):
        return None
    whole = urlunsplit(urlsplit(url)._replace(path=prefix, query="", fragment=""))
    return Address.of(
        whole, token or _spare_token(prefix), verify=verify, found="JUPYTERHUB_SERVICE_URL"
    )


def running_servers() -> list[RuntimeFile]:
    """Return the servers whose process lives, newest first."""
    live = [each for each in _runtime_files() if psutil.pid_exists(each.pid)]
    return sorted(live, key=lambda each: each.written, reverse=True)


def own_server() -> RuntimeFile | None:
    """Return the server that started this process, nearest ancestor first."""
    by_pid = {each.pid: each for each in running_servers()}
    for ancestor in psutil.Process().parents():
        if ancestor.pid in by_pid:
            return by_pid[ancestor.pid]
    return None


def renewed(address: Address) -> Address | None:
    """Return the address as a server that was restarted at the same place wrote it down."""
    for each in running_servers():
        now = each.address(verify=address.verify)
        if (now.url, now.sock) == (address.url, address.sock):
            return now
    return None


def _runtime_files() -> Iterator[RuntimeFile]:
    for path in Path(jupyter_runtime_dir()).glob("jpserver-*.json"):
        try:
            facts = json.loads(path.read_text(encoding="utf-8"))
            yield RuntimeFile.model_validate(facts | {"written": path.stat().st_mtime})
        except (OSError, ValueError, TypeError, ValidationError):
            continue  # half written, or of a server that is just leaving


def _spare_token(base_url: str) -> str:
    """Return a token from the environment that may open a server without one of its own."""
    own_prefix = os.environ.get("JUPYTERHUB_SERVICE_PREFIX")
    if own_prefix and own_prefix.strip("/") == base_url.strip("/"):
        return os.environ.get("JUPYTERHUB_API_TOKEN", "")
    return os.environ.get("LABPOOL_TOKEN") or os.environ.get("JUPYTER_TOKEN") or ""
