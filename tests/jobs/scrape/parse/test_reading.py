"""Numbers, dates and markup, read from what people write."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labpool.jobs.scrape.parse.convert import Missing, convert
from labpool.jobs.scrape.parse.markup import look, too_deep
from labpool.jobs.scrape.parse.numerals import integer, number
from labpool.jobs.scrape.parse.persian import FIRST, LAST, is_leap, month_days, to_gregorian
from labpool.jobs.scrape.recipe import FieldRule

PERSIAN = str.maketrans("0123456789,.", "۰۱۲۳۴۵۶۷۸۹٬٫")
ARABIC = str.maketrans("0123456789,.", "٠١٢٣٤٥٦٧٨٩٬٫")


def read(value: Any, **rule: Any) -> Any:
    return convert(value, FieldRule.model_validate({"json": "x", **rule}))


# ------------------------------------------------------------------------------ numbers


@given(st.integers(-(2**63) + 1, 2**63 - 1))
def test_whole_numbers_in_all_digits(value: int) -> None:
    for text in (str(value), f"{value:,}"):
        for digits in (text, text.translate(PERSIAN), text.translate(ARABIC)):
            assert integer(f"\u200f {digits}\u200e ") == value
            assert number(digits) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_in_all_digits(value: float) -> None:
    assert number(str(value).translate(PERSIAN)) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "1,23",
        "1,234٬567",
        "12,345,67",
        "1.2.3",
        "1e",
        "۱۲ تومان",
        "0x1",
        "1_000",
        "½",
        "²",
        "9" * 30,
        "1" * 5000,
        "1e999",
        "nan",
        "inf",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        number(text)


def test_a_whole_number_has_no_fraction() -> None:
    with pytest.raises(ValueError, match="whole"):
        integer("۳٫۵")
    assert read(3.0, type="integer") == 3
    assert read("−۱۲", type="integer") == -12


# ------------------------------------------------------------------------------ the rest


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (True, "integer"),
        (2.5, "integer"),
        (1 << 63, "integer"),
        (float("nan"), "number"),
        (float("inf"), None),
        ([1], "number"),
        ({}, "text"),
        ([], "text"),
        ("maybe", "boolean"),
        (2, "boolean"),
        (None, None),
        ("  ", "integer"),
        (True, "date"),
        (5, "date"),
        ({"a": {1, 2}}, None),
        (object(), None),
        ("\ud800", "text"),
        (b"x", "text"),
    ],
)
def test_what_does_not_fit_its_type_is_refused(value: Any, type_: str | None) -> None:
    with pytest.raises((ValueError, Missing)):
        read(value, type=type_)


def test_json_stays_as_it_is_unless_it_nests_too_deep() -> None:
    value = {"a": [1, None, True, "\u200c", {"b": 1.5}]}
    assert read(value) == value
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError, match="deeper"):
        read(deep)


def test_texts() -> None:
    assert read(" می\u200cشود\n") == "می\u200cشود"
    assert read(" a ", strip=False) == " a "
    assert read(12, type="text") == "12"
    assert read("بله", type="boolean") is True
    assert read("۰", type="boolean") is False
    assert read("no: ۱۲ / 3", pattern=r"(\d+) /", type="integer") == 12
    with pytest.raises(Missing):
        read("no", pattern=r"(\d+)")
    with pytest.raises(ValueError, match="too long"):
        read("1" * 6000, pattern=r"(\d+)")


# --------------------------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("text", "rule", "told"),
    [
        ("2025-11-12T10:20:30+03:30", {}, "2025-11-12T06:50:30Z"),
        ("2025-11-12T10:20:30.5Z", {}, "2025-11-12T10:20:30.500000Z"),
        ("2025-11-12", {"timezone": "Asia/Tehran"}, "2025-11-11T20:30:00Z"),
        ("۲۰۲۵-۱۱-۱۲ ۰۱:۰۲", {}, "2025-11-12T01:02:00Z"),
        ("12.11.2025", {"format": "%d.%m.%Y"}, "2025-11-12T00:00:00Z"),
        ("۱۴۰۴/۰۸/۲۱", {"calendar": "persian"}, "2025-11-12T00:00:00Z"),
        ("۱۴۰۴/۸/۲۱ - ", {"calendar": "persian"}, None),
        ("۱۴۰۴-۸-۲۱، ۹:۳۰", {"calendar": "persian"}, "2025-11-12T09:30:00Z"),
        (
            "ساعت ۰۹:۳۰ روز ۲۱-۰۸-۱۴۰۴",
            {"calendar": "persian", "format": "ساعت %H:%M روز %d-%m-%Y", "timezone": "Asia/Tehran"},
            "2025-11-12T06:00:00Z",
        ),
        ("1404/02/31", {"calendar": "persian"}, "2025-05-21T00:00:00Z"),
        ("1404/12/30", {"calendar": "persian"}, None),
        ("1404/08/21 25:00", {"calendar": "persian"}, None),
        ("21/08/04", {"calendar": "persian"}, None),
        (1762942830, {"format": "unix"}, "2025-11-12T10:20:30Z"),
        ("1762942830000", {"format": "unix_ms"}, "2025-11-12T10:20:30Z"),
        (1e300, {"format": "unix"}, None),
        (float("nan"), {"format": "unix"}, None),
        ("x", {"format": "unix"}, None),
        ("0001-01-01T00:00:00+10:00", {}, None),
        ("2025-02-30", {}, None),
        ("12/11/2025", {}, None),
        ("2" * 300, {}, None),
    ],
)
def test_dates_come_out_in_utc(text: Any, rule: dict[str, Any], told: str | None) -> None:
    if told is None:
        with pytest.raises(ValueError, match=r"date|day|hour|float"):
            read(text, type="date", **rule)
    else:
        assert read(text, type="date", **rule) == told


@pytest.mark.parametrize(
    ("persian", "gregorian"),
    [
        ((1357, 11, 22), date(1979, 2, 11)),
        ((1375, 12, 30), date(1997, 3, 20)),
        ((1395, 1, 23), date(2016, 4, 11)),
        ((1399, 12, 30), date(2021, 3, 20)),
        ((1400, 1, 1), date(2021, 3, 21)),
        ((1403, 1, 1), date(2024, 3, 20)),
        ((1403, 12, 30), date(2025, 3, 20)),
        ((1404, 1, 1), date(2025, 3, 21)),
        ((1404, 7, 1), date(2025, 9, 23)),
        ((1409, 1, 1), date(2030, 3, 21)),
    ],
)
def test_known_days(persian: tuple[int, int, int], gregorian: date) -> None:
    assert to_gregorian(*persian) == gregorian


def test_every_day_follows_the_one_before() -> None:
    expected = to_gregorian(FIRST, 1, 1)
    for year in range(FIRST, LAST + 1):
        for month in range(1, 13):
            assert to_gregorian(year, month, 1) == expected
            expected += timedelta(days=month_days(year, month))
    leap = [1370, 1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408, 1412]
    assert [y for y in range(1367, 1413) if is_leap(y)] == leap


@pytest.mark.parametrize("bad", [(1177, 1, 1), (1502, 1, 1), (1400, 0, 1), (1400, 13, 1)])
def test_days_that_do_not_exist(bad: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"year|month"):
        to_gregorian(*bad)


# -------------------------------------------------------------------------------- markup


@pytest.mark.parametrize(
    "html",
    [
        "",
        "text < 3 and a > b",
        "<p>one<p>two<br><img src=x>",
        "<ul><li>a<li>b</ul>",
        "<div title='a > b' data-x=\"it's\">x</div>",
        "<p title=it's>x</p>",
        "<!-- a --><!--> <!doctype html><b>x</b>",
        "<script>if (a < b) { '<div>' }</script>",
        "<svg><path d='x'/></svg>",
        "</div></p>",
    ],
)
def test_whole_markup_is_not_called_cut_off(html: str) -> None:
    assert look(html).cut == ""


@pytest.mark.parametrize(
    "html",
    [
        "<div>a",
        "<div><b>a</div>",
        "<div>a</div",
        "<div class='a",
        '<a href="x>y</a>',
        "<a href='x>",
        "<!-- a >",
        "<script>x",
    ],
)
def test_markup_that_was_cut_off_is_seen(html: str) -> None:
    assert look(html).cut != ""


def test_depth_is_seen_without_parsing() -> None:
    assert too_deep("<div>" * 2000)
    assert too_deep("<div/>" * 2000)
    assert too_deep("<div><x></x>" * 2000)
    assert not too_deep("<p>x" * 5000)
    assert not too_deep("<div><br></div>" * 5000)
    assert not too_deep("<svg>" + "<path/>" * 5000 + "</svg>")


@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", ["<a", "<a b='", "<!--", "<", "<a =", "</", "<script>", '<a b="x'])
def test_the_pass_is_linear(unit: str) -> None:
    look(unit * 400_000)  # a quadratic pass would take hours
