"""Hosts by name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labpool.jobs.scrape.polite import file_name, host_of


@pytest.mark.parametrize("url", ["", "example.org", "https:///x", "https://h:99999/", "http://[x/"])
def test_addresses_without_a_host(url: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        host_of(url)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Example.ORG/x", "example.org"),
        ("https://user:pw@example.org.:443/", "example.org"),
        ("http://example.org:443", "example.org:443"),
        ("http://bücher.example:8080/", "xn--bcher-kva.example:8080"),
        ("http://[::1]:80/", "[::1]"),
        ("http://[::1]:81/", "[::1]:81"),
    ],
)
def test_one_host_has_one_name(url: str, host: str) -> None:
    assert host_of(url) == host


def test_plain_hosts_are_plain_names() -> None:
    assert file_name("Example.org.") == file_name("example.org") == "example.org"
    assert file_name("مثال.ایران") == file_name("مثال.ایران".encode("idna").decode())


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_host_has_a_safe_name_of_its_own(one: str, two: str) -> None:
    names = [file_name(one), file_name(two)]
    for name in names:
        assert name.isascii()
        assert 0 < len(name) <= 100
        assert not name.startswith(".")
        assert not set("/\\:*?\0 ") & set(name)
    if names[0] == names[1]:
        assert file_name(one.lower()) == file_name(two.lower())


@pytest.mark.parametrize("host", ["..", ".", "a/b", "a" * 300, "a:1", "~", "a~b"])
def test_tricky_hosts(host: str) -> None:
    others = {"a", "a_b", "a_1", "example.org", "a" * 100}
    assert file_name(host) not in others
    assert "/" not in file_name(host)
