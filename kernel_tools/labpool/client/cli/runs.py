"""``labpool runs``, ``show``, ``cancel``, ``resume``, ``follow``, ``delete``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from labpool.client import asking
from labpool.client.run import Run
from labpool.client.runs import runs as as_listing
from labpool.client.show import moment, progress_text, size, standing
from labpool.wire.errors import Conflict, InvalidRequest
from labpool.wire.runs import RunState

from .following import follow_all
from .terminal import Terminal, command

RunId = Annotated[str, typer.Argument(metavar="RUN", help="Id of the run.")]
RunIds = Annotated[list[str], typer.Argument(metavar="RUN...", help="Ids of runs.")]


@command
def runs(
    terminal: Terminal,
    *,
    kind: Annotated[str | None, typer.Option(help="Only this kind.")] = None,
    state: Annotated[RunState | None, typer.Option(help="Only in this state.")] = None,
    tag: Annotated[str | None, typer.Option(help="Only with this tag.")] = None,
    search: Annotated[str | None, typer.Option(help="Only with this in name or id.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many at the most.")] = 20,
) -> None:
    """List runs, newest first."""
    found = terminal.pool.runs(kind=kind, state=state, tag=tag, search=search, limit=limit)
    terminal.records(run.record for run in found)
    terminal.listing(found)


@command
def show(
    terminal: Terminal,
    run_id: RunId,
    *,
    logs: Annotated[bool, typer.Option("--logs", help="Its log lines too.")] = False,
) -> None:
    """Show one run."""
    run = terminal.pool.get(run_id)
    terminal.records([run.record])
    terminal.say(*_facts(run))
    metrics = {} if terminal.as_json else run.metrics()
    if metrics:
        terminal.say("", repr(metrics))
    if logs:
        lines = run.logs()
        terminal.records(lines)
        terminal.say("", *(f"{moment(line.at)} {line.level:7} {line.text}" for line in lines))


def _facts(run: Run) -> list[str]:
    record = run.record
    facts = {
        "run": record.id,
        "kind": record.kind,
        "name": record.name,
        "state": f"{record.state} {standing(record)}".rstrip(),
        "progress": progress_text(record.progress),
        "attempt": f"{record.attempt} of {record.max_attempts}",
        "tags": ", ".join(record.tags),
        "workers": ", ".join(record.workers),
        "created": moment(record.created_at),
        "started": moment(record.started_at),
        "ended": moment(record.ended_at),
        "params": json.dumps(record.params, ensure_ascii=False),
        "resolved": json.dumps(record.resolved, ensure_ascii=False) if record.resolved else "",
        "notices": "; ".join(_notes(run)),
        "result": "" if record.result is None else json.dumps(record.result, ensure_ascii=False),
        "traceback": (record.error.details.get("traceback") or "") if record.error else "",
    }
    return [f"{name:10} {text}" for name, text in facts.items() if text]


def _notes(run: Run) -> list[str]:
    """Return the sentences that whoever reads a run must know."""
    left_out = run.record.notices_left_out
    more = [f"and {left_out} more: labpool show --logs"] if left_out else []
    return [*(notice.message for notice in run.notices), *more]


@command
def cancel(terminal: Terminal, run_ids: RunIds) -> None:
    """Ask runs to stop; each saves what it can and ends."""
    _each(terminal, [terminal.pool.get(run_id).cancel() for run_id in run_ids])


@command
def resume(
    terminal: Terminal,
    run_ids: RunIds,
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Follow them.")] = False,
) -> None:
    """Let stopped runs go on from where they last saved."""
    found = [terminal.pool.get(run_id).resume() for run_id in run_ids]
    if follow:
        follow_all(terminal, found)
    else:
        _each(terminal, found)


@command
def follow(
    terminal: Terminal,
    run_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[RUN]...", help="Ids; all active runs if none.")
    ] = None,
    *,
    from_start: Annotated[bool, typer.Option("--from-start", help="Show the past too.")] = False,
) -> None:
    """Follow runs to their end; Ctrl-C stops following, not the runs."""
    found = [terminal.pool.get(run_id) for run_id in run_ids or []]
    if not run_ids:
        found = [run for run in terminal.pool.runs(limit=100) if not run.record.state.ended]
    if not found:
        raise InvalidRequest("No run is active; name one to follow.")
    follow_all(terminal, found, from_start=from_start)


@command
def delete(
    terminal: Terminal,
    run_ids: RunIds,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")] = False,
) -> None:
    """Delete runs that have ended, with their events, files and checkpoints; there is no way back.

    None is deleted where one of them is unknown or has not ended.
    """
    found = [terminal.pool.get(run_id) for run_id in dict.fromkeys(run_ids)]
    active = [run.id for run in found if not run.record.state.ended]
    if active:
        raise Conflict(
            f"{', '.join(active)}: only a run that has ended can be deleted; nothing was deleted. "
            f"Cancel first: labpool cancel {' '.join(active)}",
            run_ids=active,
        )
    if not yes:
        _be_sure(terminal, found)
    for run in found:
        removed = run.delete()
        terminal.say(f"{run.id} deleted, {size(removed.freed_bytes)} freed")
        terminal.records([removed])


def _be_sure(terminal: Terminal, found: list[Run]) -> None:
    """Ask whether to delete; only yes in so many words goes on."""
    if not asking.can_ask():
        raise InvalidRequest("Nobody is here to be asked; give --yes to delete.")
    if not terminal.as_json:
        _each(terminal, found)
    asked = "Delete it" if len(found) == 1 else f"Delete these {len(found)}"
    typer.confirm(f"{asked}, with events, files and checkpoints?", abort=True, err=True)


def _each(terminal: Terminal, found: list[Run]) -> None:
    terminal.records(run.record for run in found)
    terminal.listing(as_listing(found))


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for each in (runs, show, cancel, resume, follow, delete):
        app.command()(each)
