from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from labpool.client import Labpool
from labpool.client.cli import app
from labpool.client.cli.values import parse
from labpool.client.listings import workers
from labpool.wire.errors import InvalidRequest
from labpool.wire.events import (
    LogWritten,
    MetricsReported,
    ParamsResolved,
    RunCancelled,
    RunFailed,
    RunSucceeded,
)
from labpool.wire.runs import RunError
from labpool.wire.workers import Gpu, Worker

from .conftest import Job
from .stand_in import StandIn

Call = Callable[..., Result]


@pytest.fixture
def cli(server: StandIn, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("LABPOOL_URL", server.url)
    monkeypatch.setenv("LABPOOL_TOKEN", server.token)
    runner = CliRunner()
    return lambda *args, **kwargs: runner.invoke(app, args, **kwargs)


def play(server: StandIn, how: Callable[[Job], object]) -> None:
    """Play the worker of the next run as soon as it is there."""

    def work() -> None:
        with server.changed:
            server.changed.wait_for(lambda: any(not r.attempt for r in server.runs.values()), 10)
            run = next(r for r in server.runs.values() if not r.attempt)
        job = Job.__new__(Job)
        job.server, job.run_id, job.attempt, job.n = server, run.id, 0, 0
        how(job.start())

    threading.Thread(target=work, daemon=True).start()


def fail(job: Job) -> None:
    job.say(RunFailed, error=RunError(code="job_error", message="It broke.\nBadly."))


def test_no_server_is_exit_4_and_one_line(cli: Call, server: StandIn) -> None:
    server.stop()
    answer = cli("runs")
    assert answer.exit_code == 4
    assert answer.stdout == ""
    assert len(answer.stderr.splitlines()) == 1
    assert answer.stderr.startswith("labpool: server_unavailable: ")


def test_no_server_at_all_is_exit_4(cli: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LABPOOL_URL")
    answer = cli("pool")
    assert answer.exit_code == 4
    assert "labpool: no_server: " in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_a_wrong_token_is_exit_2(cli: Call) -> None:
    answer = cli("--token", "wrong", "kinds")
    assert answer.exit_code == 2
    assert "labpool: forbidden: " in answer.stderr


@pytest.mark.parametrize("place", ["before", "behind"])
def test_the_options_of_the_server_stand_on_both_sides(
    cli: Call, server: StandIn, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.delenv("LABPOOL_URL")
    options = ["--url", server.url, "--token", server.token, "--json"]
    for words in (["kinds"], ["pool"], ["pool", "restart", "w1"]):
        answer = cli(*options, *words) if place == "before" else cli(*words, *options)
        assert answer.exit_code == 0
        assert all(json.loads(line) for line in answer.stdout.splitlines())


def test_wrong_fields_have_a_line_each(cli: Call) -> None:
    answer = cli("submit", "train", "epochs=many")
    assert answer.exit_code == 2
    assert answer.stderr.splitlines() == [
        "labpool: invalid_params: these values cannot work",
        "  params.epochs: Input should be an integer",
        "  params.lr: Field required",
    ]
    as_json = cli("submit", "train", "epochs=many", "--json")
    assert json.loads(as_json.stderr)["details"]["fields"][1]["field"] == "params.lr"


@pytest.mark.parametrize(
    "words",
    [
        ["submit", "train", "epochs"],
        ["submit", "train", "=3"],
        ["submit", "train", "a=1", "a.b=2"],
        ["submit", "train", "--params", "/nowhere.json"],
        ["submit", "dance"],
        ["show", "nothing"],
        ["cancel"],
        ["follow"],
        ["runs", "--state", "sleeping"],
        ["pool", "--min", "1"],
        ["pool", "--workers", "1", "--max", "2"],
        ["pool", "--workers", "-1"],
        ["pool", "restart", "w9"],
        ["nonsense"],
    ],
)
def test_wrong_usage_and_refusals_are_exit_2(cli: Call, words: list[str]) -> None:
    answer = cli(*words)
    assert answer.exit_code == 2
    assert answer.stderr
    assert "Traceback" not in answer.stderr


def test_values_are_json_where_they_are_json() -> None:
    pairs = ["n=3", "f=1e-4", "t=true", "l=[1, 2]", "s=persian-legal", 'q="3"', "e=", "nan=NaN"]
    assert parse([*pairs, "u=a=b", "قانون.ماده=۵", "a.b.c=1", "a.b.d=x"]) == {
        "n": 3,
        "f": 1e-4,
        "t": True,
        "l": [1, 2],
        "s": "persian-legal",
        "q": "3",
        "e": "",
        "nan": "NaN",
        "u": "a=b",
        "قانون": {"ماده": "۵"},
        "a": {"b": {"c": 1, "d": "x"}},
    }


@pytest.mark.parametrize("text", ["[1]", "{", "3"])
def test_a_file_of_parameters_holds_an_object(tmp_path: Path, text: str) -> None:
    path = tmp_path / "p.json"
    path.write_text(text)
    with pytest.raises(InvalidRequest, match="--params"):
        parse([], str(path))


def test_parameters_come_from_a_file_the_input_and_the_line(
    cli: Call, server: StandIn, tmp_path: Path
) -> None:
    path = tmp_path / "p.json"
    path.write_text('{"size": {"hidden": 8, "layers": 1}, "dataset": "الف"}')
    cli("submit", "train", "size.hidden=16", "--params", str(path), "--name", "نام", "--tag", "x")
    answer = cli("submit", "train", "--params", "-", "--json", input='{"dataset": "b"}')
    assert json.loads(answer.stdout)["params"] == {"dataset": "b"}
    first = server.runs["run1"]
    assert first.params == {"size": {"hidden": 16, "layers": 1}, "dataset": "الف"}
    assert (first.name, first.tags) == ("نام", ["x"])


def test_submit_prints_the_id_and_passes_the_options_on(cli: Call, server: StandIn) -> None:
    options = ["--priority", "-5", "--max-attempts", "1", "--timeout", "60"]
    answer = cli("submit", "train", *options, "--tag", "a", "--tag", "b")
    run = server.runs[answer.stdout.strip()]
    assert (run.priority, run.max_attempts, run.timeout_s, run.tags) == (-5, 1, 60, ["a", "b"])


@pytest.mark.parametrize(
    ("how", "code", "end"),
    [
        (lambda job: job.say(RunSucceeded, result=1), 0, "succeeded"),
        (fail, 1, "failed job_error: It broke. Badly."),
        (lambda job: job.say(RunCancelled), 3, "cancelled"),
    ],
)
def test_following_ends_with_the_exit_code_of_the_run(
    cli: Call, server: StandIn, how: Callable[[Job], object], code: int, end: str
) -> None:
    def life(job: Job) -> None:
        job.progress(3)
        job.say(MetricsReported, step=3, values={"loss": 0.5})
        job.say(LogWritten, level="warning", text="two\nlines [red]")
        job.say(ParamsResolved, values={"epochs": 20, "max_length": 64})
        how(job)

    play(server, life)
    answer = cli("submit", "train", "--follow")
    assert answer.exit_code == code
    assert end in answer.stdout.splitlines()[-1]
    assert "30% (3/10 step)" in answer.stdout
    assert "step 3: loss 0.5" in answer.stdout
    assert "warning: two lines [red]" in answer.stdout
    assert "chosen: epochs 20, max_length 64" in answer.stdout


def test_following_several_runs_tells_of_the_worst(
    cli: Call, server: StandIn, pool: Labpool
) -> None:
    good, bad = pool.train(), pool.train()
    Job(server, good).start().say(RunSucceeded)
    fail(Job(server, bad).start())
    answer = cli("follow", good.id, bad.id)
    assert answer.exit_code == 1
    assert f"{good.id} succeeded" in answer.stdout
    assert f"{bad.id} failed" in answer.stdout


def test_following_as_json_prints_events_and_the_run(cli: Call, server: StandIn) -> None:
    play(server, lambda job: job.say(RunSucceeded, result="نتیجه"))
    answer = cli("submit", "train", "--follow", "--json")
    lines = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [line.get("type") for line in lines[1:-1]] == [e.type for e in server.events]
    assert lines[-1]["result"] == "نتیجه"


def test_runs_show_cancel_and_resume(cli: Call, server: StandIn, pool: Labpool) -> None:
    run = pool.train(name="<قانون> [b]", epochs=3)
    assert "<قانون> [b]" in cli("runs").stdout
    assert json.loads(cli("runs", "--json").stdout)["id"] == run.id
    assert cli("runs", "--state", "failed").stdout == "No runs.\n"
    job = Job(server, run).start()
    job.say(LogWritten, text="[bold]a line")
    job.say(ParamsResolved, values={"max_length": 64})
    assert run.resolved == {"max_length": 64}
    shown = cli("show", run.id, "--logs").stdout
    for text in ("<قانون> [b]", '{"epochs": 3}', "[bold]a line", "1 of 3", '{"max_length": 64}'):
        assert text in shown
    assert "is asked to stop" in cli("cancel", run.id).stdout
    assert cli("resume", run.id).exit_code == 2
    server.emit(RunCancelled(run_id=run.id, attempt=1))
    assert "queued" in cli("resume", run.id).stdout


def test_delete_takes_several_and_asks_first(
    cli: Call, server: StandIn, pool: Labpool, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, active = (pool.train() for _ in range(3))
    for run in (first, second):
        server.emit(RunCancelled(run_id=run.id, attempt=1))
    refused = cli("delete", first.id, active.id, "--yes")
    assert refused.exit_code == 2
    assert f"labpool cancel {active.id}" in refused.stderr
    assert "nothing was deleted" in refused.stderr
    assert cli("delete", "no-such-run", first.id, "--yes").exit_code == 2
    nobody = cli("delete", first.id)
    assert nobody.exit_code == 2
    assert "give --yes" in nobody.stderr
    monkeypatch.setattr("labpool.client.asking.can_ask", lambda: True)
    for said in ("\n", "n\n"):
        assert cli("delete", first.id, input=said).exit_code == 1
    assert {run.id for run in pool.runs()} == {first.id, second.id, active.id}
    asked = cli("delete", first.id, second.id, first.id, input="y\n")
    assert asked.exit_code == 0, asked.output
    assert f"{first.id} deleted, 3.1 MB freed\n{second.id} deleted, " in asked.stdout
    assert {run.id for run in pool.runs()} == {active.id}


def test_the_version_is_told() -> None:
    answer = CliRunner().invoke(app, ["--version"])
    assert answer.stdout == f"labpool {version('labpool')}\n"


def test_a_recipe_that_was_misspelt(cli: Call) -> None:
    said = cli("recipe", "show", "ticket-revision").stderr
    assert "Did you mean `ticket-revisions`?" in said


def test_the_pool_is_shown_and_scaled(cli: Call) -> None:
    assert "ready, local, 1 to 4 workers" in cli("pool").stdout
    assert len(json.loads(cli("pool", "--workers", "3", "--json").stdout)["workers"]) == 3
    assert cli("pool", "--min", "2", "--max", "4").exit_code == 0
    assert cli("pool", "restart", "w1").exit_code == 0


def test_gpus_of_the_workers_are_listed_where_there_are_any() -> None:
    gpu = Gpu(uuid="GPU-1", name="NVIDIA T1", memory_bytes=8 << 30, memory_used_bytes=2 << 30)
    idle = Worker(id="w0", address="tcp://a", state="idle", gpus=[gpu, gpu])
    busy = Worker(
        id="w1", address="tcp://b", state="busy", gpus=[gpu.model_copy(update={"held": True})]
    )
    bare = Worker(id="w2", address="tcp://c", state="idle")
    found = workers([idle, busy, bare])
    column = found.headings().index("gpu")
    assert [row[column] for row in found.rows()] == [
        "2 NVIDIA T1",
        "NVIDIA T1, 2.1 GB of 8.6 GB",
        "",
    ]
    assert "gpu" not in workers([bare]).headings()


def test_kinds_and_their_parameters(cli: Call) -> None:
    assert "no: needs playwright" in cli("kinds").stdout
    assert "Train <b>" in cli("kinds", "train").stdout
    assert cli("kinds", "dance").exit_code == 2


def start(
    server: StandIn, *words: str, terminal: bool = False
) -> tuple[subprocess.Popen[bytes], int]:
    """Start the program as a person does; return it and where to read what it shows."""
    reader, writer = pty.openpty() if terminal else os.pipe()
    program = subprocess.Popen(
        [sys.executable, "-m", "labpool.client.cli", *words],
        stdout=writer,
        stderr=subprocess.STDOUT,
        env=os.environ
        | {"LABPOOL_URL": server.url, "LABPOOL_TOKEN": server.token, "COLUMNS": "120"}
        | ({"TERM": "xterm"} if terminal else {}),
    )
    os.close(writer)
    return program, reader


def followed(server: StandIn) -> None:
    """Wait until somebody follows a run."""
    end = time.monotonic() + 60
    while not server.count("GET", "/events") and time.monotonic() < end:
        time.sleep(0.05)


def read_until(reader: int, words: str) -> str:
    """Return what a program shows until these words are there, or until it ends."""
    found = b""
    while words.encode() not in found and (piece := read(reader)):
        found += piece
    return found.decode(errors="replace")


def read_all(reader: int) -> str:
    found = b"".join(iter(lambda: read(reader), b""))
    os.close(reader)
    return found.decode()


def read(reader: int) -> bytes:
    try:
        return os.read(reader, 65536)
    except OSError:  # the other end of a terminal is closed
        return b""


@pytest.mark.parametrize("terminal", [True, False])
def test_ctrl_c_stops_following_and_not_the_run(
    server: StandIn, pool: Labpool, *, terminal: bool
) -> None:
    run = pool.train(name="[bold]x")
    Job(server, run).start().progress(4)
    program, reader = start(server, "follow", run.id, "--from-start", terminal=terminal)
    shown = read_until(reader, "40% (4/10 step)")
    program.send_signal(signal.SIGINT)
    shown += read_all(reader)
    assert program.wait(10) == 130
    assert "40% (4/10 step)" in shown
    assert f"labpool follow {run.id}" in shown
    assert "Traceback" not in shown
    assert not server.runs[run.id].cancel_requested


def test_on_a_terminal_a_bar_shows_the_time_left(server: StandIn, pool: Labpool) -> None:
    run = pool.train(name="[bold]x")
    job = Job(server, run).start()

    def live() -> None:
        followed(server)
        for step in range(10):
            job.progress(step)
            time.sleep(0.2)
        fail(job)

    program, reader = start(server, "follow", run.id, terminal=True)
    threading.Thread(target=live, daemon=True).start()
    shown = read_all(reader)
    assert program.wait(10) == 1
    assert "━" in shown
    assert "0:00:0" in shown
    assert "[bold]x failed" in shown


def test_a_restart_of_the_server_is_told_on_stderr(server: StandIn, pool: Labpool) -> None:
    run = pool.train()
    job = Job(server, run).start()
    program, reader = start(server, "follow", run.id, "--from-start")
    followed(server)
    server.stop()
    shown = read_until(reader, "stream broke")
    server.start()
    job.say(RunSucceeded)
    shown += read_all(reader)
    assert program.wait(10) == 0
    assert "stream broke" in shown
    assert shown.splitlines()[-1].startswith(f"{run.id} succeeded")
