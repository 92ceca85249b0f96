"""One warm browser on each worker."""

from .errors import BrowserDied, NoBrowser
from .host import BrowserHost, HostSettings
from .loop import Underway
from .visit import Visit, Visitor

__all__ = [
    "BrowserDied",
    "BrowserHost",
    "HostSettings",
    "NoBrowser",
    "Underway",
    "Visit",
    "Visitor",
]
