"""Tunnels through the guard: TLS in them, ends of all kinds, and their limit."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from labpool.jobs.scrape.guard import Limits

from .conftest import Browser, Target, browser, guarded, says, target


async def tunnel(page: Browser, there: Target) -> None:
    page.write(f"CONNECT {there.place} HTTP/1.1")
    assert (await page.head())[0] == 200


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


async def test_tls_goes_through_untouched(pem: Path) -> None:
    inner = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    inner.load_cert_chain(pem)
    outer = ssl.create_default_context(cafile=str(pem))
    answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 300_000
    async with (
        target(says(answer), inner) as there,
        guarded(there.place) as guard,
        browser(guard) as page,
    ):
        await tunnel(page, there)
        await page.writer.start_tls(outer, server_hostname="127.0.0.1")
        page.writer.write(b"GET / HTTP/1.1\r\n\r\n")
        assert await page.reader.readexactly(len(answer)) == answer
        assert guard.tunnels == 1
        assert guard.bytes_down > len(answer)


async def test_each_side_may_end_first() -> None:
    async def after_the_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"got " + await reader.read())
        await writer.drain()

    async with (
        target(after_the_end) as there,
        guarded(there.place) as guard,
        browser(guard) as page,
    ):
        await tunnel(page, there)
        page.writer.write(b"HEAD\r\n\r\nall")
        page.writer.write_eof()
        assert await page.reader.read() == b"got all"
    async with (
        target(says(b"bye")) as there,
        guarded(there.place) as guard,
        browser(guard) as page,
    ):
        await tunnel(page, there)
        page.writer.write(b"HEAD\r\n\r\n")
        assert await page.reader.read() == b"bye"


async def test_a_tunnel_ends_when_its_client_has_gone_or_nothing_moves() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)  # deaf to the end of the other side; the test cancels it

    for limits, stays in ((Limits(linger_s=0.05), False), (Limits(idle_s=0.05), True)):
        async with target(silent) as there, guarded(there.place, limits=limits) as guard:
            async with browser(guard) as page:
                await tunnel(page, there)
                page.writer.write(b"HEAD\r\n\r\n")
                if stays:
                    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
                        await page.reader.readexactly(1)
            await asyncio.gather(*guard._open)


async def test_a_tunnel_that_brings_too_much_is_cut_and_noted() -> None:
    limits = Limits(response_bytes=100_000)
    async with (
        target(says(b"x" * 500_000)) as there,
        guarded(there.place, limits=limits) as guard,
        browser(guard) as page,
    ):
        await tunnel(page, there)
        page.writer.write(b"HEAD\r\n\r\n")
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await page.reader.readexactly(500_000)
        found = guard.refusal_for(f"https://{there.place}/")
        assert found
        assert found.code == "too_large"


async def test_a_slow_reader_holds_the_server_back() -> None:
    sent = 0

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        for _ in range(1000):
            writer.write(b"x" * 100_000)
            await writer.drain()
            sent += 100_000

    for plain in (True, False):
        sent = 0
        limits = Limits(idle_s=0.3, linger_s=0.1)
        async with (
            target(flood) as there,
            guarded(there.place, limits=limits) as guard,
            browser(guard) as page,
        ):
            if plain:
                page.write(f"GET http://{there.place}/ HTTP/1.1")
            else:
                await tunnel(page, there)
                page.writer.write(b"HEAD\r\n\r\n")
            await there.ended.wait()  # nobody reads, so nothing moves any more
            assert 0 < sent < 50_000_000
