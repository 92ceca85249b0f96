"""Fixtures for all tests: a stranger's kinds, and real servers."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from support.server import LabServer

HERE = Path(__file__).parent

# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile("labpool", deadline=None)
hypothesis.settings.load_profile("labpool")

# A shell that runs the tests in the background makes them, and all that they start, deaf to
# Ctrl-C; some tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def example_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip installed a stranger's distribution with job kinds."""
    target = tmp_path_factory.mktemp("site")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--disable-pip-version-check",
            "--target",
            str(target),
            str(HERE / "example_kinds"),
        ],
        check=True,
    )
    return target


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, example_site: Path) -> Iterator[LabServer]:
    """A server with two workers that the tests of a module share; do not stop or kill it."""
    with LabServer(tmp_path_factory.mktemp("server"), example_site) as server:
        yield server


@pytest.fixture
def new_server(tmp_path: Path, example_site: Path) -> Iterator[Callable[..., LabServer]]:
    """Makes servers that a test may stop and kill; what still runs is ended afterwards."""
    made: list[LabServer] = []

    def make(**options: Any) -> LabServer:
        home = tmp_path / f"server-{len(made)}"
        home.mkdir()
        server = LabServer(home, example_site, **options)
        server.start()
        made.append(server)
        return server

    yield make
    for server in made:
        server.stop()
