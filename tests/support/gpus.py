"""GPUs of a machine that has none: a library in the place of the driver's."""

from __future__ import annotations

import shutil
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import pytest

SOURCE = Path(__file__).with_name("fake_nvml.c")
GIB = 1 << 30


class FakeGpus:
    """A table of GPUs, and the environment in which programs find them.

    UUIDs are new in each table: claims hold for the whole machine, and tests run side by side.
    """

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc")
        if compiler is None:
            pytest.skip("there is no C compiler to build a driver's library with")
        folder.mkdir(exist_ok=True)
        library = folder / "libnvidia-ml.so.1"
        subprocess.run([compiler, "-shared", "-fPIC", "-o", library, SOURCE], check=True)
        self._table = folder / "gpus.txt"
        self._rows: list[list[str]] = []
        self.environment: Mapping[str, str] = {
            "FAKE_NVML": str(self._table),
            "LD_LIBRARY_PATH": str(folder),
        }
        self._write()

    def gpu(self, name: str = "NVIDIA T1", *, total: int = 8 * GIB, used: int = 0) -> str:
        """Add a GPU and return its UUID."""
        return self._add("GPU", name, total, used, "G")

    def sliced(self, name: str = "NVIDIA A9", *, instances: int = 2) -> list[str]:
        """Add a GPU in MIG mode; return its UUID and those of its instances."""
        found = [self._add("GPU", name, 40 * GIB, 0, "S")]
        for number in range(instances):
            place = f"I|{number + 1}|0"
            found.append(self._add("MIG", f"{name} MIG 3g.20gb", 20 * GIB, 0, place))
        return found

    def use(self, gpu: str, used: int) -> None:
        """Let somebody use memory of a GPU."""
        for row in self._rows:
            if row[0] == gpu:
                row[3] = str(used)
        self._write()

    def fail(self, number: int) -> Self:
        """Let the driver answer with an error."""
        self._table.write_text(f"error {number}\n")
        return self

    def _add(self, sort: str, name: str, total: int, used: int, place: str) -> str:
        made = f"{sort}-{uuid.uuid4()}"
        self._rows.append([made, name, str(total), str(used), place])
        self._write()
        return made

    def _write(self) -> None:
        self._table.write_text("".join("|".join(row) + "\n" for row in self._rows))
