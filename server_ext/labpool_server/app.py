"""The Jupyter server extension: settings, start, stop."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

from jupyter_core.paths import jupyter_data_dir
from jupyter_server.extension.application import ExtensionApp
from traitlets import Bool, Dict, Float, Integer, List, TraitError, Unicode, default, validate

from labpool.hub import cache_root
from labpool.wire import LabpoolError, StoreIncompatible
from labpool.wire._base import utc_now

from .dashboard.history import History
from .dispatch import AttemptSettings
from .folder import DataFolder
from .handlers import handlers
from .pool.backend import Backend, Listener, PoolSettings
from .service import HubSettings, Readable, Service, Thresholds

START_AGAIN_S = 2.0
"""Pause before another try to open a data folder that is away or another server's, seconds."""
MOST_PAGES = 64
"""Pages at once on each worker that anybody may ask for; a run's own number has the same limit."""


def default_workers() -> int:
    """Return min(max(cores - 1, 2), 8)."""
    return min(max((os.cpu_count() or 2) - 1, 2), 8)


class Labpool(ExtensionApp):
    """Long work on a pool of workers."""

    name = "labpool_server"
    extension_url = "/lab"
    load_other_extensions = True
    file_url_prefix = "/labpool"

    n_workers = Integer(
        0,
        help="Number of workers. 0 (the default) means one less than the cores, at least 2 and "
        "at most 8. The range of `minimum` and `maximum` overrides it. Environment: "
        "LABPOOL_N_WORKERS.",
    ).tag(config=True)
    minimum = Integer(
        -1,
        help="Least number of workers when the pool sizes itself. -1 (the default) means a fixed "
        "size.",
    ).tag(config=True)
    maximum = Integer(
        -1,
        help="Greatest number of workers when the pool sizes itself. -1 (the default) means a "
        "fixed size.",
    ).tag(config=True)
    memory_limit = Unicode(
        "auto",
        help='Memory at which a worker is ended, for each worker: "4GB", "512MiB", "auto" (the '
        'default: the machine\'s memory shared out) or "0" for no limit; 128 MiB at least, as a '
        "worker takes about 80 MB before any job. Environment: "
        "LABPOOL_MEMORY_LIMIT.",
    ).tag(config=True)
    threads = Integer(
        1,
        help="Threads for numeric work in each worker. Default 1: processes scale better than "
        "threads, and the number is part of what makes a resumed training exact.",
    ).tag(config=True)
    worker_start_s = Float(
        120.0,
        min=1.0,
        help="Seconds that a worker's process may take to come up; after them it is ended and "
        "another one is started. Raise it where the environment lies on a slow disk. Default 120.",
    ).tag(config=True)
    use_workers = Bool(
        True,
        help="Run jobs in worker processes. If False, jobs run in threads of the server: a job "
        "that hangs cannot be ended, and one that takes too much memory takes the server along.",
    ).tag(config=True)
    scheduler_address = Unicode(
        "",
        help='Address of a running Dask scheduler ("tls://host:8786") to attach to; "" (the '
        "default) starts workers of our own. Labpool never stops what it attached to. "
        "Environment: LABPOOL_SCHEDULER_ADDRESS.",
    ).tag(config=True)
    scheduler_security = Dict(
        help="TLS files for `scheduler_address`: paths under the keys ca, cert and key. Empty "
        "(the default) for none.",
    ).tag(config=True)
    data_dir = Unicode(
        help="Folder for the database and the runs' files. Default: `labpool` under Jupyter's "
        "data folder. One server owns it at a time. Environment: LABPOOL_DATA_DIR.",
    ).tag(config=True)
    database_url = Unicode(
        "",
        help='SQLAlchemy URL of the database; "" (the default) means SQLite in `data_dir`. '
        "Environment: LABPOOL_DATABASE_URL.",
    ).tag(config=True)
    auto_resume = Bool(
        True,
        help="Let runs that were active when the server stopped go on by themselves at the next "
        "start. If False they stay interrupted until a person resumes them.",
    ).tag(config=True)
    cancel_grace_s = Float(
        10.0,
        help="Seconds that a job may take to save and end when it is cancelled; after them its "
        "worker is ended and replaced. Default 10.",
    ).tag(config=True)
    shutdown_grace_s = Float(
        10.0,
        help="Seconds that jobs may take to save when the server stops. Default 10.",
    ).tag(config=True)
    retry_base_s = Float(
        2.0,
        help="Pause before the second attempt of a run, seconds; it doubles with each further "
        "one, up to 300. Default 2.",
    ).tag(config=True)
    active_limits = Dict(
        default_value={"download": 1},
        help="How many active runs of a kind each user may have, by the kind's name; 0 means no "
        'limit. Default {"download": 1}: downloads share one line, so two at once are no faster.',
    ).tag(config=True)
    catalog_dirs = List(
        Unicode(),
        help="Folders with more files of the catalog (models.yaml, datasets.yaml), for models and "
        "data sets that are not in Labpool's own. None by default.",
    ).tag(config=True)
    readable_dirs = List(
        Unicode(),
        help="Folders of the server that the params of runs may name files in, links followed. "
        "None (the default) means all that a kernel may read. Assets and the catalog's entries "
        "may always be named. A relative path in params begins at the server's working folder.",
    ).tag(config=True)
    hub_endpoint = Unicode(
        help="URL of the Hugging Face Hub, or of a mirror of it. Default: the environment's "
        "HF_ENDPOINT, else https://huggingface.co.",
    ).tag(config=True)
    hub_cache = Unicode(
        help="Folder of the Hugging Face cache that downloads go to. Default: where the "
        "environment's HF_HUB_CACHE and HF_HOME say, else ~/.cache/huggingface/hub.",
    ).tag(config=True)
    hub_token = Unicode(
        help="The server's own token at the Hub, used for everybody who has left none. Default: "
        "the environment's HF_TOKEN, else none.",
    ).tag(config=True)
    part_days = Float(
        7.0,
        help="Days after which the half of a download that nobody went on with is deleted; 0 for "
        "never. Default 7.",
    ).tag(config=True)
    detail_days = Float(
        0.0,
        help="Days after which a run that has ended keeps of its progress only the last word of "
        "each worker; its metrics, log lines and figures stay. 0 (the default) means for ever.",
    ).tag(config=True)
    scrape_allowed_hosts = List(
        Unicode(),
        help="Hosts with private addresses that scrapes may read all the same: a name, "
        '"*.example.org", an address or a network ("10.1.0.0/16"), each with ":port" if only '
        "that one is meant. None by default: private, loopback and link-local addresses are "
        "refused.",
    ).tag(config=True)
    scrape_pages = Integer(
        0,
        help="Pages that a scrape reads at once on each worker. 0 (the default) means by the "
        "cores and memory: 4 for each core that falls to a worker, from 2 to 8, and fewer where "
        "memory is short. At most 64.",
    ).tag(config=True)
    scrape_browser = Unicode(
        help="Path of the Chromium that scrapes use. Default: the environment's LABPOOL_CHROMIUM, "
        "else the headless shell, Chromium or Chrome that is found on PATH or that Playwright has "
        "installed.",
    ).tag(config=True)
    alert_cpu = Float(
        90.0, help="Server CPU, percent of one core, above which an alert is shown; 0 for none."
    ).tag(config=True)
    alert_memory = Float(
        90.0, help="Machine memory in use, percent, above which an alert is shown; 0 for none."
    ).tag(config=True)
    alert_response_ms = Float(
        500.0,
        help="Average response time, milliseconds, above which an alert is shown; 0 for none.",
    ).tag(config=True)
    alert_worker_memory = Float(
        85.0,
        help="Worker memory, percent of its limit, above which an alert is shown; 0 for none.",
    ).tag(config=True)

    service: Service | None = None
    _starting: asyncio.Task[None] | None = None

    @default("n_workers")
    def _default_n_workers(self) -> int:
        return int(os.environ.get("LABPOOL_N_WORKERS", "0"))

    @default("memory_limit")
    def _default_memory_limit(self) -> str:
        return os.environ.get("LABPOOL_MEMORY_LIMIT", "auto")

    @default("scheduler_address")
    def _default_scheduler_address(self) -> str:
        return os.environ.get("LABPOOL_SCHEDULER_ADDRESS", "")

    @default("data_dir")
    def _default_data_dir(self) -> str:
        return os.environ.get("LABPOOL_DATA_DIR") or str(Path(jupyter_data_dir()) / "labpool")

    @default("database_url")
    def _default_database_url(self) -> str:
        return os.environ.get("LABPOOL_DATABASE_URL", "")

    @default("hub_endpoint")
    def _default_hub_endpoint(self) -> str:
        return os.environ.get("HF_ENDPOINT") or "https://huggingface.co"

    @default("hub_cache")
    def _default_hub_cache(self) -> str:
        return str(cache_root({}))

    @default("hub_token")
    def _default_hub_token(self) -> str:
        return os.environ.get("HF_TOKEN", "")

    @default("scrape_browser")
    def _default_scrape_browser(self) -> str:
        return os.environ.get("LABPOOL_CHROMIUM", "")

    @validate("n_workers", "threads")
    def _not_negative(self, proposal: Any) -> int:
        if proposal["value"] < 0:
            raise TraitError(f"{proposal['trait'].name} must not be negative.")
        return int(proposal["value"])

    @validate("scrape_pages")
    def _few_pages(self, proposal: Any) -> int:
        if not 0 <= proposal["value"] <= MOST_PAGES:
            raise TraitError(f"scrape_pages is from 0 to {MOST_PAGES}.")
        return int(proposal["value"])

    @validate("scrape_allowed_hosts")
    def _hosts(self, proposal: Any) -> list[str]:
        for host in proposal["value"]:
            if not host or "://" in host or "," in host or host.split() != [host]:
                raise TraitError(
                    f"scrape_allowed_hosts: {host!r} is no host; write a name, an address or a "
                    'network, such as "intranet.example.org:8080" or "10.1.0.0/16".'
                )
        return list(proposal["value"])

    def initialize_settings(self) -> None:
        """Make the service; nothing is opened or started yet."""
        self._history = History()
        self.service = Service(
            folder=DataFolder(Path(self.data_dir).expanduser()),
            database_url=self.database_url,
            pool=self._pool_settings(),
            make_backend=self._make_backend,
            attempts=AttemptSettings(
                cancel_grace_s=self.cancel_grace_s,
                retry_base_s=self.retry_base_s,
                auto_resume=self.auto_resume,
            ),
            limits=dict(self.active_limits),
            hub=HubSettings(
                endpoint=self.hub_endpoint.rstrip("/"),
                cache_dir=Path(self.hub_cache).expanduser(),
                catalog_dirs=tuple(Path(folder).expanduser() for folder in self.catalog_dirs),
                token=self.hub_token,
                part_days=self.part_days,
            ),
            job_settings=self._job_settings(),
            thresholds=Thresholds(
                cpu=self.alert_cpu,
                memory=self.alert_memory,
                response_ms=self.alert_response_ms,
                worker_memory=self.alert_worker_memory,
            ),
            shutdown_grace_s=self.shutdown_grace_s,
            on_activity=self._active,
            history=self._history,
            detail_days=self.detail_days,
            readable=Readable([Path(folder).expanduser() for folder in self.readable_dirs]),
        )
        self.settings["labpool_service"] = self.service

    def initialize_handlers(self) -> None:
        """Serve the routes."""
        self.handlers.extend(handlers())

    async def _start_jupyter_server_extension(self, _serverapp: Any) -> None:
        """Open the store and take up the queue, once the event loop runs."""
        if self.service is not None and self.serverapp is not None:
            self._starting = asyncio.ensure_future(
                self._start(self.service, self.serverapp.public_url)
            )

    async def _start(self, service: Service, url: str) -> None:
        """Start, and try again while the folder or the database is away or another's."""
        told = ""
        while (trouble := await self._try_to_start(service, url)) is not None:
            if isinstance(trouble, StoreIncompatible):
                self.log.error("Labpool is off: %s", trouble)
                return
            if str(trouble) != told:
                told = str(trouble)
                self.log.error("Labpool waits: %s", trouble)
            await asyncio.sleep(START_AGAIN_S)  # another's lock, and a disk, tell nobody

    async def _try_to_start(self, service: Service, url: str) -> LabpoolError | None:
        try:
            await service.start(url)
        except LabpoolError as error:
            return error
        return None

    async def stop_extension(self) -> None:
        """Ask the jobs to save, then end what was started."""
        try:
            if self._starting is not None:
                self._starting.cancel()
            if self.service is not None:
                await self.service.stop()
        except Exception:  # raised, it would keep Jupyter from ending
            self.log.exception("Labpool did not stop as it should.")

    def _active(self) -> None:
        if self.serverapp is not None:
            self.serverapp.web_app.settings["labpool_last_activity"] = utc_now()

    def _job_settings(self) -> dict[str, str]:
        return {
            "scrape_allowed_hosts": ",".join(self.scrape_allowed_hosts),
            "scrape_pages": str(self.scrape_pages),
            "scrape_browser": self.scrape_browser,
        }

    def _pool_settings(self) -> PoolSettings:
        count = self.n_workers or default_workers()
        return PoolSettings(
            minimum=self.minimum if self.minimum >= 0 else count,
            maximum=self.maximum if self.maximum > 0 else count,
            threads=max(1, self.threads),
            memory_limit=self.memory_limit,
            scheduler_address=self.scheduler_address,
            start_s=self.worker_start_s,
            local_directory=str(Path(self.data_dir).expanduser() / "dask"),
            security=dict(self.scheduler_security),
        )

    def _make_backend(self, settings: PoolSettings, listener: Listener) -> Backend:
        if not self.use_workers:
            from .pool.threads import ThreadBackend

            return ThreadBackend(settings, listener)
        from .pool.dask import DaskBackend

        return DaskBackend(settings, listener, self._history)
