"""What goes wrong is one error with few lines, in a program and in a notebook."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

import labpool

from .stand_in import StandIn

CALLS = {
    "server down": "labpool.connect({away!r})",
    "value": "pool.submit('train', priority='high')",
    "server went": "pool.runs()",
    "file": "pool.scrape('/no/such.yaml', targets=[1])",
}
IN_IPYTHON = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.colors = "NoColor"
shell.run_cell("import labpool", store_history=True)
"""


@pytest.fixture
def away(unused_tcp_port: int) -> str:
    return f"http://127.0.0.1:{unused_tcp_port}/"


def told(code: str) -> str:
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ
    )
    return answer.stdout + answer.stderr


def lines(cell: str, pool: str, *, notebook: bool) -> list[str]:
    if notebook:
        runs = "".join(f"shell.run_cell({each!r}, store_history=True)\n" for each in (pool, cell))
        said = told(IN_IPYTHON + runs)
    else:
        said = told(f"import labpool\n{pool}\n{cell}\n")
    return said.strip().splitlines()


@pytest.mark.parametrize("notebook", [False, True], ids=["python", "ipython"])
@pytest.mark.parametrize("name", CALLS)
def test_one_short_traceback(
    name: str, away: str, server: StandIn, tmp_path: Path, *, notebook: bool
) -> None:
    pool = "" if "{" in CALLS[name] else f"pool = labpool.connect({server.url!r}, {server.token!r})"
    if name == "server went":
        pool += (
            "; pool.connection.timing = labpool.client.timing.Timing(retry_s=0)"
            f"; pool.connection._http.base_url = {away!r}"
        )
    said = lines(CALLS[name].format(away=away), pool, notebook=notebook)
    assert sum("Traceback" in line for line in said) == 1, "\n".join(said)
    assert not any("direct cause" in line or "During handling" in line for line in said)
    assert len(said) <= (60 if notebook else 20), "\n".join(said)


def test_a_program_still_finds_the_cause(away: str) -> None:
    with pytest.raises(labpool.ServerUnavailable) as error:
        labpool.connect(away)
    assert isinstance(error.value.__context__, httpx.ConnectError)
