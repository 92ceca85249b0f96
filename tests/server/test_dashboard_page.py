"""Labpool's page on the dashboard, in a real browser, with real runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from support.lab_page import chromium
from support.server import TOKEN, LabServer, until

from .conftest import ComingUp

pytestmark = [pytest.mark.browser, pytest.mark.cluster]

NAME = "<img src=x onerror=alert(1)>"

# What the figure "lanes" draws, as the script in the page has it: its first bars are the tracks.
BARS = """() => {
  const lanes = window.Bokeh?.documents?.[0]?.get_model_by_name("lanes");
  const bars = lanes?.renderers[1].data_source.data;
  return bars && Object.fromEntries(Object.entries(bars).map(([name, c]) => [name, [...c]]));
}"""
LANES = """() => window.Bokeh?.documents?.[0]?.get_model_by_name("lanes")?.y_range.factors"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    """An empty tab that may show no dialog and log no error."""
    page = browser.new_page(viewport={"width": 1100, "height": 560})
    wrong: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            wrong.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    yield page
    page.close()
    assert wrong == []


def open_page(tab: Page, server: LabServer, **query: str) -> None:
    server.wait_for_workers()
    more = "".join(f"&{name}={value}" for name, value in query.items())
    tab.goto(f"{server.url}labpool/dashboard/labpool?token={TOKEN}{more}")


def bars(tab: Page, server: LabServer, run_id: str, state: str) -> dict[str, Any]:
    """Wait until a run's bar is there in some state, and return its row."""

    def look() -> dict[str, Any] | None:
        columns = tab.evaluate(BARS) or {"run_id": []}
        for at, found in enumerate(columns["run_id"]):
            if found == run_id and columns["state"][at] == state:
                return {name: column[at] for name, column in columns.items()}
        return None

    return until(look, 30, server)


def test_a_run_has_its_bar_on_its_worker_s_lane(tab: Page, server: LabServer) -> None:
    open_page(tab, server)
    until(lambda: tab.evaluate(LANES) == ["w1", "w0"], 20, server)
    run_id = server.submit("chatter", {"messages": 100_000, "rate": 300}, name=NAME)
    server.wait(run_id, "running")
    bar = bars(tab, server, run_id, "running")
    (worker,) = server.run(run_id)["workers"]
    assert (bar["worker"], bar["name"], bar["kind"]) == (worker, NAME, "chatter")
    tab.wait_for_function(
        """worker => {
          const lines = Bokeh.documents[0].get_model_by_name("messages").renderers[0];
          const { worker: workers, ys } = lines.data_source.data;
          const at = [...workers].indexOf(worker);
          return at >= 0 && Math.max(...ys[at]) > 100;
        }""",
        arg=worker,
        timeout=30_000,
    )
    box = tab.locator("main > div").first.bounding_box()
    assert box is not None
    lane = 4 + 44 * (int(worker[1:]) + 0.5)
    tab.mouse.move(box["x"] + box["width"] - 40, box["y"] + lane)
    tab.mouse.move(box["x"] + box["width"] - 23, box["y"] + lane)
    expect(tab.get_by_text(NAME)).to_be_visible()
    expect(tab.get_by_text("running", exact=True)).to_be_visible()

    other = server.submit("primes")
    server.wait(other)
    assert bars(tab, server, other, "succeeded")["worker"] != worker
    server.post(f"runs/{run_id}/cancel")
    server.wait(run_id)
    assert bars(tab, server, run_id, "cancelled")["pattern"] == "/"


def test_it_follows_language_and_theme(tab: Page, server: LabServer) -> None:
    run_id = server.submit("primes", name="شمارش")
    server.wait(run_id)
    open_page(tab, server, lang="fa", theme="dark")
    expect(tab.get_by_role("heading", name="پیام در ثانیه")).to_be_visible()
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 17, 17)"
    assert tab.locator("header").get_attribute("dir") == "rtl"
    assert bars(tab, server, run_id, "موفق")["name"] == "شمارش"


def test_an_idle_pool_has_words(coming_up: ComingUp, tab: Page) -> None:
    open_page(tab, coming_up.server)
    words = 'Bokeh.documents[0].get_model_by_name("lanes").center.map(c => c.text ?? "").join("")'
    tab.wait_for_function(f"() => window.Bokeh?.documents?.[0] && {words}.startsWith('Nothing')")
