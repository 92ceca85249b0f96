"""Looks at a notebook before a run of it is accepted."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager

from labpool.wire.catalog import CatalogEntry
from labpool.wire.errors import InvalidParams

from .params import Params
from .source import Unreadable, check_names, kernel_of, read


def check(params: Params, assets: Mapping[str, Path], catalog: Mapping[str, CatalogEntry]) -> None:  # noqa: ARG001 - as all checks are called
    """Refuse a notebook that cannot be run, with the field and the reason.

    Args:
        params: The run's params.
        assets: Not used: a notebook is no asset.
        catalog: Not used: nor is it in the catalog.

    Raises:
        InvalidParams: The file, its kernel or a parameter will not do.
    """
    try:
        notebook = read(Path(params.path).expanduser())
        check_names(notebook, params.parameters)
        _check_kernel(kernel_of(notebook, params.kernel))
        if params.output:
            _check_output(Path(params.output).expanduser(), Path(params.path).expanduser())
    except Unreadable as error:
        raise InvalidParams.at(f"params.{error.field}", error.message) from error


def _check_kernel(name: str) -> None:
    known = sorted(KernelSpecManager().find_kernel_specs())
    if name not in known:
        near = get_close_matches(name, known, 1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are: {', '.join(known)}"
        raise Unreadable("kernel", f"There is no kernel {name!r} on the server{hint}")


def _check_output(output: Path, source: Path) -> None:
    if output.suffix != ".ipynb":
        raise Unreadable("output", f"{output} must end in .ipynb")
    if output.exists() and output.samefile(source):
        raise Unreadable("output", "The copy cannot take the notebook's own place")
    if not output.parent.is_dir() or not os.access(output.parent, os.W_OK):
        raise Unreadable("output", f"{output.parent} is no folder that the server may write to")
