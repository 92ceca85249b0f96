"""What the server does for its clients."""

from .monitor import Thresholds
from .service import Service

__all__ = ["Service", "Thresholds"]
