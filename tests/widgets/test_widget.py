"""What the kernel makes of what a page sends."""

from __future__ import annotations

from threading import RLock

import pytest

from labpool.client.widgets.model import RunModel
from labpool.wire import Run

from .test_saved import STATIC

pytestmark = pytest.mark.skipif(not STATIC.exists(), reason="the widget's JavaScript is not built")


def test_a_press_that_comes_again_is_carried_out_once(queued: Run) -> None:
    from labpool.client.widgets.widget import RunWidget

    presses: list[str] = []
    widget = RunWidget(RunModel(queued), RLock(), presses.append, lambda: None)

    def send(what: str, press_id: str) -> None:
        content = {"type": what, "id": press_id}
        data = {"method": "custom", "content": content}
        assert widget.comm is not None
        widget.comm.handle_msg({"content": {"data": data}, "buffers": []})

    for what, press_id in [("cancel", "a"), ("cancel", "a"), ("resume", "b"), ("cancel", "a")]:
        send(what, press_id)
    assert presses == ["cancel", "resume"]
    send("cancel", "c")
    assert presses == ["cancel", "resume", "cancel"]
    widget.close()
