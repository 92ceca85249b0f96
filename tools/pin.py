"""Write constraints.txt: one pin for each package that an install of Labpool brings.

Run by `make pin`. pip resolves for the oldest Python that Labpool supports, 3.11.0, whatever
it runs on: some packages ask for a later patch of 3.11 than the one that Debian 12 has.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ROOT / "constraints.txt"

# One that has a CPU build for every supported Python.
TORCH = "torch==2.13.0"
OLDEST = "3.11.0"
PYTHONS = ("3.11", "3.12", "3.13")
# What only the CUDA build of torch brings.
LEFT_OUT = re.compile(r"triton|nvidia-(?!ml-py).*|cuda-.*")

HEADER = """\
# Written by `make pin`, not by hand: the versions that Labpool is developed and tested with.
"""


def requirements() -> list[str]:
    """Return what Labpool asks for, with all its extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    return [TORCH, *project["dependencies"], *(line for extra in extras for line in extra)]


def resolve() -> list[dict[str, Any]]:
    """Return the metadata of each package that pip would install."""
    options = ["--dry-run", "--ignore-installed", "--quiet", "--quiet", "--report", "-"]
    # pip wants a target and no builds when it resolves for another Python than its own.
    other = ["--python-version", OLDEST, "--only-binary", ":all:", "--target", "unused"]
    command = [sys.executable, "-m", "pip", "install", *options, *other, *requirements()]
    answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True)
    return [entry["metadata"] for entry in json.loads(answer.stdout)["install"]]


def pin(name: str, version: str, requires_python: str) -> str:
    """Return one line: `name==version`, with a marker where not every Python takes it.

    Args:
        name: The distribution, as it calls itself.
        version: Its version; a local part such as +cpu is dropped.
        requires_python: The Pythons it takes, "" for all.
    """
    line = f"{name}=={version.partition('+')[0]}"
    takes = SpecifierSet(requires_python)
    fitting = [python for python in PYTHONS if takes.contains(f"{python}.0")]
    if len(fitting) == len(PYTHONS):
        return line
    return f"{line}; " + " or ".join(f'python_version == "{python}"' for python in fitting)


def main() -> None:
    """Resolve and write."""
    found = {
        each["name"].lower(): pin(each["name"], each["version"], each.get("requires_python", ""))
        for each in resolve()
    }
    pins = [line for name, line in sorted(found.items()) if not LEFT_OUT.fullmatch(name)]
    CONSTRAINTS.write_text(HEADER + "\n".join(pins) + "\n")
    print(f"{CONSTRAINTS.name}: {len(pins)} pins")


if __name__ == "__main__":
    main()
