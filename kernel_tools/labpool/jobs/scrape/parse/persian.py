"""Dates of the Persian (Jalali) calendar.

The rule of 33 years: 8 of every 33 are leap years, those whose number leaves 1, 5, 9, 13, 17, 22,
26 or 30 (K. M. Borkowski, The Persian calendar for 3000 years, Earth, Moon, and Planets 74, 1996).
From 1178 to 1501 it gives the same days as the equinox in Tehran, which the law asks for, and as
ICU, whose table of exceptions begins with 1502.
"""

from __future__ import annotations

from datetime import date, timedelta

FIRST, LAST = 1178, 1501
"""Years for which the rule holds."""

_CYCLE = 33
_LEAP = (1, 5, 9, 13, 17, 22, 26, 30)
_ANCHOR = (1400, date(2021, 3, 21))  # 1 Farvardin


def is_leap(year: int) -> bool:
    """Return whether a year has 366 days."""
    return year % _CYCLE in _LEAP


def month_days(year: int, month: int) -> int:
    """Return the days of a month, 1 to 12."""
    if month <= 6:
        return 31
    return 30 if month < 12 or is_leap(year) else 29


def to_gregorian(year: int, month: int, day: int) -> date:
    """Return the Gregorian date.

    Raises:
        ValueError: There is no such day, or the year is outside FIRST to LAST.
    """
    if not FIRST <= year <= LAST:
        raise ValueError(f"the year {year} is not between {FIRST} and {LAST}")
    if not 1 <= month <= 12:
        raise ValueError(f"there is no month {month}")
    if not 1 <= day <= month_days(year, month):
        raise ValueError(f"the month {month} of {year} has no day {day}")
    before = 31 * (month - 1) - max(0, month - 7)
    start, anchor = _ANCHOR
    days = _days(year) - _days(start) + before + day - 1
    return anchor + timedelta(days=days)


def _days(year: int) -> int:
    """Return the days of all years before one, counted from the year 0."""
    cycles, rest = divmod(year, _CYCLE)
    return 365 * year + len(_LEAP) * cycles + sum(leap < rest for leap in _LEAP)
