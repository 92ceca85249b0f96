"""Runs code with plain transformers in forked children, each with other imports before it.

A program of its own, started by ``test_plain_transformers.py``: it imports torch once, and then
one thing of transformers after the other; each child goes on from there as if it had begun so.

Usage: plain.py CASES_JSON, a list of ``{"name", "before", "code", "path"}``. This process runs
the lines ``before`` of each case in its turn, and a child the ``code``, which knows ``path``.
Prints a JSON object: the name of each case, and the traceback of its child, or "".
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from pathlib import Path

import torch

assert torch.get_num_threads() == 1  # no other thread that a fork would lose


def begin(code: str, path: str, report: Path) -> int:
    """Fork a child that runs code and reports how it went; return its process id."""
    child = os.fork()
    if child == 0:
        try:
            exec(code, {"path": path, "__name__": "__main__"})
            report.write_text("")
        except BaseException:  # noqa: BLE001 - whatever it was, it is to be told
            report.write_text(traceback.format_exc())
        os._exit(0)
    return child


def main(cases: list[dict[str, str]], folder: Path) -> dict[str, str]:
    """Run all cases side by side; return the tracebacks."""
    for number, case in enumerate(cases):
        exec(case["before"], {})
        begin(case["code"], case["path"], folder / str(number))
    for _ in cases:
        _, status = os.wait()
        assert status == 0, status
    return {case["name"]: (folder / str(number)).read_text() for number, case in enumerate(cases)}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(main(json.loads(sys.argv[1]), Path(folder))))  # noqa: T201
