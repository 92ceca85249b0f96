"""What a job may do: the one narrow door between a job's body and everything else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, SupportsFloat, SupportsIndex, TypeVar, runtime_checkable

from labpool.wire.catalog import CatalogEntry
from labpool.wire.events import ArtifactKind, LogLevel

from .warm import Closes

C = TypeVar("C", bound=Closes)


class Cancelled(Exception):
    """Raised by a body, or by ``ctx.check_cancelled()``, to end because it was asked to."""


class JobError(Exception):
    """Raised by a body to end the run with a code and a sentence of its own.

    Args:
        code: Stable snake_case word. With ``disk_full`` and ``retry`` the run waits for room, and
            no attempt counts.
        message: What happened and what to do next.
        retry: Whether another attempt may help.
        details: Facts for programs.
    """

    def __init__(self, code: str, message: str, *, retry: bool = False, **details: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry = retry
        self.details = details

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep code and details when the error is pickled."""
        return _job_error, (self.code, self.message, int(self.retry), self.details)


def _job_error(code: str, message: str, again: int, details: dict[str, Any]) -> JobError:
    return JobError(code, message, retry=bool(again), **details)


@runtime_checkable
class JobContext(Protocol):
    """What a body gets beside its params. All methods may be called from any thread.

    Attributes:
        run_id: The run.
        attempt: Number of this attempt, from 1.
        run_dir: Folder of the run; it exists, and outlives attempts.
        checkpoint_dir: Folder for checkpoints, ``run_dir / "checkpoints"``; it exists.
        part: Which of the attempt's workers this is, from 0. Others with numbers of their own may
            work on the same run at the same time, where the kind says so.
        worker: Id of the worker, for people.
        earlier: Folders of the runs before this one that did the same work to its end, the newest
            first; those of the last two hundred that are still there.
        threads: Threads that the job may use for numeric work, 1 or more.
        assets: Asset id to path, for every asset that the params name.
        catalog: Catalog id to entry, for every entry that the params name.
        settings: What the server's settings say to jobs: "hub_endpoint" (URL), "hub_cache"
            (folder of the Hugging Face cache), "shared_dir" (folder that all runs share), and
            what the kind asks for. A name that is not there has no setting.
    """

    run_id: str
    attempt: int
    run_dir: Path
    checkpoint_dir: Path
    part: int
    worker: str
    earlier: Sequence[Path]
    threads: int
    assets: Mapping[str, Path]
    catalog: Mapping[str, CatalogEntry]
    settings: Mapping[str, str]

    def progress(
        self,
        done: SupportsFloat,
        total: SupportsFloat | None = None,
        unit: str = "",
        message: str = "",
    ) -> None:
        """Say how far the job has come. May be dropped, counted, when the line is full."""

    def metric(self, step: SupportsIndex, **values: SupportsFloat) -> None:
        """Report values measured at one step.

        Never dropped; a value that is not finite becomes a warning in the log. The same step
        again replaces the value.
        """

    def log(self, level: LogLevel, text: str) -> None:
        """Write a log line. Never dropped; beyond 20,000 characters it is cut, with a mark."""

    def resolved(self, **values: Any) -> None:
        """Say which values the run has for params that were left to the job.

        They stand with the run, beside its params, from then on. Never dropped.

        Args:
            **values: Param name to plain JSON; numbers of numpy and torch become numbers.

        Raises:
            TypeError: A value that JSON cannot carry.
        """

    def notice(self, code: str, message: str, /, **args: Any) -> None:
        """Tell whoever reads the run what was cut, skipped or assumed; it is a warning in the log.

        It stands at the head of the run's page and is counted in lists, also of a run that
        succeeds. Never dropped. The same code and message again is told once; a run keeps the
        first 50 and counts the others.

        Args:
            code: Stable snake_case word.
            message: The whole of it as a sentence; beyond 1,000 characters it is cut, with a mark.
            **args: Facts that go with the code (counts, names), plain JSON; left out where they
                have more than 2,000 characters of JSON.

        Raises:
            TypeError: ``args`` hold what JSON cannot carry.
        """

    def artifact(
        self,
        path: Path,
        *,
        name: str | None = None,
        kind: ArtifactKind = "file",
        sha256: str | None = None,
        meta: Mapping[str, Any] | None = None,
    ) -> None:
        """Announce a file or folder below ``run_dir`` that is whole on disk.

        Args:
            path: The file or folder.
            name: Unique within the run; the path relative to ``run_dir`` when absent.
            kind: Checkpoints and records become assets.
            sha256: Its digest when the job knows it; computed otherwise.
            meta: Facts that go with it, plain JSON; numbers of numpy and torch become numbers.

        Raises:
            TypeError: ``meta`` holds what JSON cannot carry.
            ValueError: The file's name is not UTF-8, or holds a secret.
        """

    def artifact_deleted(self, name: str) -> None:
        """Say that an artifact was removed."""

    def flush(self, timeout_s: float = 30.0) -> bool:
        """Wait until the server has stored all that the job has said so far.

        Words travel in batches, up to 100 ms after they were said, and those under way die with
        the worker. Call this before you write a checkpoint, or anything else that a later attempt
        does not redo: what was said before is then in the record, whatever dies.

        Args:
            timeout_s: Longest wait, seconds: the server may be away, or its disk full.

        Returns:
            Whether all is stored. After False nothing is lost yet: it is still on its way, and
            arrives unless the worker dies first.
        """

    def secret(self, name: str) -> str | None:
        """Return a secret of the run's owner that its kind asks for, or None.

        What the job says (logs, progress, errors, results) is searched for it, and it is blacked
        out there.
        """

    def conceal(self, *values: str) -> None:
        """Black out more values in all that the job says, as if they were secrets.

        Args:
            *values: What nobody may see; too short a word would black out ordinary text.
        """

    def hide(self, text: str) -> str:
        """Return a text with secrets and what was concealed blacked out, for files."""

    def warm(self, name: str, make: Callable[[], C]) -> C:
        """Return what an earlier run on this worker left warm, or make it.

        Args:
            name: One thing of a name is kept for each process; it stays when the run ends, and
                its ``close()`` is called when the process ends. Child processes that it needs
                are named by its ``processes``; all others are ended with the run.
            make: Called where there is none, or it is closed.
        """

    def cancelled(self) -> bool:
        """Whether the job was asked to save and end. Cheap: ask at every step."""

    def check_cancelled(self) -> None:
        """Raise ``Cancelled`` when the job was asked to end."""
