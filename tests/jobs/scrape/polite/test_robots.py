"""What robots.txt allows, and that one asks for all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labpool.jobs.scrape.polite import Robots, Unreachable
from labpool.jobs.scrape.polite.robots import LIMIT_BYTES

RULES = """
User-agent: *
Disallow: /private
Crawl-delay: 2

User-agent: labpool
Disallow: /private
Allow: /private/open
Crawl-delay: 3
Request-rate: 1/5
"""
URL = "https://example.org/private/x"


class Site:
    """A host whose answers a test sets; counts who asks, and has a clock."""

    def __init__(self) -> None:
        self.answer: tuple[int, str] | Exception = (200, RULES)
        self.asked: list[str] = []
        self.now = 1e9
        self.began = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def fetch(self, url: str) -> tuple[int, str]:
        self.asked.append(url)
        self.began.set()
        await self.gate.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
async def site() -> Site:
    return Site()


@pytest.fixture
def robots(site: Site, tmp_path: Path) -> Callable[..., Robots]:
    """Makes what each worker has."""

    def make(**options: Any) -> Robots:
        folder = tmp_path / "robots"
        return Robots(site.fetch, folder, "labpool", clock=lambda: site.now, **options)

    return make


New = Callable[..., Robots]


@pytest.mark.parametrize(
    "answer", [(500, ""), (503, RULES), (0, ""), OSError("refused"), Unreachable("nobody listens")]
)
async def test_no_answer_allows_nothing(site: Site, robots: New, answer: Any) -> None:
    site.answer = answer
    said = await robots().allowed("https://example.org/")
    assert (said.yes, said.why) == (False, "robots_unreachable")
    assert "retry" in said.message
    site.answer = (200, "")
    assert not (await robots().allowed("https://example.org/")).yes, "nobody asks again at once"
    site.now += 601
    assert (await robots().allowed("https://example.org/")).yes


async def test_a_host_that_says_nothing_for_ever(site: Site, robots: New) -> None:
    site.gate.clear()
    said = await robots(fetch_s=0.01).allowed(URL)
    assert said.why == "robots_unreachable"


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 410, 429])
async def test_no_rules_allow_all(site: Site, robots: New, status: int) -> None:
    site.answer = (status, "User-agent: *\nDisallow: /")
    assert (await robots().allowed(URL)).yes


async def test_rules(site: Site, robots: New) -> None:
    mine = robots()
    denied = await mine.allowed(URL)
    assert (denied.yes, denied.why, denied.crawl_delay) == (False, "robots_denied", 5)
    assert URL in denied.message
    assert (await mine.allowed("https://EXAMPLE.org:443/private/open")).yes
    assert (await mine.allowed("https://example.org/")).crawl_delay == 5
    assert (await mine.allowed("https://example.org/robots.txt")).yes
    assert site.asked == ["https://example.org/robots.txt"]
    await mine.allowed("http://example.org/")
    await mine.allowed("https://example.org:8443/")
    assert site.asked[1:] == [
        "http://example.org/robots.txt",
        "https://example.org:8443/robots.txt",
    ]


async def test_addresses_without_a_host(robots: New) -> None:
    with pytest.raises(ValueError, match="no host"):
        await robots().allowed("/private")


async def test_one_asks_for_all(site: Site, robots: New) -> None:
    site.gate.clear()
    asking = [asyncio.create_task(robots().allowed(URL)) for _ in range(5)]
    await site.began.wait()
    site.gate.set()
    assert [said.why for said in await asyncio.gather(*asking)] == ["robots_denied"] * 5
    assert len(site.asked) == 1


async def test_whoever_asks_may_be_cancelled(site: Site, robots: New) -> None:
    site.gate.clear()
    first = asyncio.create_task(robots().allowed(URL))
    await site.began.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    site.gate.set()
    assert (await robots().allowed(URL)).why == "robots_denied"


async def test_answers_get_old(site: Site, robots: New) -> None:
    mine = robots()
    await mine.allowed(URL)
    site.answer = (200, "")
    site.now += 24 * 3600 - 1
    assert not (await mine.allowed(URL)).yes
    site.now += 2
    assert (await mine.allowed(URL)).yes


async def test_a_clock_that_was_set_back(site: Site, robots: New) -> None:
    mine = robots()
    await mine.allowed(URL)
    site.answer = (200, "")
    site.now -= 1e6
    assert (await mine.allowed(URL)).yes


def kept(folder: Path) -> list[Path]:
    return list(folder.rglob("*.json"))


async def test_what_is_no_word_of_the_host_is_told_as_it_is_and_not_kept(
    site: Site, robots: New, tmp_path: Path
) -> None:
    site.answer = Unreachable("Nobody has allowed it.", "address_refused")
    said = await robots().allowed(URL)
    assert (said.yes, said.why, said.message) == (
        False, "address_refused", "Nobody has allowed it."
    )  # fmt: skip
    assert kept(tmp_path) == []
    site.answer = (200, "")
    assert (await robots().allowed(URL)).yes, "at once, without waiting for anything"


async def test_what_was_heard_instead_is_told(site: Site, robots: New) -> None:
    site.answer = (500, "")
    assert "status 500" in (await robots().allowed(URL)).message
    site.now += 601
    site.answer = Unreachable("Nobody listens at example.org.")
    assert "Nobody listens" in (await robots().allowed(URL)).message
    assert "Nobody listens" in (await robots().allowed(URL)).message, "by another worker, too"


async def test_old_rules_hold_while_the_host_is_away(site: Site, robots: New) -> None:
    await robots().allowed(URL)
    site.now += 25 * 3600
    site.answer = Unreachable("nobody listens")
    said = await robots().allowed(URL)
    assert said.why == "robots_denied"
    assert (await robots().allowed("https://example.org/")).yes


async def test_a_long_file_is_cut_at_a_line(site: Site, robots: New) -> None:
    rules = "\ufeffUser-agent: *\nDisallow: /private\n"
    filler = "# é\n" * ((LIMIT_BYTES - len(rules) - 20) // 5)
    site.answer = (200, f"{rules}{filler}Disallow: /{'x' * 100}\nDisallow: /late\n")
    mine = robots()
    assert not (await mine.allowed(URL)).yes
    assert (await mine.allowed("https://example.org/late")).yes
    assert (await mine.allowed("https://example.org/xx")).yes


@pytest.mark.parametrize("text", ["", "{", "[]", '{"at": 1, "until": "x", "text": ""}'])
async def test_a_damaged_copy_is_fetched_anew(
    site: Site, robots: New, tmp_path: Path, text: str
) -> None:
    await robots().allowed(URL)
    [copy] = (tmp_path / "robots").glob("*.json")
    copy.write_text(text)
    assert (await robots().allowed(URL)).why == "robots_denied"
    assert len(site.asked) == 2
