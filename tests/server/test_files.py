"""Files on their way out: whole, or seen to be broken; and only those that may go."""

from __future__ import annotations

import io
import os
import threading
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from labpool_server.handlers import files
from labpool_server.outgoing import Outgoing
from labpool_server.safe_files import NotToSend
from labpool_server.service.archive import zipped
from labpool_server.service.exports import kept_file

BLOCK = b"x" * 200_000

Blocks = Callable[[], Iterator[bytes]]


class Handler(RequestHandler):
    """Sends what the test says."""

    def initialize(self, blocks: Blocks) -> None:
        self.blocks = blocks

    async def get(self) -> None:
        file = Outgoing(name="a.bin", content_type="application/x-a", blocks=self.blocks)
        await files.send(self, file)


@asynccontextmanager
async def serving(blocks: Blocks) -> AsyncIterator[str]:
    application = Application([("/", Handler, {"blocks": blocks})])
    server = HTTPServer(application)
    (socket,) = bind_sockets(0, "127.0.0.1")
    server.add_socket(socket)
    yield f"http://127.0.0.1:{socket.getsockname()[1]}/"
    server.stop()
    await server.close_all_connections()


async def test_a_file_is_sent_as_what_it_is() -> None:
    async with serving(lambda: iter([BLOCK, b"end"])) as url, httpx.AsyncClient() as client:
        answer = await client.get(url)
    assert answer.content == BLOCK + b"end"
    assert answer.headers["content-type"] == "application/x-a"
    assert answer.headers["content-disposition"] == 'attachment; filename="a.bin"'


async def test_what_fails_before_the_first_block_is_an_answer() -> None:
    def blocks() -> Iterator[bytes]:
        with Path("/nothing/is/here").open("rb") as file:
            yield file.read()

    async with serving(blocks) as url, httpx.AsyncClient() as client:
        answer = await client.get(url)
    assert (answer.status_code, "content-disposition" in answer.headers) == (500, False)


async def test_what_fails_in_the_middle_is_no_whole_file() -> None:
    closed = threading.Event()

    def blocks() -> Iterator[bytes]:
        try:
            yield BLOCK
            raise OSError("the disk is gone")
        finally:
            closed.set()

    async with serving(blocks) as url, httpx.AsyncClient() as client:
        with pytest.raises(httpx.TransportError):
            await client.get(url)
    assert closed.is_set()


async def test_who_goes_away_leaves_nothing_open() -> None:
    closed = threading.Event()

    def blocks() -> Iterator[bytes]:
        try:
            while True:
                yield BLOCK
        finally:
            closed.set()

    async with serving(blocks) as url:
        async with httpx.AsyncClient() as client, client.stream("GET", url) as answer:
            assert answer.status_code == 200
        async with httpx.AsyncClient() as client:
            while not closed.is_set():
                await client.get(f"{url}nothing")


def test_only_files_within_the_folder_go_out(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    (folder / "deep").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "linked").symlink_to(tmp_path)
    for path in ("link.txt", "linked/secret.txt", "../secret.txt", "deep", "none", "."):
        assert kept_file(folder, path) is None
    assert kept_file(folder, str(tmp_path / "secret.txt")) is None


@pytest.mark.parametrize(
    ("name", "content_type", "inline"),
    [
        ("page.png", "image/png", True),
        ("page.JPG", "image/jpeg", True),
        ("page.html", "text/html; charset=utf-8", False),
        ("page.svg", "application/octet-stream", False),
        ("answer.json", "application/json", False),
        ('odd"; x=y.txt', "text/plain; charset=utf-8", False),
    ],
)
def test_a_stored_page_runs_nothing(
    tmp_path: Path, name: str, content_type: str, *, inline: bool
) -> None:
    (tmp_path / name).write_bytes(b"<script>")
    found = kept_file(tmp_path, name)
    assert found is not None
    assert (found.content_type, found.inline) == (content_type, inline)
    assert '"' not in found.name
    assert found.headers["Content-Security-Policy"] == "sandbox"
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert b"".join(found.blocks()) == b"<script>"


def test_an_archive_has_only_what_lies_in_its_folder_and_says_what_it_lacks(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoint"
    (folder / "deep").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "deep" / "weights").write_text("weights")
    (folder / "inner").symlink_to("deep/weights")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "dangling").symlink_to("nothing")
    (folder / "linked").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    (folder / "zero").symlink_to("/dev/zero")
    (folder / "..\\evil").write_text("evil")
    Path(os.fsdecode(os.fsencode(folder) + b"/half\xe9")).write_text("half")
    os.utime(folder / "deep" / "weights", (0, 0))
    whole = b"".join(zipped(folder, "name"))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        got = {name: archive.read(name).decode() for name in archive.namelist()}
    said = got.pop("name/LEFT-OUT.txt")
    assert sorted(got.values()) == ["evil", "half", "weights", "weights"]
    assert {"name/deep/weights", "name/inner", "name/.._evil"} <= got.keys()
    for name in ("link.txt", "dangling", "linked", "pipe", "zero"):
        assert f"\n{name}: " in said
    assert "secret" not in "".join(got.values())


def test_a_snapshot_of_the_cache_is_whole(tmp_path: Path) -> None:
    snapshot = tmp_path / "models--org--tiny" / "snapshots" / "0123"
    snapshot.mkdir(parents=True)
    (tmp_path / "models--org--tiny" / "blob").write_text("bytes")
    (snapshot / "config.json").symlink_to("../../blob")
    whole = b"".join(zipped(snapshot, "tiny", snapshot.parent.parent))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.namelist() == ["tiny/config.json"]


def test_a_file_that_becomes_a_link_is_not_sent(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "page.txt").write_text("page")
    found = kept_file(folder, "page.txt")
    assert found is not None
    (folder / "page.txt").unlink()
    (folder / "page.txt").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(NotToSend):
        b"".join(found.blocks())
    os.mkfifo(folder / "pipe")
    assert kept_file(folder, "pipe") is None
