"""A run as text and as a still picture, where there is no page."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import labpool
from client.stand_in import StandIn
from labpool.client.cli.lines import event_text
from labpool.client.widgets import bundle
from labpool.wire import RunError
from labpool.wire.events import MetricsReported, RunFailed


class Tags(HTMLParser):
    """Collects tags, and attributes that could run something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.bad: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.bad += [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")]


def test_without_a_kernel_there_is_text_and_html_only(stand_in: StandIn) -> None:
    run = labpool.connect(stand_in.url, stand_in.token).get("r1")
    found = bundle(run)
    assert set(found) == {"text/plain", "text/html"}
    assert "running" in found["text/plain"]
    assert "40%" in found["text/plain"]
    assert "does step 4" in found["text/plain"]


def test_the_picture_has_all_that_counts_and_no_script(stand_in: StandIn) -> None:
    trace = 'File "<evil>"\nValueError: <script>alert(1)</script>'
    error = RunError(code="job_error", message="<img onerror=x>", details={"traceback": trace})
    stand_in.emit(RunFailed(run_id="r1", attempt=1, error=error))
    html = bundle(labpool.connect(stand_in.url, stand_in.token).get("r1"))["text/html"]
    tags = Tags(html)
    assert {"script", "style", "img", "b", "link"} & set(tags.tags) == {"b"}
    assert not tags.bad
    assert "polyline" in tags.tags
    for text in (
        "Légal &amp; &lt;b&gt;مدل",
        "failed",
        "job_error",
        "&lt;img onerror",
        "line &lt;4&gt;",
    ):
        assert text in html
    assert re.search(r"As it stood \d{4}-\d\d-\d\d \d\d:\d\d UTC\.", html)


def test_memory_is_told_in_the_unit_that_fits(stand_in: StandIn) -> None:
    values = {"memory": 536_870_912.0, "bytes_per_s": 900.0, "memory_use": 5.0}
    said = MetricsReported(run_id="r1", attempt=1, n=900, step=9, values=values)
    stand_in.emit(said)
    found = bundle(labpool.connect(stand_in.url, stand_in.token).get("r1"))
    assert "memory 536.9 MB  bytes_per_s 900 B  memory_use 5" in found["text/plain"]
    assert "536.9 MB (step 9)" in found["text/html"]
    assert event_text(said) == "step 9: memory 536.9 MB, bytes_per_s 900 B, memory_use 5"


def test_with_the_server_away_the_last_known_state_is_shown(stand_in: StandIn) -> None:
    pool = labpool.connect(stand_in.url, stand_in.token, timeout=1)
    run = pool.get("r1")
    stand_in.stop()
    assert "running" in bundle(run)["text/plain"]
