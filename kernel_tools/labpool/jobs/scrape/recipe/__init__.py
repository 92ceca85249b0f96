"""The recipe of a scrape: what is fetched, and how it becomes records."""

from __future__ import annotations

from .fetching import Call, Csrf, Follow, Login, NextPage, Page
from .limits import Limits
from .recipe import Recipe
from .records import FieldRule, Fragments

__all__ = [
    "Call",
    "Csrf",
    "FieldRule",
    "Follow",
    "Fragments",
    "Limits",
    "Login",
    "NextPage",
    "Page",
    "Recipe",
]
