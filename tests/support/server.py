"""A real Jupyter server with the extension, in a process of its own, with folders of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx
import psutil

from labpool.wire import API_PREFIX, Event, event_adapter

T = TypeVar("T")
TOKEN = "a-token-of-the-tests"
STOP_S = 60.0
_NOT_NEEDED = ("jupyter_lsp", "jupyter_server_terminals", "notebook_shim", "nbclassic")


class LabServer:
    """Starts, stops, kills and starts again; speaks the REST API.

    Args:
        home: Folder for everything that it writes; reused after a restart.
        site: Folder with the example kinds' distribution, put on PYTHONPATH.
        options: Traits of ``c.Labpool``.
        base_url: Path prefix, as under JupyterHub.
        lab: Whether JupyterLab itself is served too.
        labpool: Whether Labpool is enabled.
        keep_port: Whether it is found at the same address after a restart.
        python: The interpreter that runs it; the tests' own by default.
    """

    def __init__(
        self,
        home: Path,
        site: Path | None = None,
        *,
        base_url: str = "/",
        lab: bool = False,
        labpool: bool = True,
        keep_port: bool = False,
        python: str = sys.executable,
        **options: Any,
    ) -> None:
        self.home = home
        self.options = {"n_workers": 2, "retry_base_s": 0.2, "cancel_grace_s": 2.0, **options}
        self._site = site
        self._base_url = base_url
        self._lab = lab
        self._labpool = labpool
        self._keeps_port = keep_port
        self._python = python
        self._process: subprocess.Popen[bytes] | None = None
        self.url = ""
        self.http = httpx.Client()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End it, and what it started; who tests how it stops calls ``stop``."""
        running = self._process is not None and self._process.poll() is None
        started = self.descendants() if running else []
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            # A request that was cut leaves Jupyter a thread of AnyIO's, which it waits for.
            assert gone(started, timeout=0) == []
            self.kill()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def _port(self) -> int:
        return (httpx.URL(self.url).port or 0) if self._keeps_port and self.url else 0

    @property
    def data_dir(self) -> Path:
        return self.home / "data" / "labpool"

    @property
    def log(self) -> str:
        return (self.home / "server.log").read_text(errors="replace")

    @property
    def environment(self) -> dict[str, str]:
        """Variables that keep the server away from the user's own files."""
        mine = {
            "HOME": str(self.home),
            "JUPYTER_CONFIG_DIR": str(self.home / "config"),
            "JUPYTER_DATA_DIR": str(self.home / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.home / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(self.home / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.home / "workspaces"),
            "IPYTHONDIR": str(self.home / "ipython"),
            "JUPYTER_PLATFORM_DIRS": "1",
        }
        path = [str(self._site)] if self._site else []
        path += [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p]
        keep = {
            k: v for k, v in os.environ.items() if not k.startswith(("LABPOOL_", "JUPYTER", "HF_"))
        }
        return {**keep, **mine, "PYTHONPATH": os.pathsep.join(path)}

    def start(self) -> None:
        """Start and wait until it answers."""
        config = self.home / "config"
        config.mkdir(parents=True, exist_ok=True)
        off = dict.fromkeys(_NOT_NEEDED, False) | ({} if self._lab else {"jupyterlab": False})
        settings = {
            "ServerApp": {
                "jpserver_extensions": {**off, "labpool_server": self._labpool},
                "port": self._port,
                "open_browser": False,
                "allow_root": True,
                "root_dir": str(self.home),
                "base_url": self._base_url,
            },
            "IdentityProvider": {"token": TOKEN},
            "Labpool": {"data_dir": str(self.data_dir), **self.options},
        }
        (config / "jupyter_server_config.json").write_text(json.dumps(settings))
        with (self.home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._python, "-m", "jupyter_server"],
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                cwd=self.home,
            )
        self.url = self._wait_for_url()
        self.http = httpx.Client(
            base_url=f"{self.url}{API_PREFIX}/",
            headers={"Authorization": f"token {TOKEN}"},
            timeout=30,
        )
        until(self._answers, 30, self)

    def stop(self) -> None:
        """End it as a person does, and wait."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(STOP_S)
        self.http.close()

    def kill(self) -> None:
        """End it as a power cut does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(STOP_S)
        self.http.close()

    def descendants(self) -> list[psutil.Process]:
        """All processes that it started, directly or not."""
        return psutil.Process(self.pid).children(recursive=True)

    def get(self, path: str, **query: Any) -> Any:
        """GET and return the JSON answer of a success."""
        answer = self.http.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, status: int = 202) -> Any:
        """POST and return the JSON answer."""
        answer = self.http.post(path, json=body) if body is not None else self.http.post(path)
        assert answer.status_code == status, answer.text
        return answer.json()

    def submit(self, kind: str, params: dict[str, Any] | None = None, **options: Any) -> str:
        """Launch a run and return its id."""
        body = {"kind": kind, "params": params or {}, **options}
        return str(self.post("runs", body, status=201)["id"])

    def run(self, run_id: str) -> dict[str, Any]:
        """Return a run as it stands."""
        return dict(self.get(f"runs/{run_id}"))

    def wait(self, run_id: str, *states: str, timeout: float = 120) -> dict[str, Any]:
        """Wait until a run is in one of some states (by default: ended)."""
        wanted = states or ("succeeded", "failed", "cancelled")

        def there() -> dict[str, Any] | None:
            run = self.run(run_id)
            return run if run["state"] in wanted else None

        return until(there, timeout, self)

    def cancel_all(self) -> None:
        """Cancel all runs that have not ended, and wait for their end."""
        for run in self.get("runs", limit=100)["items"]:
            if run["state"] in ("queued", "running", "interrupted"):
                answer = self.http.post(f"runs/{run['id']}/cancel")
                assert answer.status_code in (202, 409), answer.text  # 409: it has just ended
                self.wait(run["id"])

    def wait_for_workers(self, count: int = 2, timeout: float = 90) -> list[dict[str, Any]]:
        """Wait until the pool has so many workers."""

        def there() -> list[dict[str, Any]] | None:
            pool = self.get("pool")
            return pool["workers"] if len(pool["workers"]) == count else None

        return until(there, timeout, self)

    def events(self, run_id: str) -> list[Event]:
        """Return all events of a run."""
        found: list[Event] = []
        after = 0
        while True:
            page = self.get(f"runs/{run_id}/events", after=after, limit=1000)
            found += [event_adapter.validate_python(item) for item in page["items"]]
            if page["next"] is None:
                return found
            after = page["next"]

    def logs(self, run_id: str) -> list[str]:
        """Return a run's log texts."""
        return [line["text"] for line in self.get(f"runs/{run_id}/logs", limit=10_000)["items"]]

    def _wait_for_url(self) -> str:
        def there() -> str | None:
            assert self._process is not None
            assert self._process.poll() is None, self.log
            for file in (self.home / "runtime").glob(f"jpserver-{self.pid}.json"):
                text = file.read_text()
                return str(json.loads(text)["url"]) if text.endswith("}") else None
            return None

        return until(there, 60, self)

    def _answers(self) -> bool:
        try:
            answer = self.http.get("kinds")
            return answer.status_code < 500 or "folder" in answer.json().get("details", {})
        except httpx.TransportError:
            return False


def until(look: Callable[[], T | None], timeout: float, server: LabServer | None = None) -> T:
    """Look again and again until there is something true, and return it."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"not seen within {timeout} s\n{server.log[-3000:] if server else ''}")


def gone(processes: list[psutil.Process], timeout: float = 20) -> list[psutil.Process]:
    """Return those of some processes that still live after a while."""
    _, alive = psutil.wait_procs(processes, timeout=timeout)
    return [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]


def sse(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Yield (id, data) of each event of a stream."""
    event_id = ""
    for line in lines:
        if line.startswith("id:"):
            event_id = line[3:].strip()
        elif line.startswith("data:"):
            yield event_id, line[5:].strip()
