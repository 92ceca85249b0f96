"""Hosts in all their spellings, and what is not the open Internet."""

from __future__ import annotations

import re
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labpool.jobs.scrape.guard.addresses import address_in, is_public, normal_host, split_port

INNER = [
    *("0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.255"),
    *("169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.168.1.1"),
    *("192.88.99.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "168.63.129.16"),
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1"),
    *("64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::1", "2001:db8::1", "100::1"),
    *("fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "3fff::1", "5f00::1"),
]


@pytest.mark.parametrize("text", INNER)
def test_what_is_not_public(text: str) -> None:
    assert not is_public(ip_address(text))


@pytest.mark.parametrize(
    "text", ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1"]
)
def test_what_is_public(text: str) -> None:
    assert is_public(ip_address(text))


@given(st.ip_addresses())
def test_nothing_is_public_that_python_calls_private(address: IPv4Address | IPv6Address) -> None:
    if address.is_loopback or address.is_link_local or address.is_multicast or address.is_reserved:
        assert not is_public(address)
    if address.is_private and address not in {ip_address("192.0.0.9"), ip_address("192.0.0.10")}:
        assert not is_public(address)


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_never_public_inside_one_of_ipv6(address: IPv4Address) -> None:
    for prefix in ("::", "::ffff:", "64:ff9b::"):
        assert not is_public(IPv6Address(f"{prefix}{address}"))
    assert not is_public(IPv6Address((0x2002 << 112) | (int(address) << 80)))


@given(st.ip_addresses(v=4), st.integers(1, 4), st.lists(st.sampled_from("doh"), min_size=4))
def test_all_spellings_of_an_address_are_one(
    address: IPv4Address, count: int, bases: list[str]
) -> None:
    value = int(address)
    numbers = [(value >> (24 - 8 * i)) & 255 for i in range(count - 1)]
    numbers.append(value & (256 ** (5 - count) - 1))
    spell = {"d": "{}", "o": "0{:o}", "h": "0x{:x}"}
    text = ".".join(
        spell[base].format(number) for base, number in zip(bases, numbers, strict=False)
    )
    assert normal_host(text) == normal_host(text + ".") == str(address)
    assert socket.inet_aton(text) == address.packed  # as a resolver would read it


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("2130706433", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("0177.0.0.01", "127.0.0.1"),
        ("０x7f.0.0.1", "127.0.0.1"),
        ("127。0。0。1", "127.0.0.1"),
        ("LOCALHOST.", "localhost"),
        ("Bücher.Example", "xn--bcher-kva.example"),
        ("مثال.ایران", "xn--mgbh0fb.xn--mgba3a4f16a"),
        ("[::FFFF:127.0.0.1]", "::ffff:7f00:1"),
        ("[0:0:0:0:0:0:0:1]", "::1"),
        ("my_host.example", "my_host.example"),
    ],
)
def test_odd_spellings(text: str, host: str) -> None:
    assert ip_address(normal_host(text)) == ip_address(host) if ":" in host else True
    assert ":" in host or normal_host(text) == host


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "..", "a..b", "user@host", "user:pass@127.0.0.1", "a b", "a\nb", "a%41", "a/b"),
        *("a\\b", "1.2.3.4.5", "256.1.1.1", "1.2.3.08", "4294967296", "a.1", "[::1", "[fe80::1%1]"),
        *("*", "a*b.example", "-a.example", "x" * 64, ".".join(["x" * 60] * 5), "::1::", "a\x00b"),
    ],
)
def test_what_is_no_host(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        normal_host(text)


@given(st.text())
def test_any_text_is_refused_or_becomes_a_host_that_stays(text: str) -> None:
    try:
        host = normal_host(text)
    except ValueError:
        return
    assert normal_host(host) == host
    assert host.isascii()
    assert (address_in(host) is None) == (re.search(r":|(^|\.)[0-9]+$", host) is None)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a", ("a", None)),
        ("a:80", ("a", 80)),
        ("[::1]:80", ("::1", 80)),
        ("[::1]", ("::1", None)),
        ("::1", ("::1", None)),
    ],
)
def test_the_port_is_taken_off(text: str, parts: tuple[str, int | None]) -> None:
    assert split_port(text) == parts


@pytest.mark.parametrize(
    "text", ["a:", "a:0", "a:65536", "a:x", "a:٨٠", "[::1", "[::1]x", "[a]:-1"]
)
def test_bad_ports(text: str) -> None:
    with pytest.raises(ValueError, match=r"port|bracket"):
        split_port(text)
