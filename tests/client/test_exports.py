from __future__ import annotations

import subprocess
import sys

import pytest

import labpool
from labpool import client, wire

LATER = {"load"}
"""Needs torch, which a light installation has not."""


def test_all_is_sorted_and_importable() -> None:
    assert labpool.__all__ == sorted(labpool.__all__)
    for name in set(labpool.__all__) - LATER:
        assert getattr(labpool, name) is not None
    assert set(labpool.__all__) <= set(dir(labpool))
    assert client.__all__ == sorted(client.__all__)


def test_every_error_of_the_wire_is_exported() -> None:
    errors = {
        name
        for name in wire.__all__
        if isinstance(getattr(wire, name), type)
        and issubclass(getattr(wire, name), wire.LabpoolError)
    }
    assert errors <= set(labpool.__all__)


def test_what_is_not_exported_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = labpool.nothing


def test_importing_labpool_is_light() -> None:
    heavy = ("torch", "dask", "distributed", "pandas", "httpx", "pydantic", "rich", "IPython")
    code = f"import sys, labpool; print([name for name in {heavy} if name in sys.modules])"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_the_client_brings_no_server_and_no_framework() -> None:
    heavy = ("torch", "dask", "distributed", "pandas", "tornado", "jupyter_server", "ipywidgets")
    code = (
        "import sys, labpool.client, labpool.client.cli; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
