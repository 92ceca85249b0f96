"""``python -m labpool.client.cli``."""

from __future__ import annotations

from . import main

main()
