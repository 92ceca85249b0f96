"""The client against the real Jupyter server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from typer.testing import CliRunner

from labpool import Conflict, Forbidden, InvalidParams, NoExtension, NotFound, RunFailedError
from labpool.client.cli import app
from support.server import TOKEN, LabServer, until

from .conftest import Connect, WriteServer, running
from .forwarder import Forwarder
from .stand_in import StandIn

pytestmark = pytest.mark.cluster


def test_a_run_from_connect_to_result(
    real_server: LabServer, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(real_server.home / "runtime"))
    pool = connect()
    assert pool.url == real_server.url
    run = pool.submit("primes", name="شمارش", tags=["a"], below=20_000, slices=5)
    seen = list(run.follow())
    assert [event.seq for event in seen] == [event.seq for event in run.events()]
    assert seen[-1].type == "run_succeeded"
    assert run.result() == {"primes": 2262, "attempt": 1}
    assert run.metrics()["found"].steps == [1, 2, 3, 4, 5]
    assert [line.text for line in run.logs()] == ["begins at slice 0"]
    assert run in pool.runs(tag="a")
    assert pool.runs(search="شمار")[0].name == "شمارش"
    assert {"primes", "chatter"} <= {kind.name for kind in pool.kinds()}
    assert pool.monitoring().memory_bytes > 0
    run.delete()
    with pytest.raises(NotFound):
        _ = pool.get(run.id)


def test_runs_are_deleted_with_what_that_frees(
    real_server: LabServer, connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pool = connect(real_server.url, TOKEN)
    monkeypatch.setenv("LABPOOL_URL", real_server.url)
    monkeypatch.setenv("LABPOOL_TOKEN", TOKEN)
    monkeypatch.setattr("labpool.client.asking.can_ask", lambda: True)
    cli = CliRunner()
    first, second = (pool.submit("write", size=3 << 20) for _ in range(2))
    folders = [real_server.data_dir / "runs" / run.id for run in (first, second)]
    first.result()
    second.result()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(bytes(1 << 20))
    (folders[0] / "link").symlink_to(elsewhere)
    (folders[0] / "same").hardlink_to(folders[0] / "link")

    active = pool.submit("hang")
    real_server.wait(active.id, "running")
    refused = cli.invoke(app, ["delete", first.id, active.id, "--yes"])
    assert refused.exit_code == 2
    assert f"labpool cancel {active.id}" in refused.stderr
    with pytest.raises(Conflict, match="cancel it first"):
        active.delete()
    assert cli.invoke(app, ["delete", first.id], input="n\n").exit_code == 1
    assert all(folder.exists() for folder in folders)

    done = cli.invoke(app, ["delete", first.id], input="y\n")
    assert done.exit_code == 0, done.output
    assert f"{first.id} deleted, 3.1 MB freed" in done.stdout
    removed = second.delete()
    assert removed.id == second.id
    assert 3 << 20 <= removed.freed_bytes < 4 << 20
    assert not any(folder.exists() for folder in folders)
    assert elsewhere.exists()
    assert cli.invoke(app, ["delete", first.id, "--yes"]).exit_code == 2
    _ = active.cancel()
    real_server.wait(active.id)
    answer = cli.invoke(app, ["delete", active.id, "--yes", "--json"])
    assert json.loads(answer.stdout)["id"] == active.id


def test_refusals_come_back_as_what_they_are(real_server: LabServer, connect: Connect) -> None:
    pool = connect(real_server.url, TOKEN)
    with pytest.raises(InvalidParams) as raised:
        _ = pool.submit("primes", below="many", slices=0)
    fields = {field["field"] for field in raised.value.details["fields"]}
    assert fields == {"params.below", "params.slices"}
    with pytest.raises(NotFound):
        _ = pool.submit("dance")
    with pytest.raises(Forbidden, match="jupyter server list"):
        connect(real_server.url, "wrong")
    with pytest.raises(NoExtension, match="pip install"):
        connect(real_server.url.replace("/user/alice/", "/elsewhere/"), TOKEN)


async def test_awaiting_and_failing(real_server: LabServer, connect: Connect) -> None:
    pool = connect(real_server.url, TOKEN)
    run = await pool.asubmit("flaky", max_attempts=1, failures=9)
    with pytest.raises(RunFailedError) as raised:
        await run
    assert "Traceback" in raised.value.__notes__[0]
    events = [event.type async for event in run.afollow()]
    assert events[-1] == "run_failed"


def test_cancel_and_resume(real_server: LabServer, connect: Connect) -> None:
    pool = connect(real_server.url, TOKEN)
    run = pool.submit("primes", below=200_000, slices=2000)
    for event in run.follow():
        if event.type == "metrics_reported":
            break
    assert run.cancel().wait(30).record.state == "cancelled"
    assert run.resume().result(60)["primes"] == 17_984
    ends = [event.type for event in run.follow() if event.type.startswith("run_")]
    assert ends == ["run_queued", "run_cancelled", "run_requeued", "run_succeeded"]


def test_the_command_line(real_server: LabServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LABPOOL_URL", real_server.url)
    monkeypatch.setenv("LABPOOL_TOKEN", TOKEN)
    answer = CliRunner().invoke(app, ["submit", "primes", "slices=3", "--follow"])
    assert answer.exit_code == 0
    assert "100% (3/3 slice)" in answer.stdout
    answer = CliRunner().invoke(app, ["submit", "flaky", "failures=9", "--max-attempts", "1", "-f"])
    assert answer.exit_code == 1
    answer = CliRunner().invoke(app, ["pool", "--json"])
    assert json.loads(answer.stdout)["mode"] == "local"
    answer = CliRunner().invoke(app, ["pool", "--min", "2", "--max", "100"])
    assert "may have 100 workers, but this machine has" in answer.stdout
    (alert,) = [a for a in real_server.get("monitoring")["alerts"] if a["subject"] == "pool"]
    assert (alert["code"], alert["value"]) == ("more_workers_than_cores", 100)
    answer = CliRunner().invoke(app, ["pool", "--workers", "2"])
    assert "may have" not in answer.stdout


def test_files_of_the_command_line_are_those_of_the_caller(
    real_server: LabServer, connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LABPOOL_URL", real_server.url)
    monkeypatch.setenv("LABPOOL_TOKEN", TOKEN)
    monkeypatch.chdir(tmp_path)
    Path("my.csv").write_text("text,label\na,x\nb,y\nc,x\nd,y\n", encoding="utf-8")
    answer = CliRunner().invoke(app, ["submit", "train", "dataset=my.csv", "--max-attempts", "1"])
    assert answer.exit_code == 0, answer.stderr
    run = connect(real_server.url, TOKEN).get(answer.stdout.strip())
    _ = run.cancel().wait(30)
    assert run.params["dataset"] == str(tmp_path / "my.csv")
    answer = CliRunner().invoke(app, ["submit", "train", "dataset=my.csv", "dataset=gone.csv"])
    assert f"params.dataset.1: {tmp_path}/gone.csv: no such file" in answer.stderr
    assert f"there is no {tmp_path}/gone.csv on this machine, either" in answer.stderr


def test_a_kernel_finds_the_server_that_started_it(
    real_server: LabServer, monkeypatch: pytest.MonkeyPatch, write_server: WriteServer
) -> None:
    with running(StandIn()) as newer:
        written = write_server(newer.url, pid=os.getpid())
        decoy = real_server.home / "runtime" / written.name
        decoy.write_bytes(written.read_bytes())
        kernels = real_server.http.base_url.join("../../api/kernels")
        kernel = real_server.http.post(kernels, json={"name": "python3"}).json()["id"]
        monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(real_server.home / "runtime"))
        file = real_server.home / "runtime" / f"kernel-{kernel}.json"
        until(file.exists, 30, real_server)
        client = BlockingKernelClient(connection_file=str(file))
        client.load_connection_file()
        client.start_channels()
        note = real_server.home / "found"
        code = f"import labpool; open({str(note)!r}, 'w').write(labpool.connect().url)"
        try:
            client.execute(code, reply=True, timeout=90)
        finally:
            client.stop_channels()
            decoy.unlink()
            real_server.http.delete(f"{kernels}/{kernel}")
    assert note.read_text() == real_server.url


@pytest.mark.faults
def test_a_killed_server_is_waited_for_without_gap_or_repeat(
    mortal_server: LabServer, connect: Connect
) -> None:
    server = mortal_server
    forwarder = Forwarder(urlsplit(server.url).port or 0)
    pool = connect(f"http://127.0.0.1:{forwarder.port}/", TOKEN)
    run = pool.submit("primes", below=400_000, slices=4000)
    seen = []

    def strike() -> None:
        server.kill()
        forwarder.cut()
        server.start()
        forwarder.target = urlsplit(server.url).port or 0

    threads: list[threading.Thread] = []
    for event in run.follow():
        seen.append(event.seq)
        if event.type == "metrics_reported" and not threads:
            threads.append(threading.Thread(target=strike))
            threads[0].start()
    threads[0].join()
    assert seen == [event.seq for event in run.events()]
    assert run.result()["primes"] == 33_860
    assert run.attempt == 2
    forwarder.close()


@pytest.fixture
def plain_server(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Starts Jupyter servers with options of one's own; gives their runtime folders."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*options: str) -> Path:
        home = tmp_path / str(len(started))
        folders = LabServer(home)
        environment = folders.environment | {"LABPOOL_DATA_DIR": str(home / "labpool")}
        home.mkdir()
        common = ["--no-browser", "--allow-root"]
        extension = "--ServerApp.jpserver_extensions={'labpool_server': True}"
        with (home / "log").open("wb") as log:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "jupyter_server", *common, extension, *options],
                    env=environment,
                    cwd=home,
                    stdout=log,
                    stderr=log,
                )
            )
        runtime = home / "runtime"
        until(lambda: list(runtime.glob("jpserver-*.json")), 60)
        return runtime

    yield start
    for process in started:
        process.terminate()
        process.wait(60)


def test_a_server_without_a_login_takes_changes(
    plain_server: Callable[..., Path], connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = plain_server(
        "--ServerApp.port=0", "--IdentityProvider.token=", "--ServerApp.password="
    )
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(runtime))
    pool = connect()
    with pytest.raises(NotFound, match="dance"):
        _ = pool.submit("dance")


def test_a_server_on_a_unix_socket_is_found(
    plain_server: Callable[..., Path],
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    sock = tmp_path / "jupyter.sock"
    runtime = plain_server(f"--ServerApp.sock={sock}", "--IdentityProvider.token=t")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(runtime))
    pool = connect()
    assert pool.connection.address.sock == str(sock)
    assert pool.runs() == []
    stream = pool.events()
    threading.Timer(0.5, stream.stop).start()
    assert list(stream) == []
