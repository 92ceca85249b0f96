"""Files on their way out: whole, or seen to be broken; and only those that may go."""

from __future__ import annotations

import threading
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
