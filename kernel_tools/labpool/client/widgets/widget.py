"""The widget itself: a snapshot in step with the page, and small changes after it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from threading import RLock
from typing import Any

import anywidget
import traitlets

from .model import RunModel

STATIC = files(__package__) / "static"
_WHOLE_EVERY_S = 5.0
"""Pages that load again are at most this many seconds behind before they have asked."""


class RunWidget(anywidget.AnyWidget):
    """One run on a page.

    Args:
        model: What to show.
        lock: Held while the model is looked at.
        press: Called with ``cancel`` or ``resume`` when a button is pressed.
        closed: Called once nobody can see it any more.

    Attributes:
        snapshot: All that is shown, in step with the page.
    """

    _esm = (STATIC / "run.js").read_text("utf-8")
    _css = (STATIC / "run.css").read_text("utf-8")

    snapshot = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        model: RunModel,
        lock: RLock,
        press: Callable[[str], None],
        closed: Callable[[], None],
    ) -> None:
        self._model, self._lock = model, lock
        self._press, self._closed = press, closed
        self._whole_at = 0.0
        self._pressed: set[str] = set()
        super().__init__(snapshot=dict(model.snapshot()))
        self.on_msg(self._hear)

    def renew(self, model: RunModel) -> None:
        """Show another model of the same run, read from the server afresh."""
        model.rev = self._model.rev + 1
        self._model = model
        self.snapshot = dict(model.snapshot())

    def draw(self, now: float) -> None:
        """Send the page what is new.

        Args:
            now: A clock, in seconds.
        """
        change = self._model.change()
        if change is None:
            return
        if change["whole"] or self._model.over or now - self._whole_at >= _WHOLE_EVERY_S:
            self._whole_at = now
            self.snapshot = dict(self._model.snapshot())
        else:
            self.send({"type": "change", **change})

    def close(self) -> None:
        """Take it off every page and stop feeding it."""
        super().close()
        self._closed()

    def _hear(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        match content:
            case {"type": "sync", "rev": rev}:
                with self._lock:
                    if rev != self._model.rev:
                        self.snapshot = dict(self._model.snapshot())
                        self.send_state("snapshot")
            case {"type": ("cancel" | "resume") as button, "id": press_id}:
                self.send({"type": "heard"})
                if press_id not in self._pressed:  # it comes again where no answer was heard
                    self._pressed.add(press_id)
                    self._press(button)
            case _:
                pass
