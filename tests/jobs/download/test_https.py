"""Encrypted connections, and a proxy in between."""

from __future__ import annotations

import ipaddress
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from labpool.runtime.context import Cancelled, JobError
from support.hub import HubRepo, LocalHub

from .conftest import BIG, REPO, SIZE, Desk, entry_for, noise, small_files

CUT = 1_000_000


def certificate(folder: Path) -> Path:
    """Write a certificate for this machine, and its key, into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    hosts = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "certificate.pem"
    pem = serialization.Encoding.PEM
    path.write_bytes(
        made.public_bytes(pem)
        + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    return certificate(tmp_path)


@pytest.fixture
def secure(pem: Path) -> Iterator[LocalHub]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with LocalHub(tls=context) as hub:
        hub.add(REPO, small_files())
        yield hub


@pytest.fixture
def encrypted(secure: LocalHub, pem: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    repo = secure.find("model", REPO)
    assert repo is not None
    return Desk(secure, entry_for(repo), tmp_path)


def test_encrypted(encrypted: Desk) -> None:
    assert Path(encrypted.run()["path"], BIG).read_bytes() == noise(SIZE)


def test_resumes(encrypted: Desk, secure: LocalHub) -> None:
    secure.faults.add(match="/cdn/", cut_after=CUT, times=1)
    assert Path(encrypted.run()["path"], BIG).read_bytes() == noise(SIZE)
    assert secure.log.ranges("/cdn/") == [None, f"bytes={CUT}-"]


def test_cancelled_in_a_stall(encrypted: Desk, secure: LocalHub) -> None:
    secure.faults.add(match="/cdn/", stall_after=CUT)
    attempt = encrypted.start(read_s=60)
    secure.log.wait_for("/cdn/", CUT)
    began = time.monotonic()
    attempt.cancel()
    assert time.monotonic() - began < 1
    assert isinstance(attempt.error, Cancelled)


def test_certificate_of_nobody(
    encrypted: Desk, monkeypatch: pytest.MonkeyPatch, secure: LocalHub
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(JobError, match="CERTIFICATE_VERIFY_FAILED") as caught:
        encrypted.run()
    assert caught.value.code == "hub_offline"
    assert secure.log.all() == []


def test_proxy(hub: LocalHub, repo: HubRepo, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Hub's name is one that only the proxy knows; the CDN is reached without it."""
    monkeypatch.setenv("http_proxy", hub.url.replace("//", "//user:pass@"))
    monkeypatch.setenv("no_proxy", "localhost")
    ctx = desk.context()
    ctx.settings = {"hub_endpoint": "http://hub.invalid", "hub_cache": str(desk.root)}
    from labpool.jobs.download import Params
    from labpool.jobs.download.work import download

    download(Params(id="tiny"), ctx, desk.limits)
    assert {r.host for r in hub.log.all()} == {"hub.invalid", f"localhost:{hub.port}"}


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "https://127.0.0.1:1"])
def test_proxy_that_cannot_be_used(desk: Desk, monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("all_proxy", proxy)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(JobError, match="HTTPS_PROXY") as caught:
        desk.run()
    assert caught.value.code == "hub_offline"
