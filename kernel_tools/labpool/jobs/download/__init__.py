"""The ``download`` kind: what the catalog lists, fetched from the Hub, whole or not at all."""

from __future__ import annotations

from labpool.wire.kinds import JobKind, read_words

from .params import Params

KIND = JobKind(
    name="download",
    title="Download from the Hub",
    description="Fetch a model or a data set that the catalog lists; it resumes and is verified.",
    params=Params,
    entry="labpool.jobs.download.run:run",
    secrets=("hub_token",),
    words=read_words(__name__),
)

__all__ = ["KIND", "Params"]
