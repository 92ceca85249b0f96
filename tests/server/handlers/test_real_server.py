"""The handlers in a server process of its own, over the real service, below a base URL."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from labpool.wire import API_PREFIX
from support.server import TOKEN, LabServer, sse
from support.websocket import HANDSHAKE

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "ignored_auth",
)
OF_A_RUN = ("get_run", "run_events", "run_metrics", "run_logs", "cancel_run", "resume_run")
ENDLESS = ("all_events", "events_socket")
"""Operations whose answers do not end."""


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory, example_site: Path) -> Iterator[LabServer]:
    """A server that runs its jobs in threads: a fuzzer asks for pools of any size."""
    home = tmp_path_factory.mktemp("fuzz")
    with LabServer(home, example_site, use_workers=False, base_url="/user/alice/") as server:
        yield server


async def test_a_stranger_gets_nothing(target: LabServer) -> None:
    contract = target.get("openapi.json")
    assert contract["servers"] == [{"url": f"/user/alice/{API_PREFIX}"}]
    async with httpx.AsyncClient(
        base_url=f"{target.url}{API_PREFIX}/", trust_env=False
    ) as stranger:
        for path, verbs in contract["paths"].items():
            sample = path.lstrip("/").replace("{", "").replace("}", "")
            for verb in verbs:
                answer = await stranger.request(verb.upper(), sample)
                assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), path
        assert (await stranger.get("events/ws", headers=HANDSHAKE)).status_code == 403


def test_a_run_is_followed_over_cut_connections(target: LabServer) -> None:
    random.seed(7)
    run_id = target.submit("chatter", {"messages": 8000, "rate": 3200})
    got: list[int] = []
    types: list[str] = []
    while not types or types[-1] != "run_succeeded":
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(got[-1] if got else 0)}
        count = random.randint(1, 700)
        with target.http.stream("GET", f"runs/{run_id}/events", headers=headers) as answer:
            for event_id, data in sse(answer.iter_lines()):
                got.append(int(event_id))
                types.append(json.loads(data)["type"])
                count -= 1
                if count == 0:
                    break
    assert got == [event.seq for event in target.events(run_id)]
    assert len(got) > 5000


def settings(run_id: str) -> str:
    """Let the operations on a run have one that exists."""
    each = (
        f'[[operations]]\ninclude-operation-id = "{name}"\n'
        f'parameters = {{ "path.run_id" = "{run_id}" }}\n'
        for name in OF_A_RUN
    )
    return "\n".join(each)


@pytest.mark.slow
def test_nothing_that_is_sent_breaks_the_server(target: LabServer, tmp_path: Path) -> None:
    told = target.get("openapi.json")
    events = told["paths"]["/runs/{run_id}/events"]["get"]
    # Next to a header that is declared, the fuzzer wants all others refused: nobody does that.
    events["parameters"] = [kind for kind in events["parameters"] if kind["in"] != "header"]
    contract = tmp_path / "openapi.json"
    contract.write_text(json.dumps(told))
    run_id = target.submit("primes", {"below": 100, "slices": 2})
    target.wait(run_id)
    (tmp_path / "schemathesis.toml").write_text(settings(run_id))
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", str(contract),
        "--url", f"{target.url}{API_PREFIX}",
        "--header", f"Authorization:token {TOKEN}",
        "--checks", ",".join(CHECKS),
        "--phases", "examples,coverage,fuzzing",
        "--max-examples", "15",
        "--generation-deterministic",
        "--request-timeout", "20", "--continue-on-failure", "--no-color",
    ]  # fmt: skip
    command += [part for name in ENDLESS for part in ("--exclude-operation-id", name)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "internal_error" not in target.log
    assert "correlation id" not in target.log
