"""The ``scrape`` kind: pages read by a warm browser on every worker."""

from __future__ import annotations

from labpool.wire.kinds import JobKind, read_words

from .params import Params
from .recipe import Recipe

KIND = JobKind(
    name="scrape",
    title="Scrape",
    description="Read many pages of a site with a browser on every worker, and keep the records.",
    params=Params,
    entry="labpool.jobs.scrape.run:run",
    check="labpool.jobs.scrape.check:check",
    requires=("jmespath", "playwright", "protego", "selectolax"),
    extra="scrape",
    workers="workers",
    series="labpool.jobs.scrape.params:series",
    words=read_words(__name__),
)

__all__ = ["KIND", "Params", "Recipe"]
