"""What the server does for its clients."""

from .monitor import Thresholds
from .service import Service
from .shelf import HubSettings

__all__ = ["HubSettings", "Service", "Thresholds"]
