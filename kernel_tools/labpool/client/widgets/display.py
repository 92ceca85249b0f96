"""How a run gets into a notebook, and what stays there when the kernel is gone.

A cell's output holds the run's id, which Labpool's extension of JupyterLab draws as it is now,
and beside it a still picture for whatever does not know that type: a saved file on GitHub, an
export, another front end. Nothing in it belongs to the kernel. The picture is taken when the
cell runs and once more when the run ends, through the output's display id.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, cast

from labpool.client.connection import Connection
from labpool.wire import LabpoolError, Run

from . import plain, still
from .feeder import Feeder
from .model import RunModel

if TYPE_CHECKING:
    from .widget import RunWidget

RUN = "application/vnd.labpool.run+json"
"""The type of a run's id; the extension of JupyterLab knows it by this name."""
_KEPT_DISPLAYS = 20
"""Outputs of one run whose picture is taken again at its end."""

Key = tuple[str, str]


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
        A MIME bundle: text and HTML, and the run's id for JupyterLab where this is a kernel.
    """
    return _Notebook.of_kernel().bundle(run)


def show(run: Showable) -> None:
    """Display a run in the running cell.

    Raises:
        NotImplementedError: This process is no kernel; IPython then takes the bundle.
    """
    notebook = _Notebook.of_kernel()
    if notebook.shell is None:
        raise NotImplementedError
    notebook.show(run)


def as_widget(run: Showable) -> RunWidget:
    """Return a run as a widget for layouts of one's own; the same run is the same widget.

    Raises:
        LabpoolError: There is no such run, or the server does not answer.
        RuntimeError: This process is no kernel.
    """
    notebook = _Notebook.of_kernel()
    if notebook.shell is None:
        raise RuntimeError("A widget lives in a notebook's kernel. In a program: run.follow().")
    return notebook.widget(run)


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
        widgets: One for each run that has one, by address and run id.
        displays: Ids of the outputs that show a run, oldest first.
    """

    shell: Any = None
    feeders: dict[str, Feeder] = field(default_factory=dict)
    widgets: dict[Key, RunWidget] = field(default_factory=dict)
    displays: dict[Key, list[str]] = field(default_factory=dict)

    @classmethod
    def of_kernel(cls) -> _Notebook:
        """Return the one of this kernel; outside of kernels one that shows nothing."""
        shell = _kernel_shell()
        if shell is None:
            return cls()
        found: _Notebook = vars(shell).setdefault("_labpool_notebook", cls(shell))
        return found

    def show(self, run: Showable) -> None:
        """Publish a run's bundle under a display id of its own; the picture is taken again."""
        key, feeder = _key(run), self._feeder(run)
        display_id = uuid.uuid4().hex
        ids = self.displays.setdefault(key, [])
        ids.append(display_id)
        del ids[:-_KEPT_DISPLAYS]
        ended = partial(self._end, key)
        data = _known(run, lambda: feeder.follow(run.id, ended).model)
        self._publish(data, display_id, update=False)
        self._rest(key)

    def bundle(self, run: Showable) -> dict[str, Any]:
        """Return a run's bundle as it is now."""
        data = _known(run, lambda: self._feeder(run).source.load(run.id))
        if self.shell is None:
            del data[RUN]
        return data

    def widget(self, run: Showable) -> RunWidget:
        """Return a run's widget, fed from now on."""
        from .widget import RunWidget

        key, feeder = _key(run), self._feeder(run)

        def view(model: RunModel) -> RunWidget:
            return RunWidget(
                model,
                feeder.lock,
                press=lambda button: feeder.press(run.id, button),
                closed=lambda: self._forget(feeder, key),
            )

        shown = feeder.follow(run.id, partial(self._end, key), view)
        widget = self.widgets[key] = cast("RunWidget", shown.view)
        return widget

    def _feeder(self, run: Showable) -> Feeder:
        address = str(run.connection.address)
        return self.feeders.setdefault(address, Feeder(run.connection))

    def _end(self, key: Key, model: RunModel) -> None:
        """Put the picture of the run's end into every output that shows it."""
        data = _data(key[1], model)
        for display_id in self.displays.get(key, []):
            self._publish(data, display_id, update=True)
        self._rest(key)

    def _rest(self, key: Key) -> None:
        """Follow a run no more where only its picture was waited for, and that is taken."""
        feeder = self.feeders[key[0]]
        if key not in self.widgets and not feeder.waits(key[1]):
            self._forget(feeder, key)

    def _forget(self, feeder: Feeder, key: Key) -> None:
        feeder.drop(key[1])
        self.widgets.pop(key, None)
        self.displays.pop(key, None)

    def _publish(self, data: dict[str, Any], display_id: str, *, update: bool) -> None:
        self.shell.display_pub.publish(
            data=data, metadata={}, transient={"display_id": display_id}, update=update
        )


def _key(run: Showable) -> Key:
    return str(run.connection.address), run.id


def _known(run: Showable, load: Callable[[], RunModel]) -> dict[str, Any]:
    """Return a run's bundle, of what was seen last where the server does not answer."""
    try:
        model = load()
    except LabpoolError as error:
        model = RunModel(run.record)
        model.say("away")
        model.answer(error.message)
    return _data(run.id, model)


def _data(run_id: str, model: RunModel) -> dict[str, Any]:
    return {RUN: {"id": run_id}, **pictures(model)}


def _kernel_shell() -> Any:
    """Return IPython's shell if a front end is behind it."""
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return None
    shell = get_ipython()
    return shell if getattr(shell, "kernel", None) is not None else None
