from __future__ import annotations

import pytest

from labpool import InvalidRequest
from labpool.client.address import Address


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://localhost:8888", "http://localhost:8888/"),
        ("localhost:8888/", "http://localhost:8888/"),
        ("http://localhost:8888/lab?token=abc", "http://localhost:8888/"),
        ("https://hub.org/user/me/lab/tree/a.ipynb", "https://hub.org/user/me/"),
        (
            "https://hub.org/user/%D8%B9%D9%84%DB%8C/tree",
            "https://hub.org/user/%D8%B9%D9%84%DB%8C/",
        ),
        ("http://0.0.0.0:8888/", "http://127.0.0.1:8888/"),
        ("http://[::]:8888/", "http://[::1]:8888/"),
        ("http://[2001:db8::1]/x/", "http://[2001:db8::1]/x/"),
    ],
)
def test_an_address_is_read_as_people_copy_it(text: str, url: str) -> None:
    assert Address.of(text).url == url


@pytest.mark.parametrize("text", ["", "ftp://x/", "http://", "file:///tmp"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="no address"):
        Address.of(text)


def test_the_token_in_the_url_serves_unless_another_is_given() -> None:
    assert Address.of("http://a/?token=abc").token == "abc"
    assert Address.of("http://a/?token=abc", "other").token == "other"


def test_a_unix_socket_is_read_from_the_url() -> None:
    address = Address.of("http+unix://%2Frun%2Fj.sock/base/lab?token=x")
    assert (address.sock, address.url) == ("/run/j.sock", "http://localhost/base/")
    assert "/run/j.sock" in str(address)
    assert address.local


@pytest.mark.parametrize(
    ("value", "verify"),
    [("", True), ("1", True), ("no", False), ("0", False), ("/a.pem", "/a.pem")],
)
def test_the_environment_says_which_certificates_count(
    monkeypatch: pytest.MonkeyPatch, value: str, verify: object
) -> None:
    monkeypatch.setenv("LABPOOL_VERIFY", value)
    assert Address.of("https://a/").verify == verify
    assert Address.of("https://a/", verify=True).verify is True


def test_the_token_is_not_shown() -> None:
    assert "abc" not in repr(Address.of("http://a/?token=abc"))
