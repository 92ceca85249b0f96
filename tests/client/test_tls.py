from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from labpool import InvalidRequest, NoServer

from .conftest import Connect, running
from .stand_in import StandIn


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "labpool test")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[StandIn]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with running(StandIn(tls=context)) as stand_in:
        yield stand_in


def test_a_strange_certificate_is_refused_at_once_with_advice(
    secure: StandIn, connect: Connect
) -> None:
    began = time.monotonic()
    with pytest.raises(NoServer, match=r"not trusted.*LABPOOL_VERIFY"):
        connect(secure.url, "secret")
    assert time.monotonic() - began < 3


def test_a_certificate_can_be_trusted(
    secure: StandIn, certificate: Path, monkeypatch: pytest.MonkeyPatch, connect: Connect
) -> None:
    assert connect(secure.url, "secret", verify=str(certificate)).runs() == []
    assert connect(secure.url, "secret", verify=False).runs() == []
    monkeypatch.setenv("LABPOOL_VERIFY", str(certificate))
    assert connect(secure.url, "secret").runs() == []


def test_a_missing_file_of_certificates_is_named(
    secure: StandIn, tmp_path: Path, connect: Connect
) -> None:
    with pytest.raises(InvalidRequest, match=r"absent\.pem"):
        connect(secure.url, "secret", verify=str(tmp_path / "absent.pem"))


def test_an_encrypted_stream_stops_at_once_too(
    secure: StandIn, certificate: Path, connect: Connect
) -> None:
    pool = connect(secure.url, "secret", verify=str(certificate))
    stream = pool.submit("train").follow()
    assert next(stream).type == "run_queued"
    threading.Timer(0.2, stream.stop).start()
    began = time.monotonic()
    assert list(stream) == []
    assert time.monotonic() - began < 1
