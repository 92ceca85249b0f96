"""Serves the site until its standard input ends.

    python -m support.site [--port PORT] [--latency SECONDS] [--tickets N] [--fault ID=NAME ...]

Two lines of output: the URL, and a storage state with a session, as JSON.
"""

from __future__ import annotations

import argparse
import json
import sys

from . import LocalSite


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(prog="support.site")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before every answer")
    parser.add_argument("--tickets", type=int, default=24)
    parser.add_argument("--expire-after", type=int, help="requests that a session is good for")
    parser.add_argument("--crawl-delay", type=float, help="seconds, for robots.txt")
    parser.add_argument("--fault", action="append", default=[], metavar="ID=NAME")
    chosen = parser.parse_args()
    with LocalSite(
        port=chosen.port,
        tickets=chosen.tickets,
        latency_s=chosen.latency,
        expire_after=chosen.expire_after,
        crawl_delay=chosen.crawl_delay,
    ) as site:
        for order in chosen.fault:
            ticket, _, name = order.partition("=")
            site.faults[int(ticket)] = name
        print(site.url)  # noqa: T201
        print(json.dumps(site.login()), flush=True)  # noqa: T201
        sys.stdin.read()


if __name__ == "__main__":
    main()
