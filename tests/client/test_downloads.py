"""Downloads from a notebook and from the terminal, against a real server and a Hub of ours."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import labpool
from labpool import DownloadNeeded, InvalidParams, ModelNotAllowed, NotFound, TokenNeeded
from labpool.client import Labpool
from labpool.client.cli import app
from labpool.wire.errors import TooManyRequests
from support.hub import LocalHub
from support.hub_world import TOKEN as HUB_TOKEN
from support.hub_world import HubWorld
from support.server import TOKEN, LabServer

pytestmark = pytest.mark.cluster

Call = Callable[..., Result]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubWorld]:
    with LocalHub() as hub:
        yield HubWorld(hub, tmp_path_factory.mktemp("catalog"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, world: HubWorld) -> Iterator[LabServer]:
    home = tmp_path_factory.mktemp("server")
    with LabServer(home, **world.options(home)) as server:
        yield server


@pytest.fixture
def pool(server: LabServer, world: HubWorld) -> Iterator[Labpool]:
    world.hub.faults.clear()
    with labpool.connect(server.url, TOKEN) as pool:
        yield pool


@pytest.fixture
def cli(server: LabServer, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("LABPOOL_URL", server.url)
    monkeypatch.setenv("LABPOOL_TOKEN", TOKEN)
    runner = CliRunner()
    return lambda *args, **kwargs: runner.invoke(app, args, **kwargs)


def test_the_catalog_says_how_each_entry_stands(pool: Labpool) -> None:
    status = {item.id: item.status for item in pool.catalog()}
    assert status["persian-legal"] == "ready"
    assert status["large"] == "absent"
    assert "large" in repr(pool.catalog())


def test_downloaded_used_saved_and_deleted(pool: Labpool, world: HubWorld, tmp_path: Path) -> None:
    result = pool.download("tiny").result()
    assert result["bytes_fetched"] == world.bytes_of("tiny")
    assert pool.download("tiny").result()["bytes_fetched"] == 0
    (asset,) = [asset for asset in pool.assets() if asset.source == "tiny"]
    assert pool.asset(asset.id) == asset
    folder = tmp_path / "saved"
    folder.mkdir()
    archive = pool.save_asset(asset.id, folder)
    assert zipfile.ZipFile(archive).testzip() is None
    assert list(folder.iterdir()) == [archive] == [folder / "sara--tiny.zip"]
    assert pool.asset_totals().ready >= 1
    removed = pool.delete_asset(asset.id)
    assert (removed.ids, removed.freed_bytes) == ([asset.id], world.bytes_of("tiny"))
    with pytest.raises(NotFound):
        pool.save_asset(asset.id, tmp_path)


def test_what_was_downloaded_is_verified_and_repaired(pool: Labpool, cli: Call) -> None:
    weights = Path(pool.download("tiny").result()["path"], "model.safetensors")
    right = weights.read_bytes()
    weights.write_bytes(bytes(len(right)))
    assert pool.verify("tiny").result()["repaired"] == ["model.safetensors"]
    assert weights.read_bytes() == right
    assert cli("verify", "tiny").exit_code == 0
    (asset,) = [asset for asset in pool.assets() if asset.source == "tiny"]
    pool.delete_asset(asset.id)


def test_who_asks_for_the_same_again_gets_the_run_that_goes_on(
    pool: Labpool, world: HubWorld
) -> None:
    world.hub.faults.add(match="cdn", method="GET", rate=50_000)
    first = pool.download("large")
    assert pool.download("large").id == first.id
    with pytest.raises(TooManyRequests, match="may have 1"):
        _ = pool.download("tiny")
    assert first.cancel().wait().state == "cancelled"


def test_what_is_not_listed_or_asks_who_you_are_is_refused(pool: Labpool) -> None:
    with pytest.raises(ModelNotAllowed, match="no entry 'gpt-9'"):
        _ = pool.download("gpt-9")
    with pytest.raises(TokenNeeded, match="save_token"):
        _ = pool.download("gated")
    with pytest.raises(InvalidParams):
        pool.save_token()
    with pytest.raises(InvalidParams):
        pool.save_token("short")


def test_training_downloads_first_when_told_to(pool: Labpool) -> None:
    size = {"hidden_size": 8, "heads": 1, "lstm_hidden": 4}
    with pytest.raises(DownloadNeeded) as raised:
        _ = pool.train(dataset="fruit", model_config=size)
    assert raised.value.details["ids"] == ["fruit"]
    run = pool.train(download=True, dataset="fruit", model_config=size)
    assert run.params["dataset"] == "fruit"
    assert run.cancel().wait().state == "cancelled"
    assert next(item for item in pool.catalog() if item.id == "fruit").status == "ready"


def test_the_twins_do_the_same(server: LabServer) -> None:
    async def both() -> list[str]:
        with labpool.connect(server.url, TOKEN) as pool:
            run = await pool.adownload("tiny")
            await run
            return [item.id for item in await pool.acatalog() if item.status == "ready"]

    assert "tiny" in asyncio.run(both())


def test_the_same_at_the_prompt(cli: Call, tmp_path: Path) -> None:
    assert "large" in cli("catalog").stdout
    done = cli("download", "tiny", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout.splitlines()[-1])["state"] == "succeeded"
    assert cli("download", "gpt-9").exit_code == 2
    listed = [json.loads(line) for line in cli("assets", "--json").stdout.splitlines()]
    (asset,) = [each for each in listed if each["source"] == "tiny"]
    assert "ready" in cli("assets").stdout
    saved = cli("assets", "save", asset["id"], str(tmp_path / "tiny.zip"))
    assert saved.stdout.strip() == str(tmp_path / "tiny.zip")
    assert "0 deleted" in cli("assets", "prune", "1").stdout
    assert "1 deleted" in cli("assets", "delete", asset["id"]).stdout
    assert cli("assets", "delete", asset["id"]).exit_code == 2
    assert cli("token").exit_code == 2
    assert cli("token", "--delete").exit_code == 2


def test_a_person_is_asked_for_the_token_once(server: LabServer, pool: Labpool) -> None:
    shown, code = typed(server, "download", "gated", answer=HUB_TOKEN)
    assert code == 0, shown
    assert "Token: " in shown
    assert HUB_TOKEN not in shown
    shown, code = typed(server, "download", "gated")
    assert code == 0
    assert "Token: " not in shown
    pool.delete_token()


TRAIN = """
import labpool
with labpool.connect() as pool:
    run = pool.train(dataset="fruit", model_config={"hidden_size": 8, "heads": 1})
    print("launched", run.params["dataset"])
    run.cancel()
"""


@pytest.mark.parametrize(("answer", "says"), [("n", "DownloadNeeded"), ("", "launched fruit")])
def test_a_person_is_asked_whether_to_download_first(
    server: LabServer, pool: Labpool, answer: str, says: str
) -> None:
    for asset in pool.assets(kind="dataset"):
        pool.delete_asset(asset.id)
    shown, code = asked(server, "-c", TRAIN, question=b"first? [Y/n] ", answer=answer)
    assert "fruit (2.9 kB) is not here yet" in shown
    assert says in shown
    assert code == (1 if answer else 0), shown


def typed(server: LabServer, *words: str, answer: str = "") -> tuple[str, int]:
    """Run the program in a terminal of its own, answering its question."""
    words = ("-m", "labpool.client.cli", *words)
    return asked(server, *words, question=b"Token: " if answer else b"", answer=answer)


def asked(server: LabServer, *words: str, question: bytes, answer: str) -> tuple[str, int]:
    """Run Python in a terminal of its own, and answer one question."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(LABPOOL_URL=server.url, LABPOOL_TOKEN=TOKEN, TERM="xterm")
        os.execv(sys.executable, [sys.executable, *words])
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 4096)
        except OSError:  # the program has ended
            break
        shown += piece
        if question and shown.endswith(question):
            os.write(terminal, answer.encode() + b"\n")
            question = b""
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    return shown.decode(), os.waitstatus_to_exitcode(status)
