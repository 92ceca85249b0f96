"""Write constraints.txt: one pin for each package of a fresh install of Labpool.

Run by `make pin`. The packages are installed anew into a temporary environment, so that
nothing which only happens to be in .venv gets a pin.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ROOT / "constraints.txt"

# One that has a CPU build for every supported Python.
TORCH = "torch==2.13.0"
PYTHONS = ("3.11", "3.12", "3.13")
# The project itself, the installer, and what only the CUDA build of torch brings.
LEFT_OUT = re.compile(r"labpool|pip|setuptools|triton|nvidia-.*|cuda-.*")

HEADER = """\
# Written by `make pin`, not by hand: the versions that Labpool is developed and tested with.
"""

# Run in the fresh environment: name, version and Requires-Python of each package.
LIST = """
import importlib.metadata as metadata, json
print(json.dumps([
    [d.metadata["Name"], d.version, d.metadata["Requires-Python"] or ""]
    for d in metadata.distributions()
]))
"""


def install(folder: Path) -> Path:
    """Install Labpool with all extras into a new environment and return its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    command = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--quiet",
        TORCH,
        f"{ROOT}[dev,train]",
    ]
    subprocess.run(command, check=True, env={**os.environ, "LABPOOL_SKIP_JS": "1"})
    return python


def pin(name: str, version: str, requires_python: str) -> str:
    """Return one line: `name==version`, with a marker where not every Python takes it.

    Args:
        name: The distribution, as it calls itself.
        version: Its version; a local part such as +cpu is dropped.
        requires_python: The Pythons it takes, "" for all.
    """
    line = f"{name}=={version.partition('+')[0]}"
    takes = SpecifierSet(requires_python)
    fitting = [python for python in PYTHONS if takes.contains(f"{python}.99")]
    if len(fitting) == len(PYTHONS):
        return line
    return f"{line}; " + " or ".join(f'python_version == "{python}"' for python in fitting)


def main() -> None:
    """Install, list, write."""
    with tempfile.TemporaryDirectory() as folder:
        python = install(Path(folder))
        answer = subprocess.run([python, "-c", LIST], capture_output=True, check=True, text=True)
    found = {name.lower(): pin(name, *rest) for name, *rest in json.loads(answer.stdout)}
    pins = [line for name, line in sorted(found.items()) if not LEFT_OUT.fullmatch(name)]
    CONSTRAINTS.write_text(HEADER + "\n".join(pins) + "\n")
    sys.stdout.write(f"{CONSTRAINTS.name}: {len(pins)} pins\n")


if __name__ == "__main__":
    main()
