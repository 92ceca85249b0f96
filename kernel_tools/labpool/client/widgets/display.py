"""How a run gets into a notebook, and what stays there when the kernel is gone.

A cell's output holds the live view and, beside it, a still picture for whatever cannot show
the view: a saved file on GitHub, an export, a notebook that is not trusted. The picture is
taken when the cell runs and once more when the run ends, through the output's display id.
JupyterLab prefers the view in a notebook that it trusts, so there a notebook that is opened
without its kernel shows no picture until the cell runs again.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from labpool.client.connection import Connection
from labpool.wire import LabpoolError, Run

from . import plain, still
from .feeder import Feeder
from .model import RunModel

if TYPE_CHECKING:
    from .widget import RunWidget

VIEW = "application/vnd.jupyter.widget-view+json"
_KEPT_DISPLAYS = 20
"""Outputs of one run whose picture is taken again at its end."""


class Showable(Protocol):
    """What this needs of a client's run."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def connection(self) -> Connection:
        """The server that has it."""

    @property
    def record(self) -> Run:
        """The run as it was last seen."""


def bundle(run: Showable) -> dict[str, Any]:
    """Return a run for every front end, richest first.

    Args:
        run: The run.

    Returns:
        A MIME bundle: text and HTML, and the live view where this process is a kernel.
    """
    return _Notebook.of_kernel().bundle(run)[0]


def show(run: Showable) -> None:
    """Display a run in the running cell.

    Raises:
        NotImplementedError: This process is no kernel; IPython then takes the bundle.
    """
    notebook = _Notebook.of_kernel()
    if notebook.shell is None:
        raise NotImplementedError
    notebook.show(run)


def pictures(model: RunModel) -> dict[str, Any]:
    """Return the parts of a bundle that need neither kernel nor page."""
    shown = model.snapshot()
    as_of = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return {"text/plain": plain.text(shown), "text/html": still.html(shown, as_of)}


@dataclass
class _Notebook:
    """What a kernel shows. It hangs on the kernel's shell and dies with it.

    Attributes:
        shell: IPython's shell where it is a kernel, else None.
        feeders: One for each server, by address.
        widgets: One for each run that is shown, by address and run id.
        displays: Ids of the outputs that show a run, oldest first.
    """

    shell: Any = None
    feeders: dict[str, Feeder] = field(default_factory=dict)
    widgets: dict[tuple[str, str], RunWidget] = field(default_factory=dict)
    displays: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    @classmethod
    def of_kernel(cls) -> _Notebook:
        """Return the one of this kernel; outside of kernels one that shows nothing."""
        shell = _kernel_shell()
        if shell is None:
            return cls()
        found: _Notebook = vars(shell).setdefault("_labpool_notebook", cls(shell))
        return found

    def show(self, run: Showable) -> None:
        """Publish a run's bundle under a display id of its own."""
        data, key = self.bundle(run)
        display_id = uuid.uuid4().hex
        ids = self.displays.setdefault(key, [])
        ids.append(display_id)
        del ids[:-_KEPT_DISPLAYS]
        self._publish(data, display_id, update=False)

    def bundle(self, run: Showable) -> tuple[dict[str, Any], tuple[str, str]]:
        """Return a run's bundle, and under which key its outputs are kept."""
        key = (str(run.connection.address), run.id)
        widgets = _widget_class() if self.shell is not None else None
        try:
            if widgets is None:
                return pictures(Feeder(run.connection).source.load(run.id)), key
            return self._live(run, key, widgets), key
        except LabpoolError as error:
            model = RunModel(run.record)
            model.say("away")
            model.answer(error.message)
            return pictures(model), key

    def _live(
        self, run: Showable, key: tuple[str, str], widget_class: type[RunWidget]
    ) -> dict[str, Any]:
        feeder = self.feeders.setdefault(key[0], Feeder(run.connection))

        def view(model: RunModel) -> RunWidget:
            widget = widget_class(
                model,
                feeder.lock,
                press=lambda button: feeder.press(run.id, button),
                closed=lambda: self._forget(feeder, key),
            )
            self.widgets[key] = widget
            return widget

        shown = feeder.follow(run.id, view, ended=lambda model: self._retake(key, model))
        return pictures(shown.model) | self._view_of(key)

    def _view_of(self, key: tuple[str, str]) -> dict[str, Any]:
        view = {"version_major": 2, "version_minor": 0, "model_id": self.widgets[key].model_id}
        return {VIEW: view}

    def _retake(self, key: tuple[str, str], model: RunModel) -> None:
        """Put the picture of the run's end beside the view in every output that shows it."""
        data = pictures(model) | self._view_of(key)
        for display_id in self.displays.get(key, []):
            self._publish(data, display_id, update=True)

    def _forget(self, feeder: Feeder, key: tuple[str, str]) -> None:
        feeder.drop(key[1])
        self.widgets.pop(key, None)
        self.displays.pop(key, None)

    def _publish(self, data: dict[str, Any], display_id: str, *, update: bool) -> None:
        self.shell.display_pub.publish(
            data=data, metadata={}, transient={"display_id": display_id}, update=update
        )


def _kernel_shell() -> Any:
    """Return IPython's shell if a front end is behind it."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return None
    shell = get_ipython()
    return shell if getattr(shell, "kernel", None) is not None else None


def _widget_class() -> type[RunWidget] | None:
    """Return the widget, or None where its JavaScript was not built."""
    try:
        from .widget import RunWidget
    except (ImportError, FileNotFoundError):
        return None
    return RunWidget
