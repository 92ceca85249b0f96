"""Make the files that are made from others, or check that they are up to date.

python tools/generate.py --update    writes them
python tools/generate.py --check     fails, naming each file that would change
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

from labpool_server import openapi
from labpool_server.app import Labpool

ROOT = Path(__file__).resolve().parents[1]


def openapi_json() -> str:
    """Return the HTTP contract, as it is kept for readers and for the panel's types."""
    contract = {"x-generated": "By `tools/generate.py --update`; do not edit."}
    return json.dumps(openapi.document() | contract, indent=2) + "\n"


def settings_md() -> str:
    """Return every setting of the server extension with its help."""
    lines = [
        "<!-- By `tools/generate.py --update`; do not edit. -->",
        "# Settings",
        "",
        "Set them in `jupyter_server_config.py` as `c.Labpool.n_workers = 4`, or on the command",
        "line as `--Labpool.n_workers=4`.",
    ]
    for name, trait in sorted(Labpool.class_own_traits(config=True).items()):
        lines += ["", f"## `{name}` ({type(trait).__name__.lower()})", "", str(trait.help)]
    return "\n".join(lines) + "\n"


FILES: tuple[tuple[str, Callable[[], str]], ...] = (
    ("docs/openapi.json", openapi_json),
    ("docs/settings.md", settings_md),
)
"""Each generated file, from the repository's root, and what makes its text."""


def stale() -> list[tuple[Path, str]]:
    """Return the files whose text is not what it would be now, with that text."""
    made = [(ROOT / path, make()) for path, make in FILES]
    return [
        (path, text)
        for path, text in made
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    """Check or update; return the exit status."""
    parser = ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--check", action="store_true", help="fail where a file is out of date")
    choice.add_argument("--update", action="store_true", help="write what is out of date")
    chosen = parser.parse_args(arguments)
    files = stale()
    for path, text in files:
        if chosen.update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        print(f"{'wrote' if chosen.update else 'out of date:'} {path.relative_to(ROOT)}")
    return 1 if files and chosen.check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
