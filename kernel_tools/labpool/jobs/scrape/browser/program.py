"""Which browser is started, and how."""

from __future__ import annotations

import os
import shutil
import subprocess

from labpool.jobs.scrape.guard import BROWSER_ARGS

NAMES = (
    "chromium-headless-shell",
    "chrome-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
"""Programs to look for, the lightest first: the headless shell starts twice as fast and takes half
the CPU of the whole browser."""

VERSION_S = 20.0
"""How long a program may take to tell its version, seconds."""

ARGS = (
    *BROWSER_ARGS,
    "--js-flags=--max-old-space-size=256",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
"""A page's scripts may take 256 MiB; nothing is fetched that no page asked for."""


def find(given: str) -> str | None:
    """Return the path of a browser, or None for Playwright's own.

    Args:
        given: Path from the settings, or "".
    """
    if given:
        return given
    for name in NAMES:
        path = shutil.which(name)
        if path is not None and _works(path):
            return path
    return None


def sandboxed() -> bool:
    """Whether the browser can use its sandbox: it refuses to for root."""
    return os.geteuid() != 0


def _works(path: str) -> bool:
    """Whether a program is a browser; on some systems the name only tells how to install one."""
    try:
        answer = subprocess.run(
            [path, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=VERSION_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0
