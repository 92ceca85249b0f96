"""The browser dies, its driver dies, its worker dies: no item is lost and nothing stays behind."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from labpool.jobs.scrape.browser import BrowserDied, BrowserHost, HostSettings, Visitor
from labpool.runtime.warm import Warm
from support.server import gone, until
from support.site import LocalSite

from .conftest import Scrape, expected, found

TICKETS = range(1, 25)
SCRATCH = Path(tempfile.gettempdir()) / f"labpool-{os.getuid()}"


@pytest.fixture
def warm() -> Iterator[Warm]:
    """A browser of this test's own: it is killed."""
    warm = Warm()
    yield warm
    warm.close()


def browsers(parent: psutil.Process) -> list[psutil.Process]:
    """Return the drivers and browsers below a process."""
    found = []
    for driver in drivers(parent):
        with suppress(psutil.NoSuchProcess):
            found += [driver, *driver.children(recursive=True)]
    return found


def drivers(parent: psutil.Process) -> list[psutil.Process]:
    """Return Playwright's drivers below a process; what they are called differs."""
    return [child for child in parent.children() if "run-driver" in command(child)]


def main_of(driver: psutil.Process) -> psutil.Process:
    """Return the browser's main process; Debian starts it by a script that stays."""
    below = driver.children(recursive=True)
    return next(each for each in below if "/bin/sh" not in command(each))


def command(process: psutil.Process) -> list[str]:
    """Return how a process was called; nothing where it has just ended."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


@pytest.mark.parametrize("who", ["browser", "driver"])
def test_one_that_is_killed_is_replaced_and_no_item_is_lost(
    scrape: Scrape, site: LocalSite, who: str
) -> None:
    killed: list[int] = []

    def kill(_event: object) -> None:
        if scrape.done() >= 4 and not killed:
            for driver in drivers(psutil.Process()):
                victim = driver if who == "driver" else main_of(driver)
                killed.append(victim.pid)
                victim.kill()

    scrape.on_event = kill
    result = scrape([str(ticket) for ticket in TICKETS])
    assert killed
    assert result["ok"] == len(TICKETS)
    assert found(scrape) == expected(site, *TICKETS)


def test_a_browser_is_renewed_before_it_grows_and_the_old_one_goes(site: LocalSite) -> None:
    host = BrowserHost(HostSettings(most_pages=4))
    visitor = Visitor(state=json.dumps(site.login()), allowed=(f"127.0.0.1:{site.port}",))

    async def visit(ticket: int) -> str:
        async with host.page(visitor) as (_, page):
            await page.goto(site.ticket_url(ticket))
            return await page.title()

    try:
        for ticket in range(1, 11):
            assert host.submit(visit(ticket)).result(30)
        assert host.launches == 3
        until(lambda: len(drivers(psutil.Process())) == 1, 10)
    finally:
        host.close()
    until(lambda: not browsers(psutil.Process()), 10)
    assert host.closed


def test_two_that_start_at_once_take_nothing_of_each_other_and_of_the_process() -> None:
    before = dict(os.environ)
    hosts = [BrowserHost(HostSettings()) for _ in range(3)]

    async def look(host: BrowserHost) -> str:
        async with host.page(Visitor()) as (_, page):
            await page.set_content("<title>there</title>")
            return await page.title()

    try:
        first = [host.submit(look(host)) for host in hosts]
        assert [look.result(60) for look in first] == ["there"] * 3
        assert dict(os.environ) == before
        hosts[0].close()
        assert [host.submit(look(host)).result(30) for host in hosts[1:]] == ["there"] * 2
        assert [host.launches for host in hosts] == [1] * 3
    finally:
        for host in hosts:
            host.close()


def test_it_starts_where_temporary_files_have_long_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "a-scratch-of-this-job-alone" / "job-1234567.batch"
    folder.mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    host = BrowserHost(HostSettings())

    async def look() -> str:
        async with host.page(Visitor()) as (_, page):
            await page.set_content("<title>there</title>")
            return await page.title()

    try:
        assert host.submit(look()).result(60) == "there"
    finally:
        host.close()
    assert browsers(psutil.Process()) == []


@pytest.mark.parametrize("page", [True, False])
def test_a_browser_that_hangs_is_replaced(site: LocalSite, page: bool) -> None:
    host = BrowserHost(HostSettings(open_s=3))

    async def visit(name: str) -> str:
        visitor = Visitor(agent=name, allowed=(f"127.0.0.1:{site.port}",))
        if not page:
            async with host.visit(visitor) as visit:
                answer = await visit.request.get(f"{site.url}/robots.txt")
                return await answer.text()
        async with host.page(visitor) as (_, opened):
            await opened.goto(f"{site.url}/robots.txt")
            return await opened.content()

    try:
        assert "User-agent" in host.submit(visit("first")).result(30)
        hangs = [main_of(driver) for driver in drivers(psutil.Process())]
        for process in hangs:
            process.suspend()
        with pytest.raises(BrowserDied):
            host.submit(visit("second")).result(30)
        assert "User-agent" in host.submit(visit("second")).result(30)
        assert host.launches == 2
        assert gone(hangs) == []
    finally:
        host.close()


def test_an_idle_browser_is_closed_and_comes_back(site: LocalSite) -> None:
    host = BrowserHost(HostSettings(idle_s=0.2))

    async def look() -> None:
        async with host.page(Visitor()) as (_, page):
            await page.set_content("<p>there</p>")

    try:
        host.submit(look()).result(30)
        until(lambda: not browsers(psutil.Process()), 10)
        host.submit(look()).result(30)
        assert host.launches == 2
    finally:
        host.close()


BODY = """
import json, sys
from pathlib import Path
sys.path.insert(0, sys.argv[4])
from labpool.runtime.execute import call_body
from labpool.runtime.recording import RecordingContext

params, settings, secrets = json.loads(sys.argv[2]), json.loads(sys.argv[3]), {}
secrets["session"] = sys.stdin.read()
ctx = RecordingContext(
    run_id="r1", run_dir=Path(sys.argv[1]), worker="w9", settings=settings, secrets=secrets
)
ctx.send = lambda event: print(event.type, flush=True)
call_body("scrape", params, ctx)
print("done", flush=True)
"""


def test_a_worker_killed_at_any_moment_costs_no_item_and_leaves_no_process(
    new_scrape: Callable[[], Scrape], site: LocalSite, tmp_path: Path
) -> None:
    scrape = new_scrape()
    state = site.login()
    recipe = (Path(__file__).parents[4] / "kernel_tools/labpool/jobs/scrape/recipes").resolve()
    text = (recipe / "ticket-revisions.yaml").read_text(encoding="utf-8")
    text += "\nlimits: {rate_per_s: 200, parallel: 8, failures: 100}\n"
    params = {
        "recipe": text,
        "vars": {"site": site.url},
        "targets": [str(ticket) for ticket in TICKETS],
        "session": "tickets",
    }
    settings = {
        "scrape_allowed_hosts": f"127.0.0.1:{site.port}",
        "shared_dir": str(tmp_path / "shared"),
    }
    for items in (3, 8):
        command = [sys.executable, "-c", BODY, str(scrape.run_dir), json.dumps(params)]
        worker = subprocess.Popen(
            [*command, json.dumps(settings), str(Path(__file__).parents[3])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(json.dumps(state))
        worker.stdin.close()
        for _ in range(items):
            while worker.stdout.readline().strip() != "log_written":
                assert worker.poll() is None
        left = browsers(psutil.Process(worker.pid))
        assert left
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        worker.stdout.close()
        assert gone(left, timeout=10) == []
    scrape.state = state
    site.log.clear()
    before = {item.id for item in scrape.items.values() if item.state == "ok"}
    assert len(before) >= 3
    assert scrape(params["targets"])["ok"] == len(TICKETS)  # type: ignore[arg-type]  # of mixed values
    asked = {seen.path.split("/")[2] for seen in site.log.all() if seen.path[:9] == "/tickets/"}
    assert not asked & before
    assert found(scrape) == expected(site, *TICKETS)
    assert [f for f in SCRATCH.iterdir() if f.is_dir() and not is_held(f)] == []


DIES_ONCE_FILLED = """
import os, signal

said, stored = [], Path(sys.argv[1]).parent / "stored"
keep = Path.replace

def store(_timeout):
    stored.write_text(chr(10).join(said))
    return True

def die_after(self, target):
    keep(self, target)
    if Path(target).name == "targets.done":
        os.kill(os.getpid(), signal.SIGKILL)

Path.replace = die_after
ctx.send, ctx.stored = lambda event: said.append(event.model_dump_json()), store
"""


def test_what_was_said_of_the_targets_is_stored_before_they_are_filled(
    new_scrape: Callable[[], Scrape], site: LocalSite, tmp_path: Path
) -> None:
    scrape = new_scrape()
    begin, _, end = BODY.partition('call_body("scrape"')
    params = {"recipe": "ticket-revisions", "vars": {"site": site.url}, "targets": ["1", "1", "2"]}
    params["session"] = "tickets"
    code = f'{begin}{DIES_ONCE_FILLED}call_body("scrape"{end}'
    command = [sys.executable, "-c", code, str(scrape.run_dir), json.dumps(params)]
    worker = subprocess.run(
        [*command, json.dumps({}), str(Path(__file__).parents[3])],
        input=json.dumps(site.login()),
        text=True,
        check=False,
    )
    assert worker.returncode == -signal.SIGKILL
    assert (scrape.run_dir / "targets.done").exists()
    told = (scrape.run_dir.parent / "stored").read_text()
    assert "1 targets came twice and are read once" in told


def is_held(folder: Path) -> bool:
    """Whether a process that lives owns a folder."""
    with (folder / ".lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return not folder.exists()
