"""Servers for the tests of the handlers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from server.handlers.in_process import Server, running


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty home, so that no configuration of this machine plays a part."""
    monkeypatch.setenv("JUPYTER_NO_CONFIG", "1")
    for name in ("CONFIG", "DATA", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{name}_DIR", str(tmp_path / name.lower()))
    return tmp_path


@pytest.fixture
def start(home: Path) -> Callable[..., Any]:
    """Return the context manager that runs a server, for tests that need one of their own."""

    def starter(**how: Any) -> Any:
        return running(home, **how)

    return starter


@pytest_asyncio.fixture
async def server(home: Path) -> AsyncIterator[Server]:
    """Run a server that lets everybody do everything."""
    async with running(home) as it:
        yield it
