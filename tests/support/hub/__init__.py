"""A Hugging Face Hub of our own: real sockets, real hashes, faults on order, a log of requests.

It speaks what huggingface_hub asks for when it downloads, and answers as the real one does as
far as that library's source and the Hub's own pages tell: nobody compared it with live traffic.
No uploads, no Xet.

    with LocalHub() as hub:
        hub.add("org/name", {"config.json": b"{}", "model.safetensors": Path("big")})
        hub.faults.add(match="model.safetensors", cut_after=1000, times=1)
        ...
        assert hub.log.ranges("model.safetensors") == [None, "bytes=1000-"]

``python -m support.hub --root FOLDER``, run in ``tests``, serves the repositories
``FOLDER/{models,datasets}/ORG/NAME``.
"""

from __future__ import annotations

from .faults import Fault, Faults
from .log import Log, Request
from .repos import HubRepo
from .server import LocalHub

__all__ = ["Fault", "Faults", "HubRepo", "LocalHub", "Log", "Request"]
