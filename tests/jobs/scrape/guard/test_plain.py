"""Plain requests through the guard, on real sockets; what goes wrong first."""

from __future__ import annotations

import asyncio
import os
import sys

import pytest

from labpool.jobs.scrape.guard import Limits

from .conftest import Names, browser, guarded, says, target

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.mark.parametrize("user", [None, os.getuid() + 1])
async def test_a_stranger_is_asked_for_the_password(user: int | None) -> None:
    async with (
        target(says(OK)) as there,
        guarded(there.place, owner=lambda *_: user) as guard,
        browser(guard) as page,
    ):
        assert guard.settings["password"] == guard.password
        for header in ((), ("Proxy-Authorization: Basic eDp5",)):
            page.write(f"GET http://{there.place}/ HTTP/1.1", *header, known=False)
            status, headers, _ = await page.answer()
            assert (status, headers["proxy-authenticate"][:5]) == (407, "Basic")
        page.write(f"CONNECT {there.place} HTTP/1.1", known=False)
        assert (await page.answer())[0] == 407
        assert there.asked == []
        assert (await page.get(f"http://{there.place}/"))[::2] == (200, b"ok")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells whose a connection is")
async def test_the_own_user_needs_no_password() -> None:
    async with target(says(OK)) as there, guarded(there.place) as guard, browser(guard) as page:
        assert guard.settings == {"server": guard.url}
        page.write(f"GET http://{there.place}/ HTTP/1.1", known=False)
        assert (await page.answer())[0] == 200


@pytest.mark.skipif(sys.platform != "linux" or os.getuid() != 0, reason="takes another user to try")
async def test_another_user_of_the_machine_is_a_stranger() -> None:
    program = (
        "import os, socket, sys\n"
        "'x'.encode('idna')  # is loaded while the files may still be read\n"
        "os.setuid(65534)\n"
        "with socket.create_connection(('127.0.0.1', int(sys.argv[1]))) as line:\n"
        "    line.sendall(b'GET http://127.0.0.1:1/ HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n')\n"
        "    print(line.recv(12).decode())\n"
    )
    async with guarded() as guard:
        port = guard.url.rpartition(":")[2]
        other = await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, port, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await other.communicate()
    assert said == b"HTTP/1.1 407\n"


async def test_a_private_target_is_refused_with_a_reason() -> None:
    async with target(says(OK)) as there, guarded() as guard, browser(guard) as page:
        for host in ("127.0.0.1", "2130706433", "localhost", "[::ffff:127.0.0.1]"):
            status, headers, text = await page.get(f"http://{host}:{there.port}/secret")
            assert (status, headers["x-labpool-refused"]) == (403, "private_address")
            assert b"nobody has allowed it" in text
        page.write(f"CONNECT 127.1:{there.port} HTTP/1.1")
        assert (await page.answer())[0] == 403
        assert there.asked == []
        found = guard.refusal_for(f"https://127.0.0.1:{there.port}/any")
        assert found
        assert (found.host, found.port, found.code) == ("127.0.0.1", there.port, "private_address")
        assert guard.refusal_for(f"http://127.0.0.1:{there.port + 1}/") is None
        assert len(guard.refusals) == 5


async def test_the_connection_goes_to_the_address_that_was_checked(names: Names) -> None:
    async with target(says(OK)) as there:
        names.answers["tracker.lan"] = [["127.0.0.1"], ["10.255.255.1"]]
        async with (
            guarded("tracker.lan", resolve=names) as guard,
            browser(guard) as page,
        ):
            assert (await page.get(f"http://tracker.lan:{there.port}/a?b"))[0] == 200
            assert names.asked == ["tracker.lan"]
            assert f"host: tracker.lan:{there.port}".encode() in there.asked[0]


async def test_targets_that_cannot_be_reached(names: Names) -> None:
    async with target(says(OK)) as gone:
        pass
    names.answers["both.lan"] = [["127.0.0.2", "127.0.0.1"]]
    async with guarded("127.0.0.1", "both.lan", resolve=names) as guard, browser(guard) as page:
        for host, code in (("127.0.0.1", "unreachable"), ("x.example", "no_such_host")):
            status, headers, _ = await page.get(f"http://{host}:{gone.port}/")
            assert (status, headers["x-labpool-refused"]) == (502, code)
        async with target(says(OK)) as there:
            assert (await page.get(f"http://both.lan:{there.port}/"))[0] == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", 400),
        (b"GET https://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n", 400),
        (b"GET http://user:pass@a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n", 400),
        (b"GET http://a.example:x/ HTTP/1.1\r\nHost: a.example\r\n\r\n", 400),
        (b"CONNECT a.example HTTP/1.1\r\nHost: a.example\r\n\r\n", 400),
        (b"hello\r\n\r\n", 400),
        (b"GET  http://a.example/ HTTP/1.1\r\nHost: a.example\r\n\r\n", 400),
        (b"GET http://a.example/ HTTP/2.0\r\n\r\n", 505),
        (b"GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nA : b\r\n\r\n", 400),
        (b"GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nA: b\r\n folded\r\n\r\n", 400),
        (b"GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nA: b\nC: d\r\n\r\n", 400),
        (b"POST http://a.b/ HTTP/1.1\r\nHost: a.b\r\nContent-Length: 1, 2\r\n\r\n", 400),
        (b"POST http://a.b/ HTTP/1.1\r\nHost: a.b\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST http://a.b/ HTTP/1.1\r\nHost: a.b\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (
            b"PUT http://a.b/ HTTP/1.1\r\nHost: a.b\r\nTransfer-Encoding: chunked\r\n"
            + b"Content-Length: 5\r\n\r\n",
            400,
        ),
        (
            b"GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nA: " + b"b" * 9000 + b"\r\n\r\n",
            431,
        ),
    ],
)
async def test_messages_that_are_none(sent: bytes, status: int, names: Names) -> None:
    limits = Limits(head_bytes=4000, linger_s=5)
    async with guarded(limits=limits, resolve=names) as guard, browser(guard) as page:
        head, _, body = sent.partition(b"\r\n\r\n")
        page.write(*head.decode().split("\r\n"), body=body)
        assert (await page.answer())[0] == status
        assert await page.reader.read() == b""
        assert names.asked == []


async def test_slow_headers_are_not_waited_for() -> None:
    limits = Limits(head_s=0.05, linger_s=5)
    async with guarded(limits=limits) as guard, browser(guard) as page:
        page.writer.write(b"GET http://a.example/ HTTP/1.1\r\nA: ")
        assert (await page.answer())[0] == 408


async def test_answers_that_are_none() -> None:
    for answer in (b"", b"nonsense\r\n\r\n", b"HTTP/1.1 101 Switching Protocols\r\n\r\n"):
        async with (
            target(says(answer)) as there,
            guarded(there.place) as guard,
            browser(guard) as page,
        ):
            status, headers, _ = await page.get(f"http://{there.place}/")
            assert (status, headers["x-labpool-refused"]) == (502, "bad_answer")


async def test_a_silent_server_is_left() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    limits = Limits(idle_s=0.1, linger_s=5)
    async with (
        target(silent) as there,
        guarded(there.place, limits=limits) as guard,
        browser(guard) as page,
    ):
        status, headers, _ = await page.get(f"http://{there.place}/")
        assert (status, headers["x-labpool-refused"]) == (504, "timeout")
        await there.ended.wait()


async def test_a_body_that_ends_early_breaks_the_connection() -> None:
    for head in (b"Content-Length: 9", b"Transfer-Encoding: chunked"):
        answer = b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n5\r\nabcd"
        async with (
            target(says(answer)) as there,
            guarded(there.place) as guard,
            browser(guard) as page,
        ):
            with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                await page.get(f"http://{there.place}/")


async def test_an_answer_that_is_too_large_is_cut_and_noted() -> None:
    limits = Limits(response_bytes=100_000, linger_s=5)
    chunk = b"%x\r\n%s\r\n" % (60_000, b"x" * 60_000)
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 3
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 300_000
    for answer in (chunked, endless):
        async with (
            target(says(answer)) as there,
            guarded(there.place, limits=limits) as guard,
            browser(guard) as page,
        ):
            with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                await page.get(f"http://{there.place}/")
            found = guard.refusal_for(f"http://{there.place}/x")
            assert found
            assert found.code == "too_large"
            assert guard.bytes_down < 300_000
    announced = b"HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n"
    async with (
        target(says(announced)) as there,
        guarded(there.place, limits=limits) as guard,
        browser(guard) as page,
    ):
        status, headers, _ = await page.get(f"http://{there.place}/")
        assert (status, headers["x-labpool-refused"]) == (502, "too_large")


async def test_a_client_that_goes_away_ends_the_request() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    limits = Limits(linger_s=0.05)
    async with target(silent) as there, guarded(there.place, limits=limits) as guard:
        async with browser(guard) as page:
            page.write(f"GET http://{there.place}/ HTTP/1.1")
            await there.came.wait()
        await asyncio.wait_for(there.ended.wait(), 10)


async def test_a_client_that_has_said_all_still_gets_its_answer() -> None:
    async with target(says(OK)) as there, guarded(there.place) as guard, browser(guard) as page:
        page.write(f"GET http://{there.place}/ HTTP/1.1")
        page.writer.write_eof()
        assert (await page.answer())[::2] == (200, b"ok")


async def test_one_connection_carries_many_requests() -> None:
    async with target(says(OK)) as there, guarded(there.place) as guard, browser(guard) as page:
        for n in range(3):
            header = ("Connection: keep-alive, X-Hop", "X-Hop: 1", "Upgrade: websocket", "X-End: 1")
            assert (await page.get(f"http://{there.place}/{n}?a=b", *header))[0] == 200
            head = there.asked[n].lower()
            assert head.startswith(b"get /%d?a=b http/1.1\r\n" % n)
            assert b"x-end: 1" in head
            for hop in (b"x-hop", b"upgrade", b"proxy-", b"wrong.example"):
                assert hop not in head
        assert guard.requests == 3
        page.write(f"GET http://{there.place} HTTP/1.1", "Connection: close")
        assert (await page.answer())[1]["connection"] == "close"
        assert await page.reader.read() == b""


async def test_bodies_of_all_kinds_come_through() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        body = await reader.readuntil(b"END")
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")
        writer.write(b"Transfer-Encoding: chunked\r\nContent-Type: x/y\r\n\r\n")
        for part in (body[:-3], b"|", b"end"):
            writer.write(b"%x;ext=1\r\n%s\r\n" % (len(part), part))
        writer.write(b"0\r\nTrailer: 1\r\n\r\n")
        await writer.drain()

    async with target(echo) as there, guarded(there.place) as guard, browser(guard) as page:
        post = f"POST http://{there.place}/ HTTP/1.1"
        big = b"x" * 200_000
        page.write(post, f"Content-Length: {len(big) + 3}", body=big + b"END")
        assert (await page.head())[0] == 100
        status, headers, got = await page.answer()
        assert (status, headers["content-type"], got) == (200, "x/y", big + b"|end")
    async with target(echo) as there, guarded(there.place) as guard, browser(guard) as page:
        body = b"5;ext=1\r\nabEND\r\n0\r\n\r\n"
        page.write(f"POST http://{there.place}/ HTTP/1.1", "Transfer-Encoding: chunked", body=body)
        assert (await page.head())[0] == 100
        assert (await page.answer())[2] == b"5\r\nab|end"
        assert guard.bytes_up == 5


async def test_answers_without_a_body() -> None:
    cases = {
        b"HTTP/1.1 204 No Content\r\n\r\n": (204, None),
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n": (304, "5"),
        b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n": (302, "0"),
    }
    for answer, (status, length) in cases.items():
        async with (
            target(says(answer)) as there,
            guarded(there.place) as guard,
            browser(guard) as page,
        ):
            page.write(f"GET http://{there.place}/ HTTP/1.1")
            got, headers = await page.head()
            assert (got, headers.get("content-length")) == (status, length)
            page.write(f"HEAD http://{there.place}/ HTTP/1.1")
            assert (await page.head())[0] == status


async def test_an_answer_that_ends_with_the_connection() -> None:
    answer = b"HTTP/1.0 200 OK\r\nSet-Cookie: a=b\r\n\r\nall of it"
    async with target(says(answer)) as there, guarded(there.place) as guard, browser(guard) as page:
        status, headers, got = await page.get(f"http://{there.place}/")
        assert (status, headers["set-cookie"], got) == (200, "a=b", b"all of it")
        page.write(f"GET http://{there.place}/ HTTP/1.0")
        assert (await page.head())[1]["connection"] == "close"
        assert await page.reader.read() == b"all of it"


async def test_closing_cuts_what_is_open() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with target(silent) as there, guarded(there.place) as guard, browser(guard) as page:
        page.write(f"GET http://{there.place}/ HTTP/1.1")
        await there.came.wait()
        await guard.close()
        assert guard.open_connections == 0
        await there.ended.wait()
        with pytest.raises(RuntimeError, match="start"):
            guard.url  # noqa: B018
