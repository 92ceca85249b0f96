"""One server for all tests here, which may not spare it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.server import LabServer


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory, example_site: Path) -> Iterator[LabServer]:
    """A server with two workers; who stops or kills it starts it again."""
    home = tmp_path_factory.mktemp("server")
    with LabServer(home, example_site, shutdown_grace_s=3.0) as server:
        yield server
