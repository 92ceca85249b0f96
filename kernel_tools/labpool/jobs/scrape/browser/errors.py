"""What can be wrong with a browser itself."""

from __future__ import annotations


class BrowserDied(Exception):
    """The browser or its driver went away in the middle; the next page gets another one."""


class NoBrowser(Exception):
    """No browser can be started on this worker; the message says what to do."""
