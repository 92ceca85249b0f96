"""Sites drawn by chance, with faults: each difference between what was served and got is told."""

from __future__ import annotations

import itertools
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from labpool.runtime.context import JobError
from labpool.runtime.warm import Warm
from labpool.wire.items import Item
from support.site import LocalSite, Made

from .conftest import QUICK, Scrape

HARMLESS = ("", "pieces", "once_500", "once_cut", "script_redirect")
HARMFUL = (
    *("500", "404", "stalls", "breaks", "pdf"),
    *("script_404", "broken_row", "conflict", "repeat"),
)
LIMITS = {
    **QUICK,
    "tries": 2,
    "navigation_s": 5,
    "response_s": 5,
    "item_s": 60,
    "failures": 1000,
    "rate_per_s": 1000,
}
_numbers = itertools.count()


@dataclass
class Drawn:
    """One target: pages of rows, each with what goes wrong on it.

    Attributes:
        sizes: Rows of each page.
        faults: What goes wrong on each.
        max_pages: As the recipe has it.
        served: Ids of the rows that were on a page that could be had.
    """

    sizes: list[int]
    faults: list[str]
    max_pages: int
    name: str = ""
    served: set[str] = field(default_factory=set)


@st.composite
def targets(draw: st.DrawFn) -> Drawn:
    sizes = draw(st.lists(st.integers(1, 30), min_size=1, max_size=4))
    fault = st.sampled_from(HARMLESS) | st.sampled_from(HARMLESS) | st.sampled_from(HARMFUL)
    return Drawn(sizes, [draw(fault) for _ in sizes], 0)


sites = st.tuples(st.lists(targets(), min_size=1, max_size=4), st.integers(1, 5))


def row(drawn: Drawn, page: int, n: int) -> str:
    return f"{drawn.name}-{page}-{n}"


def rows(ids: list[str], value: str = "v") -> str:
    return "".join(f'<p class="row" data-id="{each}"><b>{value}</b></p>\n' for each in ids)


def html(body: str) -> str:
    return f'<!doctype html><link rel="icon" href="data:,"><body>{body}</body>'


def lay_out(site: LocalSite, drawn: Drawn) -> None:
    """Put a target's pages on the site, and note all of their rows."""
    for page, (size, fault) in enumerate(zip(drawn.sizes, drawn.faults, strict=True)):
        ids = [row(drawn, page, n) for n in range(size)]
        drawn.served |= set(ids)
        after = f"{drawn.name}-{page + 1}" if page + 1 < len(drawn.sizes) else ""
        link = f'<a rel="next" href="{after}">next</a>' if after else ""
        body = rows(ids)
        if fault == "broken_row":
            body += '<p class="row"><b>no id</b></p>'
        elif fault == "conflict":
            body += rows(ids[:1], "other")
        elif fault == "repeat":  # the same once more is nothing else
            body += rows(ids[:1])
        whole = Made(html(body + link))
        site.made[f"{drawn.name}-{page}"] = spoiled(site, drawn, page, fault, whole)


def spoiled(site: LocalSite, drawn: Drawn, page: int, fault: str, whole: Made) -> Made:
    """Return what is answered in the place of a page."""
    cut = Made(whole.body, breaks=True)
    hop = f"<script>location.replace('{drawn.name}-{page}-hop')</script>"
    if fault == "script_redirect":
        site.made[f"{drawn.name}-{page}-hop"] = whole
    answers = {
        "pieces": Made(whole.body, pieces=5, pause_s=0.05),
        "once_500": Made("no", status=500, times=1, then=whole),
        "once_cut": Made(whole.body, breaks=True, times=1, then=whole),
        "script_redirect": Made(html(hop)),
        "500": Made("no", status=500),
        "404": Made("no", status=404),
        "stalls": Made(whole.body, stalls=True),
        "breaks": cut,
        "pdf": Made(b"%PDF-1.4\n%%EOF", kind="application/pdf"),
        "script_404": Made(html(hop)),
    }
    return answers.get(fault, whole)


def recipe(max_pages: int) -> dict[str, Any]:
    return {
        "name": "drawn",
        "page": {"url": "{url}", "quiet_s": 0.1},
        "fragments": {"css": ".row"},
        "fields": {"id": {"css": "[data-id]", "get": "@data-id"}, "text": "b"},
        "next": {"css": "a[rel=next]", "max_pages": max_pages},
        "limits": LIMITS,
        "robots": False,
    }


@pytest.fixture(scope="module")
def one_site() -> Iterator[LocalSite]:
    with LocalSite() as site:
        yield site


@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn_site=sites)
def test_each_difference_is_told(
    one_site: LocalSite, warm: Warm, drawn_site: tuple[list[Drawn], int]
) -> None:
    drawn, max_pages = drawn_site
    one_site.made.clear()
    for each in drawn:
        each.name, each.served = f"t{next(_numbers)}", set()
        lay_out(one_site, each)
    urls = {f"{one_site.url}/made/{each.name}-0": each for each in drawn}
    with tempfile.TemporaryDirectory(prefix="labpool-truth-") as folder:
        run = Path(folder, "run")
        run.mkdir()
        scrape = Scrape(one_site, run, Path(folder, "shared"), warm)
        try:
            result = scrape([*urls], recipe(max_pages))
        except JobError as error:  # nothing came of any of them
            result = error.details
        records: dict[str, str] = {record["id"]: record["text"] for record in scrape.records}
        items = scrape.items
    for url, each in urls.items():
        check(items[url], each, records, max_pages)
    told: dict[str, int] = {}
    for item in items.values():
        for code in {gap.code for gap in item.gaps}:
            told[code] = told.get(code, 0) + 1
    assert result["gaps"] == told
    assert result["records"] == len(records)


def check(item: Item, drawn: Drawn, records: dict[str, str], max_pages: int) -> None:
    """Compare one target with its item."""
    got = {id_ for id_ in records if id_.startswith(f"{drawn.name}-")}
    told = json.dumps([gap.model_dump() for gap in item.gaps])
    assert got <= drawn.served, "nothing is made up"
    assert all(records[id_] == "v" for id_ in got), "the first value is kept"
    whole = got == drawn.served
    said_otherwise = {"broken_row", "conflict"} & set(drawn.faults[:max_pages])
    if item.state == "ok":
        assert whole, (drawn, item)
        assert not said_otherwise
    else:
        assert item.state in {"partial", "failed"}
        assert item.reason
        assert item.message
    if item.state == "failed":
        assert got == set()
    if item.state == "partial":
        assert item.gaps
    harmless = {*HARMLESS, "repeat"}
    late = any(gap.code == "timeout" for gap in item.gaps)  # a slow machine, and told
    if harmless.issuperset(drawn.faults) and not late:
        cut = len(drawn.sizes) > max_pages
        assert item.state == ("partial" if cut else "ok"), (drawn, item)
        if cut:
            assert f"{drawn.name}-{max_pages}" in told, "the next address is named"
