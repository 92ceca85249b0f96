"""Which hosts are meant, however they are spelled, and which addresses are public.

What is not public follows the registries of special-purpose addresses of the IANA
(https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry). They
are written out here because the table in ``ipaddress`` differs between releases of Python.
"""

from __future__ import annotations

import re
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NOT_PUBLIC_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network; 0.0.0.0 reaches the machine itself
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; clouds keep services in it
        "127.0.0.0/8",
        "168.63.129.16/32",  # the platform service of Azure's machines, in public space
        "169.254.0.0/16",  # link-local, with the metadata services
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # relays to 6to4
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)

_PUBLIC_6 = IPv6Network("2000::/3")
"""All of IPv6 that is given out; whatever embeds an IPv4 address by ``::`` or 64:ff9b:: is not."""

_NOT_PUBLIC_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocols, with Teredo in 2001::/32
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address is in it
        "3fff::/20",
    )
)

_OPENED_BY_NAME = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
)
_NEVER_BY_NAME = (
    IPv4Network("100.100.100.200/32"),  # Alibaba's metadata
    IPv6Network("fd00:ec2::/32"),  # Amazon's metadata
    IPv6Network("fd20:ce::/32"),  # Google's metadata
)

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+", re.ASCII)
_ASCII_BREAKS = re.compile(r"[\x00-\x20\x7f%@/\\?#<>^|\"`{}]")


def normal_host(text: str) -> str:
    """Return a host in its one spelling: a name in ASCII, or an address.

    Numbers are read as browsers read them (https://url.spec.whatwg.org/#concept-ipv4-parser), so
    that 2130706433, 0x7f.1 and 127.1 all become 127.0.0.1.

    Args:
        text: A name or an address; one of version 6 may have brackets.

    Raises:
        ValueError: It is none.
    """
    if text.startswith("[") and text.endswith("]"):
        return str(_version_6(text[1:-1]))
    if ":" in text:
        return str(_version_6(text))
    if _ASCII_BREAKS.search(text):
        raise ValueError("a host has no such characters")
    try:
        name = text.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise ValueError("no name of a host") from error
    name = name.removesuffix(".")
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("no name of a host")
    if _NUMBER.fullmatch(labels[-1]):
        return str(_version_4(labels))
    return name


def _version_6(text: str) -> IPv6Address:
    if "%" in text:
        raise ValueError("an address with a zone reaches this network only")
    return IPv6Address(text)


def _version_4(parts: list[str]) -> IPv4Address:
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        raise AddressValueError("no address")
    *high, low = (_number(part) for part in parts)
    if any(number > 255 for number in high) or low >= 256 ** (4 - len(high)):
        raise AddressValueError("no address")
    return IPv4Address(sum(number << (24 - 8 * i) for i, number in enumerate(high)) + low)


def _number(text: str) -> int:
    if text.startswith("0x"):
        return int(text[2:] or "0", 16)
    if len(text) > 1 and text.startswith("0"):
        return int(text, 8)
    return int(text)


def split_port(text: str) -> tuple[str, int | None]:
    """Return a host and the port after it; an address of version 6 has brackets before a port.

    Raises:
        ValueError: The port is none.
    """
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            raise ValueError("brackets hold an address, and only a port follows them")
        return host, _port(rest[1:]) if rest else None
    if text.count(":") != 1:
        return text, None
    host, _, port = text.partition(":")
    return host, _port(port)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) < 65536):
        raise ValueError("a port is a number from 1 to 65535")
    return int(text)


def address_in(host: str) -> Address | None:
    """Return the address that a normal host is, or None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_public(address: Address) -> bool:
    """Return whether an address belongs to the open Internet, and to nothing nearer."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    return address in _PUBLIC_6 and not any(address in network for network in _NOT_PUBLIC_6)


def opens_by_name(address: Address) -> bool:
    """Return whether a name that is allowed may lead to an address that is not public.

    It may be in a private network or on this machine. Metadata services, link-local, multicast
    and reserved addresses have to be allowed as what they are: whoever answers for a name could
    point it there.
    """
    return any(address in network for network in _OPENED_BY_NAME) and not any(
        address in network for network in _NEVER_BY_NAME
    )
