"""Runs one attempt of a run, wherever it is: on a Dask worker, in a thread, right here."""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from labpool.wire._base import Record
from labpool.wire.catalog import CatalogEntry
from labpool.wire.events import PART_SPAN, AttemptStarted
from labpool.wire.runs import RunError

from .context import Cancelled, JobContext, JobError
from .locks import holding
from .place import fault_of
from .plain import NAME_LIMIT, TEXT_LIMIT, plain, said_by, text, words
from .recording import RecordingContext
from .registry import load_kind, resolve
from .reporter import Reporter
from .threads import watching_threads
from .warm import Warm

RESULT_LIMIT = 1 << 20
"""Largest result, bytes of JSON; what is larger belongs into an artifact."""

LINE_LIMIT = 2000
"""Longest line of a traceback, characters: a message that goes on for megabytes hides no line."""

FACT_LIMIT = 500
"""Longest words of an error within the facts of a notice, characters."""

_FINAL = (
    ValidationError,
    ValueError,
    TypeError,
    LookupError,
    ImportError,
    SyntaxError,
    AttributeError,
    NotImplementedError,
)
"""Errors that another attempt would only repeat."""


class AttemptSpec(Record):
    """All that a worker needs to run one attempt.

    Attributes:
        part: Which of the attempt's workers this is, from 0, in the order in which they came.
        most_workers: How many workers the attempt may have at once, 1 or more.
        worker: Id of the worker, for its words.
        run_dir: Folder of the run.
        threads: Threads for numeric work, 1 or more.
        assets: Asset id to path, for every asset that the params name.
        catalog: Catalog id to entry, for every entry that the params name.
        settings: What the server's settings say to jobs.
        earlier: Folders of the runs before this one that did the same work, the newest first.
    """

    run_id: str
    attempt: int
    part: int = 0
    most_workers: int = 1
    kind: str
    params: dict[str, Any]
    worker: str
    run_dir: str
    threads: int = 1
    assets: dict[str, str] = Field(default_factory=dict)
    catalog: dict[str, CatalogEntry] = Field(default_factory=dict)
    settings: dict[str, str] = Field(default_factory=dict)
    earlier: list[str] = Field(default_factory=list)

    @property
    def key(self) -> str:
        """Name of this part of the attempt, unique in the pool."""
        part = f".{self.part}" if self.part else ""
        return f"{self.run_id}-{self.attempt}{part}"

    @property
    def after(self) -> int:
        """Number before that of the part's first message."""
        return self.part * PART_SPAN


class Outcome(Record):
    """How an attempt ended on one worker, said by it.

    Attributes:
        retry: Whether another attempt may help.
        last_n: Number of the worker's last message: all up to it were sent.
    """

    ended: Literal["succeeded", "failed", "cancelled"]
    result: Any = None
    error: RunError | None = None
    retry: bool = False
    last_n: int = 0


def execute(
    spec: AttemptSpec,
    reporter: Reporter,
    stop: threading.Event,
    secrets: Mapping[str, str] | None = None,
    warm: Warm | None = None,
) -> Outcome:
    """Run the body of one attempt on one worker and say how it ended.

    Args:
        spec: What to run.
        reporter: Carries the job's words; closed on return.
        stop: Set from outside to ask the job to save and end.
        secrets: Name to value; they come beside the spec, which Dask may show.
        warm: What earlier attempts left warm in this process; closed by whoever owns it.

    Returns:
        The outcome. Whatever the body raises is in it, ``SystemExit`` and its like included: no
        word of a body ends the thread, the worker or the server. Where words could not be sent,
        the attempt has failed, whatever the body returned.
    """
    try:
        outcome = _in_place(spec, reporter, stop, secrets or {}, warm or Warm())
    finally:
        last_n = reporter.close()
    if reporter.broken is not None:
        lost = RunError(code="words_lost", message=str(reporter.broken))
        outcome = Outcome(ended="failed", error=lost, retry=True)
    return outcome.model_copy(update={"last_n": last_n})


def _in_place(
    spec: AttemptSpec,
    reporter: Reporter,
    stop: threading.Event,
    secrets: Mapping[str, str],
    warm: Warm,
) -> Outcome:
    """Run the body in the run's folder, which may have no room for it."""
    try:
        ctx = _context(spec, reporter, stop, secrets, warm)
    except OSError as error:
        fault = fault_of(error, Path(spec.run_dir).parent)
        if fault is None:
            raise
        found = RunError(code=fault.code, message=fault.message, details=fault.details)
        return Outcome(ended="failed", error=found, retry=True)
    return _outcome(spec, ctx)


def _context(
    spec: AttemptSpec,
    reporter: Reporter,
    stop: threading.Event,
    secrets: Mapping[str, str],
    warm: Warm,
) -> RecordingContext:
    return RecordingContext(
        run_id=spec.run_id,
        attempt=spec.attempt,
        run_dir=Path(spec.run_dir),
        threads=spec.threads,
        assets={name: Path(path) for name, path in spec.assets.items()},
        catalog=spec.catalog,
        settings=spec.settings,
        earlier=[Path(folder) for folder in spec.earlier],
        secrets=secrets,
        part=spec.part,
        shelf=warm,
        worker=spec.worker,
        stop=stop,
        send=reporter.put,
        stored=reporter.flush,
    )


def _outcome(spec: AttemptSpec, ctx: RecordingContext) -> Outcome:
    try:
        ctx.check_cancelled()
        with holding(_lock(ctx), ctx), _logging_to(ctx), _telling_of_threads(ctx):
            ctx.emit(AttemptStarted, host=socket.gethostname(), pid=os.getpid())
            result = _checked(call_body(spec.kind, spec.params, ctx), ctx)
            return Outcome(ended="succeeded", result=result)
    except Cancelled:
        return Outcome(ended="cancelled")
    except JobError as error:
        return _failed(error.code, error.message, ctx, retry=error.retry, details=error.details)
    except MemoryError as error:
        found = f"The job ran out of memory. {said_by(error)}".strip()
        return _failed("out_of_memory", found, ctx, retry=True)
    except BaseException as error:  # noqa: BLE001 - whatever a stranger's body raises ends the attempt
        if fault := fault_of(error, ctx.run_dir):
            return _failed(fault.code, fault.message, ctx, retry=True, details=fault.details)
        again = isinstance(error, Exception) and not isinstance(error, _FINAL)
        details = {"traceback": _traceback(error, ctx)}
        return _failed("job_error", words(error, ctx.hide), ctx, retry=again, details=details)


def call_body(kind_name: str, params: Mapping[str, Any], ctx: JobContext) -> Any:
    """Resolve a kind's body, validate the params and call it."""
    kind = load_kind(kind_name)
    body = resolve(kind.entry)
    return body(kind.params.model_validate(params), ctx)


def _failed(
    code: object,
    message: object,
    ctx: RecordingContext,
    *,
    retry: bool,
    details: Mapping[str, Any] | None = None,
) -> Outcome:
    """Say how a job failed; code and message are a stranger's, and may be no texts at all."""
    error = RunError(
        code=text(ctx.hide(said_by(code)), NAME_LIMIT),
        message=text(ctx.hide(said_by(message))),
        details=_facts(details or {}, ctx),
    )
    return Outcome(ended="failed", error=error, retry=bool(retry))


def _facts(details: Mapping[str, Any], ctx: RecordingContext) -> dict[str, Any]:
    """Return what an error says beside its message; what JSON cannot carry as words."""
    facts: dict[str, Any] = {}
    for name, value in details.items():
        try:
            facts[name] = plain(value, ctx.hide, name)
        except Exception:  # noqa: BLE001 - a stranger's value may raise anything when it is read
            facts[name] = plain(said_by(value, repr), ctx.hide)
    size = len(json.dumps(facts))
    if size > RESULT_LIMIT:
        return {"left_out": f"The details have {size} bytes, more than {RESULT_LIMIT}."}
    told: dict[str, Any] = plain(facts, ctx.hide)
    return told


def _checked(result: Any, ctx: RecordingContext) -> Any:
    try:
        found = plain(result, ctx.hide, "result", RESULT_LIMIT)
    except TypeError as error:
        raise JobError("invalid_result", f"The job's result is not plain JSON: {error}") from error
    size = len(json.dumps(found))
    if size > RESULT_LIMIT:
        raise JobError(
            "result_too_large",
            f"The job's result has {size} bytes, more than {RESULT_LIMIT}. "
            "Write it to a file in ctx.run_dir and announce it with ctx.artifact().",
        )
    return found


def _traceback(error: BaseException, ctx: RecordingContext) -> str:
    """Return the last lines of a traceback; cleared first, as a cut could split a secret."""
    lines = traceback.format_exception(error)
    return "".join(text(ctx.hide(line), LINE_LIMIT) for line in lines)[-TEXT_LIMIT:]


def _lock(ctx: RecordingContext) -> Path:
    """Return the run's lock, so that a lost attempt that still lives never writes beside this one.

    Each part of an attempt has a lock of its own: what they share, they share with care.
    """
    return ctx.run_dir / (f".lock.{ctx.part}" if ctx.part else ".lock")


class _ContextHandler(logging.Handler):
    def __init__(self, ctx: JobContext) -> None:
        super().__init__(logging.WARNING)
        self._ctx = ctx
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        """Pass on what the job's own thread logs."""
        if record.thread == self._thread:
            level: Literal["warning", "error"] = (
                "error" if record.levelno >= logging.ERROR else "warning"
            )
            self._ctx.log(level, self.format(record))


@contextmanager
def _logging_to(ctx: JobContext) -> Iterator[None]:
    handler = _ContextHandler(ctx)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)


def _telling_of_threads(ctx: RecordingContext) -> AbstractContextManager[None]:
    """Give notice of an error that ends a thread of the body, which the body itself may not see."""

    def tell(thread: threading.Thread, error: BaseException) -> None:
        if isinstance(error, Cancelled):
            return
        said = words(error, ctx.hide)
        ctx.log("error", _traceback(error, ctx))
        message = f"A thread of the job ended with an error ({thread.name}): {said}"
        ctx.notice("thread_failed", message, thread=thread.name, error=text(said, FACT_LIMIT))

    return watching_threads(tell)
