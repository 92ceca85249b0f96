"""All tests here share a server, and may not spare it."""

from __future__ import annotations

import pytest

from support.server import LabServer


@pytest.fixture(scope="session")
def server(mortal_server: LabServer) -> LabServer:
    """A server with two workers; who stops or kills it starts it again."""
    return mortal_server
