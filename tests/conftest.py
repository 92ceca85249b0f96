"""Fixtures for all tests: a stranger's kinds, and real servers."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
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

# Processes of pytest side by side, and a Labpool of one's own on this machine, share no scratch.
# Those that pytest starts have it beside this one's: paths of sockets must be short.
SYSTEMS = os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
SCRATCH = tempfile.mkdtemp(prefix="labpool-tests-", dir=SYSTEMS)
os.environ["TMPDIR"] = tempfile.tempdir = SCRATCH


def pytest_unconfigure() -> None:
    shutil.rmtree(SCRATCH, ignore_errors=True)


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


@pytest.fixture(scope="session")
def real_server(
    tmp_path_factory: pytest.TempPathFactory, example_site: Path
) -> Iterator[LabServer]:
    """A server with two workers under a prefix, as in a hub; nobody stops or kills it."""
    home = tmp_path_factory.mktemp("server")
    with LabServer(home, example_site, base_url="/user/alice/") as server:
        yield server


@pytest.fixture
def server(real_server: LabServer) -> LabServer:
    """The server that all tests share, unless a folder has one of its own by this name."""
    return real_server


@pytest.fixture(scope="session")
def mortal_server(
    tmp_path_factory: pytest.TempPathFactory, example_site: Path
) -> Iterator[LabServer]:
    """A server with two workers; who stops or kills it starts it again."""
    home = tmp_path_factory.mktemp("mortal")
    with LabServer(home, example_site, shutdown_grace_s=3.0) as server:
        yield server


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory, example_site: Path) -> Iterator[LabServer]:
    """A server with JupyterLab; who restarts it leaves it running."""
    from support.lab_page import prepare  # needs Playwright

    home = tmp_path_factory.mktemp("lab")
    prepare(home)
    with LabServer(home, example_site, lab=True, keep_port=True) as server:
        server.wait_for_workers()
        yield server


@pytest.fixture
def new_server(tmp_path: Path, example_site: Path) -> Iterator[Callable[..., LabServer]]:
    """Makes servers that a test may stop and kill; what still runs is ended afterwards."""
    numbers = itertools.count()
    with ExitStack() as made:

        def make(**options: Any) -> LabServer:
            home = tmp_path / f"server-{next(numbers)}"
            home.mkdir()
            return made.enter_context(LabServer(home, example_site, **options))

        yield make
