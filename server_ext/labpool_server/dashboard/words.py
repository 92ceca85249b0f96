"""What the page says, in English and in Persian, and how it looks, in light and in dark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Lang = Literal["en", "fa"]

_WORDS: dict[str, tuple[str, str]] = {
    "title": ("Labpool: workers", "Labpool: کارگرها"),
    "heading": ("Workers", "کارگرها"),
    "dask": ("Dask dashboard", "داشبورد Dask"),
    "runs": ("Runs on each worker", "اجراهای هر کارگر"),
    "memory": ("Memory now", "حافظه، اکنون"),
    "messages": ("Messages a second", "پیام در ثانیه"),
    "run": ("run", "اجرا"),
    "kind": ("kind", "نوع"),
    "worker": ("worker", "کارگر"),
    "state": ("state", "وضعیت"),
    "attempt": ("attempt", "تلاش"),
    "began": ("began", "شروع"),
    "took": ("duration", "مدت"),
    "running": ("running", "در حال اجرا"),
    "succeeded": ("succeeded", "موفق"),
    "failed": ("failed", "ناموفق"),
    "cancelled": ("cancelled", "لغوشده"),
    "interrupted": ("interrupted", "قطع‌شده"),
    "starting": ("The workers are starting.", "کارگرها در حال راه‌اندازی هستند."),
    "idle": (
        "Nothing has run in the last 10 minutes.",
        "در ۱۰ دقیقهٔ گذشته چیزی اجرا نشده است.",
    ),
    "start_one": (
        "A run that you start appears here.",
        "هر اجرایی که آغاز کنید اینجا نشان داده می‌شود.",
    ),
    "silent": ("No messages yet.", "هنوز پیامی نیست."),
    "gone": ("gone", "رفته"),
    "not_up": ("The dashboard is not there yet", "داشبورد هنوز آماده نیست"),
    "none": ("There is no dashboard here", "اینجا داشبوردی نیست"),
    "again": ("This page looks again by itself.", "این صفحه خودش دوباره نگاه می‌کند."),
}
_DIGITS = str.maketrans("0123456789.,", "۰۱۲۳۴۵۶۷۸۹٫٬")


@dataclass(frozen=True)
class Taste:
    """In which language and colours somebody wants the page."""

    lang: Lang = "en"
    dark: bool = False

    def word(self, name: str) -> str:
        """Return a word."""
        return _WORDS[name][self.lang == "fa"]

    def digits(self, text: str) -> str:
        """Return a number with the language's digits."""
        return text.translate(_DIGITS) if self.lang == "fa" else text

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """Which way text runs."""
        return "rtl" if self.lang == "fa" else "ltr"


def chosen(query: Mapping[str, Sequence[bytes]]) -> Taste:
    """Return what a query string asks for; anything unknown means English and light."""
    return Taste(
        lang="fa" if query.get("lang") == [b"fa"] else "en",
        dark=query.get("theme") == [b"dark"],
    )
