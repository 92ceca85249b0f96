"""A pool, seen from a notebook, a script or the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from labpool.wire.errors import InvalidParams, LabpoolError
from labpool.wire.kinds import Kind
from labpool.wire.runs import RunRequest, RunState
from labpool.wire.workers import Monitoring, Pool, PoolChange, Worker

from . import downloads, paths, scrapes
from .assets import WithAssets
from .asynchronous import twin
from .connection import Connection
from .listings import kinds, workers
from .run import Run
from .runs import runs
from .sessions import Sessions
from .show import Listing, run_html
from .stream import EventStream
from .trying import Tried, attempt


class Labpool(WithAssets):
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
            **more: The kind's parameters. A ``Path`` begins in the folder of this process, a
                relative path that is a text in that of the server.

        Returns:
            The run, queued.

        Raises:
            InvalidParams: ``details["fields"]`` says which values cannot work, and why.
        """
        try:
            request = RunRequest(
                kind=kind,
                params=paths.absolute({**(params or {}), **more}),
                name=name,
                priority=priority,
                max_attempts=max_attempts,
                timeout_s=timeout_s,
                tags=[tags] if isinstance(tags, str) else list(tags),
            )
            request.model_dump_json()
        except ValidationError as error:
            raise InvalidParams.of(error, model=RunRequest) from None
        except PydanticSerializationError as error:
            raise InvalidParams.at("params", f"cannot be written as JSON: {error}") from None
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

    def verify(self, entry_id: str, /, **options: Any) -> Run:
        """Read every byte of what was downloaded, and fetch again what a disk has changed.

        What is wrong does not count as ready until it is here again. ``run.result()["repaired"]``
        names those files; an empty list means that all were right.

        Args:
            entry_id: Id in the catalog.
            **options: As for ``submit``.

        Raises:
            ModelNotAllowed: The catalog does not list it.
            TokenNeeded: The Hub asks who wants it.
            TooManyRequests: Another download of yours goes on.
        """
        return downloads.start(self, entry_id, options, verify=True)

    @property
    def sessions(self) -> Sessions:
        """Your sessions at web sites, kept by the server: save, login, list, delete."""
        return Sessions(self.connection)

    def scrape(
        self,
        /,
        recipe: Any,
        targets: Any = None,
        *,
        targets_file: str | None = None,
        pattern: str | None = None,
        session: str | None = None,
        vars: Mapping[str, Any] | None = None,  # noqa: A002 - as in the recipe
        **options: Any,
    ) -> Run:
        """Scrape: for each target fetch what the recipe says, and keep the records.

        Args:
            recipe: A recipe (``labpool.jobs.scrape.Recipe``), a dict, YAML text, the path of a
                .yaml file here, or the name of a recipe that comes with Labpool.
            targets: Addresses, ids, or dicts with the fields that the recipe needs: any iterable,
                also a column of a table.
            targets_file: In their place, a .jsonl or .csv file that the server can read.
            pattern: In their place, addresses that differ in a number or a word.
            session: Name of a session of yours, for pages that need a login.
            vars: Other values for variables of the recipe, such as ``site``.
            **options: As for ``submit``; also ``workers``, ``pages`` and ``limit``.

        Returns:
            The run: ``run.items()`` and ``run.records()`` tell what it brings.

        Raises:
            InvalidParams: What of it cannot work, and why.
        """
        params = scrapes.params(
            recipe, targets, vars, targets_file=targets_file, pattern=pattern, session=session
        )
        return self.submit(scrapes.KIND, params=params, **options)

    def try_recipe(
        self,
        recipe: Any,
        target: Any,
        *,
        session: str | None = None,
        vars: Mapping[str, Any] | None = None,  # noqa: A002 - as in the recipe
    ) -> Tried:
        """Scrape one target, to see what a recipe makes of it; no run is left behind.

        Args:
            recipe: As for ``scrape``.
            target: One address, id or dict.
            session: As for ``scrape``.
            vars: As for ``scrape``.

        Returns:
            The records: a list that also says what was broken, and why it failed if it did.

        Raises:
            InvalidParams: What of it cannot work, and why.
        """
        params = scrapes.params(recipe, [target], vars, session=session, workers=1)
        return attempt(self.submit(scrapes.KIND, params=params, max_attempts=1, tags=["try"]))

    def notebook(
        self,
        path: str | PathLike[str],
        /,
        parameters: Mapping[str, Any] | None = None,
        *,
        kernel: str = "",
        allow_errors: bool = False,
        cell_timeout_s: float | None = None,
        output: str | PathLike[str] = "",
        max_attempts: int = 1,
        **options: Any,
    ) -> Run:
        """Run a notebook in the background, in a kernel of its own.

        The notebook is not changed. A copy beside it, with the run's id in its name, has the
        outputs of each cell as soon as that has ended; ``run.result()["notebook"]`` says where.

        Args:
            path: The notebook; a relative path begins in this process's folder.
            parameters: Names and values that take the place of those in the cell tagged
                "parameters".
            kernel: Name of a kernel; by default the notebook's own.
            allow_errors: Run the cells after one that failed, too.
            cell_timeout_s: Seconds that one cell may take.
            output: Where the copy goes instead.
            max_attempts: Attempts in all. Cells have effects, so by default a notebook is not run
                again by itself when its worker is lost.
            **options: As for ``submit``.

        Raises:
            InvalidParams: The file is no notebook, or its kernel is not there.
        """
        params = {
            "path": Path(path),
            "parameters": dict(parameters or {}),
            "kernel": kernel,
            "allow_errors": allow_errors,
            "cell_timeout_s": cell_timeout_s,
            "output": Path(output) if output else "",
        }
        return self.submit("notebook", params=params, max_attempts=max_attempts, **options)

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
            raise InvalidParams.of(error, model=PoolChange) from None
        answer: Pool = self.connection.call("change_pool", body=change)
        return answer

    def restart_worker(self, worker_id: str) -> Pool:
        """Restart a worker; a run on it goes on elsewhere."""
        answer: Pool = self.connection.call("restart_worker", {"worker_id": worker_id})
        return answer

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
    ascrape = twin(scrape)
    anotebook = twin(notebook)
    atry_recipe = twin(try_recipe)
    aruns = twin(runs)
    aget = twin(get)
    akinds = twin(kinds)
    apool = twin(pool)
    aworkers = twin(workers)
    ascale = twin(scale)
    arestart_worker = twin(restart_worker)
    amonitoring = twin(monitoring)
    adownload = twin(download)
    averify = twin(verify)
