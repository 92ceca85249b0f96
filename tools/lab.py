"""A JupyterLab server of its own: free port, random token, nobody's settings.

Run by `make lab`, and by the demo. Everything that the server writes lies under .demo/.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import httpx
import psutil

ROOT = Path(__file__).resolve().parents[1]
DEMO = ROOT / ".demo"
LOG = "jupyter.log"
PRACTICE_SITE = "127.0.0.1:8765"
"""Where the example of a scrape starts a site of its own."""
START_S = 120.0
STOP_S = 20.0
KILL_S = 5.0


class LabFailed(Exception):
    """The server ended before it answered, or did not answer in time."""


def free_port() -> int:
    """Return a TCP port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(home: Path) -> dict[str, str]:
    """Return this process's environment with every Jupyter folder moved under `home`."""
    folders = {
        "IPYTHONDIR": home / "ipython",
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": home / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
    }
    return {**os.environ, **{name: str(folder) for name, folder in folders.items()}}


class LabServer:
    """A running JupyterLab; leaving the `with` block ends it and all that it started.

    Attributes:
        url: Where it answers, with a slash at the end.
        token: What opens it.
        data_dir: Labpool's own folder: the event log and the files of the runs.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.token = secrets.token_hex(16)
        self.url = f"http://127.0.0.1:{free_port()}/"
        self.data_dir = home / "labpool"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """What a person opens in a browser."""
        return f"{self.url}lab?token={self.token}"

    def __enter__(self) -> Self:
        """Start the server and wait until it answers."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / LOG).open("wb") as log:
            # A session of its own: Ctrl-C in the terminal reaches only the script.
            self._process = subprocess.Popen(
                self._command(),
                cwd=ROOT,
                env=environment(self.home),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._wait_until_it_answers(self._process)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End the server."""
        self.stop()

    def wait(self) -> int:
        """Wait until the server ends by itself and return its exit status."""
        return self._process.wait() if self._process else 0

    def stop(self) -> None:
        """End the server and every process that it started; kill what does not end."""
        if self._process is None:
            return
        family = self._family(self._process.pid)
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            psutil.wait_procs(family, timeout=STOP_S)
        finally:  # a second Ctrl-C ends the patience, not the cleaning up
            for process in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs(family, timeout=KILL_S)
        self._process.wait()
        self._process = None

    def _command(self) -> list[str]:
        notebooks = ROOT / "notebooks"
        return [
            *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
            "--ServerApp.ip=127.0.0.1",
            f"--ServerApp.port={httpx.URL(self.url).port}",
            "--ServerApp.port_retries=0",
            f"--IdentityProvider.token={self.token}",
            f"--Labpool.data_dir={self.data_dir}",
            f"--Labpool.scrape_allowed_hosts={PRACTICE_SITE}",
            f"--ServerApp.root_dir={notebooks if notebooks.is_dir() else self.home}",
        ]

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        headers = {"Authorization": f"token {self.token}"}
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if process.poll() is not None:
                message = f"JupyterLab ended with status {process.returncode}"
                raise LabFailed(message)
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{self.url}api/status", headers=headers).is_success:
                    return
            time.sleep(0.2)  # nothing announces that a port has been opened
        message = f"JupyterLab did not answer within {START_S:.0f} s"
        raise LabFailed(message)

    @staticmethod
    def _family(pid: int) -> list[psutil.Process]:
        try:
            server = psutil.Process(pid)
            return [server, *server.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


def end_on_signals() -> None:
    """Let a polite kill and a closed terminal end this script as Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)


def main() -> None:
    """Run JupyterLab until Ctrl-C."""
    end_on_signals()
    with contextlib.suppress(KeyboardInterrupt), LabServer(DEMO / "lab") as server:
        print(f"JupyterLab: {server.address}\nCtrl-C ends it.")
        server.wait()


if __name__ == "__main__":
    main()
