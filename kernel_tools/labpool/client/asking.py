"""Asks the person in front of the notebook or the terminal, where there is one."""

from __future__ import annotations

import getpass
import sys
from typing import Any


def can_ask() -> bool:
    """Tell whether somebody is there to answer."""
    kernel = getattr(_shell(), "kernel", None)
    if kernel is not None:
        return bool(getattr(kernel, "_allow_stdin", False))
    return bool(sys.stdin is not None and sys.stdin.isatty())


def yes(question: str) -> bool:
    """Ask a question that Enter answers with yes."""
    return input(f"{question} [Y/n] ").strip().lower() in ("", "y", "yes", "بله", "آری")


def secret(prompt: str) -> str:
    """Ask for something that is not shown while it is typed."""
    return getpass.getpass(prompt).strip()


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None
