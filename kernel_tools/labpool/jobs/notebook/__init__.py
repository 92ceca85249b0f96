"""The ``notebook`` kind: a notebook run cell after cell, away from its tab and its kernel."""

from __future__ import annotations

from labpool.wire.kinds import JobKind, read_words

from .params import Params

KIND = JobKind(
    name="notebook",
    title="Run a notebook",
    description="Run a notebook in a kernel of its own, and save each finished cell into a copy.",
    params=Params,
    entry="labpool.jobs.notebook.run:run",
    check="labpool.jobs.notebook.check:check",
    requires=("nbclient", "nbformat"),
    words=read_words(__package__),
)

__all__ = ["KIND", "Params"]
