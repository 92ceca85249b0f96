"""A pool, seen from a notebook, a script or the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from labpool.wire.assets import Asset, AssetsRemoved, AssetTotals, PruneRequest
from labpool.wire.catalog import CatalogItem
from labpool.wire.errors import InvalidParams, LabpoolError
from labpool.wire.kinds import Kind
from labpool.wire.runs import RunRequest, RunState
from labpool.wire.workers import Monitoring, Pool, PoolChange, Worker

from . import downloads
from .archives import save_archive
from .asynchronous import twin
from .connection import Connection
from .listings import assets, catalog, kinds, runs, workers
from .run import Run
from .show import Listing, run_html
from .stream import EventStream


class Labpool:
    """The pool of one Jupyter server; ``labpool.connect()`` makes it.

    Every method that asks the server has an awaitable twin with an ``a`` before its name.
    Threads may share one.

    Args:
        connection: The server.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @property
    def url(self) -> str:
        """The server's base URL."""
        return self.connection.address.url

    def submit(
        self,
        kind: str,
        /,
        *,
        name: str | None = None,
        priority: int = 0,
        max_attempts: int = 3,
        timeout_s: float | None = None,
        tags: Iterable[str] = (),
        params: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> Run:
        """Launch a run.

        Args:
            kind: Name of the job kind; ``kinds()`` lists them.
            name: What to call the run.
            priority: Higher starts first.
            max_attempts: Attempts in all, the first included.
            timeout_s: Seconds that one attempt may run.
            tags: Words to find the run by.
            params: The kind's parameters, for those whose names are taken above.
            **more: The kind's parameters.

        Returns:
            The run, queued.

        Raises:
            InvalidParams: ``details["fields"]`` says which values cannot work, and why.
        """
        try:
            request = RunRequest(
                kind=kind,
                params={**(params or {}), **more},
                name=name,
                priority=priority,
                max_attempts=max_attempts,
                timeout_s=timeout_s,
                tags=[tags] if isinstance(tags, str) else list(tags),
            )
            request.model_dump_json()
        except ValidationError as error:
            raise InvalidParams.of(error) from error
        except PydanticSerializationError as error:
            raise InvalidParams.at("params", f"cannot be written as JSON: {error}") from error
        return Run(self.connection, self.connection.call("create_run", body=request))

    def train(self, /, *, download: bool | None = None, **params: Any) -> Run:
        """Train a model: ``submit("train", ...)``, with the same options.

        Args:
            download: Whether to download first what is in the catalog but not here. None asks,
                where somebody is here to answer.
            **params: Options and parameters.

        Raises:
            DownloadNeeded: Something is not here yet, and nobody said yes.
        """
        return downloads.before(self, lambda: self.submit("train", **params), download=download)

    def download(self, entry_id: str, /, **options: Any) -> Run:
        """Download what the catalog lists into the Hugging Face cache of the server.

        ``run.result()`` waits for it. A gated repository needs your token at the Hub: it is
        asked for once, and kept by the server.

        Args:
            entry_id: Id in the catalog; ``catalog()`` lists them.
            **options: As for ``submit``.

        Returns:
            The run; the one that goes on already where you are downloading this just now.

        Raises:
            ModelNotAllowed: The catalog does not list it.
            TokenNeeded: The Hub asks who wants it.
            TooManyRequests: Another download of yours goes on.
        """
        return downloads.start(self, entry_id, options)

    def catalog(self) -> Listing[CatalogItem]:
        """List the models and data sets that may be downloaded, and how each stands."""
        return catalog(downloads.listed(self.connection))

    def save_token(self, token: str | None = None) -> None:
        """Leave your token at the Hugging Face Hub with the server, which keeps it encrypted.

        Args:
            token: The token; asked for when absent, so that it stays out of the notebook.
        """
        downloads.save_token(self.connection, token)

    def delete_token(self) -> None:
        """Let the server forget your token."""
        self.connection.call("delete_secret", {"name": downloads.HUB_TOKEN})

    def runs(
        self,
        *,
        kind: str | None = None,
        state: RunState | str | None = None,
        tag: str | None = None,
        search: str | None = None,
        limit: int | None = 50,
    ) -> Listing[Run]:
        """List runs, newest first.

        Args:
            kind: Only this kind.
            state: Only in this state.
            tag: Only with this tag.
            search: Only with this text in name or id.
            limit: How many at the most; None for all.
        """
        query = {"kind": kind, "state": state, "tag": tag, "search": search}
        records = self.connection.pages("list_runs", limit=limit, query=query)
        return runs(Run(self.connection, record) for record in records)

    def get(self, run_id: str) -> Run:
        """Return a run by its id.

        Raises:
            NotFound: There is none, or no longer.
        """
        return Run(self.connection, self.connection.call("get_run", {"run_id": run_id}))

    def kinds(self) -> Listing[Kind]:
        """List the job kinds, each with the JSON schema of its parameters."""
        return kinds(self.connection.call("list_kinds").items)

    def pool(self) -> Pool:
        """Return how the pool is doing now."""
        answer: Pool = self.connection.call("get_pool")
        return answer

    def workers(self) -> Listing[Worker]:
        """List the workers, each with what it does now."""
        return workers(self.pool().workers)

    def scale(
        self, n: int | None = None, maximum: int | None = None, *, minimum: int | None = None
    ) -> Pool:
        """Change the pool's size: ``scale(4)``, or ``scale(1, 8)`` to let it size itself.

        Args:
            n: Number of workers; the least number where ``maximum`` is given.
            maximum: Greatest number of workers.
            minimum: Least number of workers, by name.
        """
        if maximum is not None and minimum is None:
            n, minimum = None, n
        try:
            change = PoolChange(n_workers=n, minimum=minimum, maximum=maximum)
        except ValidationError as error:
            raise InvalidParams.of(error) from error
        answer: Pool = self.connection.call("change_pool", body=change)
        return answer

    def restart_worker(self, worker_id: str) -> Pool:
        """Restart a worker; a run on it goes on elsewhere."""
        answer: Pool = self.connection.call("restart_worker", {"worker_id": worker_id})
        return answer

    def assets(
        self,
        *,
        kind: Literal["model", "dataset", "checkpoint", "records"] | None = None,
        status: Literal["ready", "downloading", "error"] | None = None,
        source: str | None = None,
        limit: int | None = 100,
    ) -> Listing[Asset]:
        """List models, data sets, checkpoints and record sets, newest first.

        Args:
            kind: Only of this kind.
            status: Only in this status.
            source: Only of this run, by its id.
            limit: How many at the most.
        """
        query = {"kind": kind, "status": status, "source": source}
        return assets(self.connection.pages("list_assets", limit=limit, query=query))

    def asset(self, asset_id: str) -> Asset:
        """Return an asset by its id."""
        answer: Asset = self.connection.call("get_asset", {"asset_id": asset_id})
        return answer

    def asset_totals(self) -> AssetTotals:
        """Return how many assets there are, how large, and how much was downloaded."""
        answer: AssetTotals = self.connection.call("asset_totals")
        return answer

    def delete_asset(self, asset_id: str, *, name: str | None = None) -> AssetsRemoved:
        """Delete an asset from the server's disk.

        Args:
            asset_id: The asset.
            name: Its name; needed for what was in the cache before Labpool.

        Returns:
            What is gone, and the bytes that are free again.

        Raises:
            Conflict: An active run uses it.
            NotOurs: Labpool did not bring it, and ``name`` is not its name.
        """
        answer: AssetsRemoved = self.connection.call(
            "delete_asset", {"asset_id": asset_id}, query={"name": name}
        )
        return answer

    def prune_checkpoints(self, keep: int, *, run_id: str | None = None) -> AssetsRemoved:
        """Delete all but the newest checkpoints of runs that have ended; the best one stays.

        Args:
            keep: How many of each run to keep, 1 or more.
            run_id: Only of this run.
        """
        request = PruneRequest(keep=keep, run_id=run_id)
        answer: AssetsRemoved = self.connection.call("prune_checkpoints", body=request)
        return answer

    def save_asset(self, asset_id: str, path: Path | str | None = None) -> Path:
        """Save an asset's files here, as a zip archive.

        Args:
            asset_id: The asset.
            path: File to write; by its own name into the present folder when absent.

        Returns:
            The archive; it is there only when it is whole.
        """
        return save_archive(self.connection, asset_id, path)

    def monitoring(self) -> Monitoring:
        """Return the server's load, response time and alerts."""
        answer: Monitoring = self.connection.call("monitoring")
        return answer

    def events(self, after: int | None = None) -> EventStream:
        """Follow the events of all runs, for ever.

        Args:
            after: Number of the last event that is known; None means from now on.
        """
        return EventStream(self.connection, "all_events", after=after)

    def close(self) -> None:
        """Close the connections to the server; the runs go on."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()

    def __repr__(self) -> str:
        return f"Labpool({self.url!r})"

    def _repr_html_(self) -> str:
        head = f"<strong>Labpool</strong> <code>{escape(self.url)}</code>"
        try:
            pool, recent = self.pool(), self.runs(limit=5)
        except LabpoolError as error:
            return f"{head}<div>{escape(error.message)}</div>"
        facts = f"{pool.state}, {len(pool.workers)} workers, {pool.running} running, "
        cards = "".join(run_html(run.record) for run in recent)
        table = workers(pool.workers)._repr_html_()
        return f"{head}<div>{escape(facts)}{pool.queued} queued</div>{table}{cards}"

    asubmit = twin(submit)
    atrain = twin(train)
    aruns = twin(runs)
    aget = twin(get)
    akinds = twin(kinds)
    apool = twin(pool)
    aworkers = twin(workers)
    ascale = twin(scale)
    arestart_worker = twin(restart_worker)
    aassets = twin(assets)
    aasset = twin(asset)
    amonitoring = twin(monitoring)
    adownload = twin(download)
    acatalog = twin(catalog)
    asave_token = twin(save_token)
    adelete_token = twin(delete_token)
    aasset_totals = twin(asset_totals)
    adelete_asset = twin(delete_asset)
    aprune_checkpoints = twin(prune_checkpoints)
    asave_asset = twin(save_asset)
