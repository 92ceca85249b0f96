"""What the server does for its clients."""

from .monitor import Thresholds
from .readable import Readable
from .service import Service
from .shelf import HubSettings

__all__ = ["HubSettings", "Readable", "Service", "Thresholds"]
