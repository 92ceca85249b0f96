"""How fast a scrape goes, and when it gives up."""

from __future__ import annotations

from pydantic import Field

from ._base import Number, Part, Whole


class Limits(Part):
    """Limits of a run.

    Attributes:
        rate_per_s: Requests a second for each host.
        parallel: Requests at once for each host.
        navigation_s: Seconds until a page must be ready.
        response_s: Seconds until a call must be answered.
        item_s: Seconds for a try of an item, with all its calls; waiting for a turn does not count.
        response_bytes: Largest answer.
        tries: How often an item is tried without coming any further.
        failures: Failures of a host in a row after which nobody asks it for a while.
        rest_s: Seconds of that first while; it doubles as long as the host fails, to ten minutes.
    """

    rate_per_s: Number = Field(default=2.0, gt=0.0, le=1000.0)
    parallel: Whole = Field(default=4, ge=1, le=256)
    navigation_s: Number = Field(default=30.0, ge=0.1, le=600.0)
    response_s: Number = Field(default=20.0, ge=0.1, le=600.0)
    item_s: Number = Field(default=90.0, ge=0.1, le=3600.0)
    response_bytes: Whole = Field(default=10 << 20, ge=1024, le=1 << 30)
    tries: Whole = Field(default=3, ge=1, le=20)
    failures: Whole = Field(default=10, ge=1, le=1000)
    rest_s: Number = Field(default=30.0, ge=0.1, le=600.0)
