"""The queue's hand: which run goes to which worker, and how each attempt ends."""

from .attempt import AttemptSettings
from .dispatcher import Dispatcher
from .endings import StopReason
from .place import Hold, Place
from .size import Size

__all__ = ["AttemptSettings", "Dispatcher", "Hold", "Place", "Size", "StopReason"]
