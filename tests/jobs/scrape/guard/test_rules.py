"""Names that change their mind, mixed answers, and what a list allows."""

from __future__ import annotations

import pytest

from labpool.jobs.scrape.guard import Refused, Rules

from .conftest import Names

PUBLIC = "93.184.215.14"


async def code_of(rules: Rules, host: str, port: int = 80) -> str:
    try:
        await rules.address_of(host, port)
    except Refused as refused:
        return refused.code
    return "open"


async def test_a_name_is_asked_for_once_and_cannot_change_its_mind(names: Names) -> None:
    names.answers["rebind.example"] = [[PUBLIC], ["127.0.0.1"]]
    rules = Rules(resolve=names)
    assert await rules.address_of("Rebind.example.", 80) == (PUBLIC, 80)
    assert names.asked == ["rebind.example"]
    assert await code_of(rules, "rebind.example") == "private_address"


@pytest.mark.parametrize(
    "inner", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fe80::1%eth0"]
)
async def test_one_inner_address_spoils_all(names: Names, inner: str) -> None:
    names.answers["mixed.example"] = [[PUBLIC, inner], [inner, PUBLIC]]
    rules = Rules(resolve=names)
    assert await code_of(rules, "mixed.example") == "private_address"
    assert await code_of(rules, "mixed.example") == "private_address"


async def test_addresses_need_no_name(names: Names) -> None:
    rules = Rules(resolve=names)
    for host in ("2130706433", "0x7f.1", "127.1", "::ffff:127.0.0.1", "[::1]", "169.254.169.254"):
        assert await code_of(rules, host) == "private_address"
    assert await rules.address_of("8.8.8.8", 53) == ("8.8.8.8", 53)
    assert names.asked == []


async def test_what_cannot_be_asked_for(names: Names) -> None:
    rules = Rules(resolve=names)
    names.answers["empty.example"] = [[]]
    assert await code_of(rules, "nowhere.example") == "no_such_host"
    assert await code_of(rules, "empty.example") == "no_such_host"
    assert await code_of(rules, "user:pass@a.example") == "bad_address"
    assert await code_of(rules, "a.example", 0) == "bad_address"


@pytest.mark.parametrize(
    ("entry", "opened", "closed"),
    [
        ("tracker.lan", [("tracker.lan", 80), ("TRACKER.lan.", 81)], [("x.tracker.lan", 80)]),
        ("tracker.lan:80", [("tracker.lan", 80)], [("tracker.lan", 81)]),
        ("*.lan", [("tracker.lan", 80), ("x.tracker.lan", 80)], [("10.0.0.1", 80)]),
        ("*.tracker.lan", [("x.tracker.lan", 9)], [("tracker.lan", 9)]),
        ("10.0.0.1", [("10.0.0.1", 80), ("tracker.lan", 1)], [("10.0.0.2", 80)]),
        ("10.0.0.0/8:80", [("10.9.9.9", 80)], [("10.9.9.9", 81), ("127.0.0.1", 80)]),
        ("[::1]:80", [("::1", 80), ("[0::1]", 80)], [("::1", 81), ("127.0.0.1", 80)]),
        ("fd00::/8", [("fd12::1", 80)], [("fe80::1", 80)]),
        ("169.254.169.254", [("169.254.169.254", 80), ("meta.lan", 80)], [("169.254.1.1", 80)]),
        ("meta.lan", [], [("meta.lan", 80)]),
        ("*.lan:80", [], [("meta.lan", 80), ("amazon.lan", 80)]),
    ],
)
async def test_what_a_list_allows(
    names: Names, entry: str, opened: list[tuple[str, int]], closed: list[tuple[str, int]]
) -> None:
    names.answers |= {name: [["10.0.0.1"]] for name in ("tracker.lan", "x.tracker.lan")}
    names.answers["meta.lan"] = [["169.254.169.254"]]
    names.answers["amazon.lan"] = [["fd00:ec2::254"]]
    rules = Rules([entry], names)
    assert [await code_of(rules, *target) for target in opened] == ["open"] * len(opened)
    assert {await code_of(rules, *target) for target in closed} == {"private_address"}


@pytest.mark.parametrize("entry", ["", "*", "*.", "a:b", "10.0.0.1/8", "[::1", "http://a", "a b"])
def test_a_list_that_cannot_be_read(entry: str) -> None:
    with pytest.raises(ValueError, match="cannot be allowed"):
        Rules([entry])


async def test_the_reason_says_what_to_do(names: Names) -> None:
    names.answers["tracker.lan"] = [["10.0.0.1"]]
    with pytest.raises(Refused, match=r'10\.0\.0\.1.*"tracker.lan:8080" added'):
        await Rules(resolve=names).address_of("tracker.lan", 8080)


async def test_the_real_resolver_knows_this_machine() -> None:
    assert await code_of(Rules(), "localhost") == "private_address"
    assert await code_of(Rules(["localhost:80"]), "localhost") == "open"
