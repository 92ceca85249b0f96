"""Serves a folder of repositories until it is interrupted, or its standard input ends.

    python -m support.hub --root FOLDER [--port PORT]

FOLDER has ``models/ORG/NAME`` and ``datasets/ORG/NAME``. The first line of output is the URL.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import LocalHub


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(prog="support.hub")
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    chosen = parser.parse_args()
    with LocalHub(chosen.port) as hub:
        for kind in ("model", "dataset"):
            for folder in sorted(chosen.root.glob(f"{kind}s/*/*")):
                name = folder.relative_to(chosen.root / f"{kind}s").as_posix()
                hub.add_folder(name, folder, repo_type=kind)
        print(hub.url, flush=True)  # noqa: T201
        sys.stdin.read()


if __name__ == "__main__":
    main()
