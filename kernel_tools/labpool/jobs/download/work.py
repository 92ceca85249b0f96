"""A download from its beginning to its end."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labpool.hub.layout import Repo, cache_root, repo_of
from labpool.hub.links import can_link
from labpool.hub.manifest import Manifest, ManifestFile, patterns_of, ready, revision_of
from labpool.runtime.context import JobContext, JobError
from labpool.wire._base import utc_now
from labpool.wire.catalog import CatalogEntry

from . import checking, plan
from .brake import Brake
from .errors import NOT_OURS, bad_catalog, files_deleted, in_words, not_writable
from .hub import Hub, Listing
from .install import install
from .limits import Limits
from .params import Params
from .pulse import Pulse
from .tally import Tally
from .transfer import Desk, fetch
from .web import Web

ENDPOINT = "https://huggingface.co"
ROUNDS = 3
"""Times that files are fetched again because somebody deletes them meanwhile."""


def download(params: Params, ctx: JobContext, limits: Limits | None = None) -> dict[str, Any]:
    """Fetch an entry of the catalog.

    Args:
        limits: How long to wait for what; the usual ones when absent.

    Returns:
        See ``run``.

    Raises:
        Cancelled: The run was asked to end.
        JobError: See ``errors``.
    """
    entry = ctx.catalog.get(params.id)
    if entry is None:
        raise JobError(
            "model_not_allowed",
            f"The catalog does not list {params.id!r}; only what it lists can be fetched.",
        )
    return _Download(entry, ctx, limits or Limits(), params.verify).run()


@dataclass
class _Download:
    """What one attempt is busy with."""

    entry: CatalogEntry
    ctx: JobContext
    limits: Limits
    verify: bool
    repaired: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    brake: Brake = field(default_factory=Brake)

    def __post_init__(self) -> None:
        self.pulse = Pulse(self.ctx, self.tally, self.brake, self.limits)

    def run(self) -> dict[str, Any]:
        if self.entry.repo_id is None:  # comes with Labpool
            return self._result(None)
        root = cache_root(self.ctx.settings)
        try:
            repo = repo_of(root, self.entry)
        except ValueError as error:
            raise bad_catalog(self.entry.id, str(error)) from error
        done = ready(root, self.entry)
        wrong: list[ManifestFile] = []
        if done is not None:
            self.tally.expect(done.files)
            wrong = self._wrong_files(repo, done) if self.verify else []
            self.repaired = [file.path for file in wrong]
            self.tally.here = {file.blob: file.size for file in done.files}
        if done is not None and not wrong:
            right = ", and every byte is right" if self.verify else ""
            self.ctx.log("info", f"all its files are here already{right}")
        else:
            done = self._fetch_where_allowed(repo, frozenset(file.blob for file in wrong))
        self.tally.stage = "complete"
        self.pulse.report()
        return self._result(done, repo.snapshots / done.commit)

    def _wrong_files(self, repo: Repo, done: Manifest) -> list[ManifestFile]:
        """Read what is here, and take away what is wrong: it must not count as ready."""
        self.tally.stage = "checking what is here"
        with ThreadPoolExecutor(self.limits.at_once, "labpool-verify") as pool:
            checks = [
                pool.submit(checking.is_right, repo, done.commit, file, self.tally, self.brake)
                for file in done.files
            ]
            right = self.pulse.watch(checks)
        wrong = [file for file, is_right in zip(done.files, right, strict=True) if not is_right]
        for file in wrong:
            self.ctx.log("warning", f"{file.path}: has wrong bytes; it is fetched again")
            try:
                checking.remove(repo, done.commit, file)
            except OSError as error:
                raise not_writable(repo.root, error) from error
        return wrong

    def _fetch_where_allowed(self, repo: Repo, wrong: frozenset[str]) -> Manifest:
        try:
            return self._fetch(repo, wrong)
        except OSError as error:
            if error.errno not in NOT_OURS:
                raise
            raise not_writable(repo.root, error) from error

    def _fetch(self, repo: Repo, wrong: frozenset[str]) -> Manifest:
        """Fetch what is missing, and show the snapshot."""
        endpoint = self.ctx.settings.get("hub_endpoint", ENDPOINT)
        token = self.ctx.secret("hub_token")
        with (
            closing(Web(endpoint, token, self.limits, self.brake)) as web,
            ThreadPoolExecutor(self.limits.at_once, "labpool-download") as pool,
        ):
            hub = Hub(
                self.entry, web, self.limits, self.brake, lambda t: self.ctx.log("warning", t)
            )
            self.tally.stage = f"asking {web.host} for the list of files"
            [listing] = self.pulse.watch([pool.submit(hub.listing)])
            desk = Desk(
                hub=hub,
                repo=repo,
                commit=listing.commit,
                limits=self.limits,
                brake=self.brake,
                tally=self.tally,
                log=self.ctx.log,
                wrong=wrong,
                flush=self.ctx.flush,
            )
            for _ in range(ROUNDS):
                done = self._round(desk, listing, pool)
                if done is not None:
                    return done
        raise files_deleted()

    def _round(self, desk: Desk, listing: Listing, pool: ThreadPoolExecutor) -> Manifest | None:
        """Fetch what is missing now; None when some of it was gone again at the end."""
        files = plan.distinct(listing.files)
        self.tally.expect(files)
        wanting = plan.missing(desk, files)
        plan.check_space(desk, wanting)
        if wanting and listing.gated:
            self.tally.stage = f"asking {desk.hub.web.host} for access"
            self.pulse.watch([pool.submit(desk.hub.check_access, listing)])
        links = self._can_link(desk, listing, wanting)
        self.tally.stage = "taking disk space"
        self.pulse.report()
        plan_or_manifest = self._manifest(listing)
        with plan.held(desk, plan_or_manifest, wanting):
            self.tally.stage = "fetching"
            self.pulse.watch([pool.submit(fetch, desk, file) for file in files])
            self.tally.stage = "completing the snapshot"
            self.pulse.beat()
            done = plan_or_manifest.model_copy(update={"completed_at": utc_now()})
            whole = install(desk.repo.root, done, links=links)
        self.ctx.log("info", f"{len(listing.files)} files, {in_words(done.size_bytes())}: complete")
        return done if whole else None

    def _can_link(self, desk: Desk, listing: Listing, wanting: list[ManifestFile]) -> bool:
        """Whether the cache can have links; without them every name of a file takes its bytes."""
        links = can_link(desk.repo)
        if not links:
            plan.check_space(desk, wanting, plan.twins(listing.files) if wanting else 0)
            self.ctx.log(
                "info",
                "the disk of the cache has no symbolic links: the snapshot has the files "
                "themselves, and revisions share nothing",
            )
        return links

    def _manifest(self, listing: Listing) -> Manifest:
        return Manifest(
            repo_type=self.entry.kind,
            repo_id=str(self.entry.repo_id),
            revision=revision_of(self.entry),
            commit=listing.commit,
            allow_patterns=patterns_of(self.entry),
            catalog_id=self.entry.id,
            files=sorted(listing.files, key=lambda file: file.path),
        )

    def _result(self, done: Manifest | None, path: Path | None = None) -> dict[str, Any]:
        return {
            "id": self.entry.id,
            "repo_id": self.entry.repo_id,
            "revision": done.commit if done else None,
            "path": str(path) if path else None,
            "bytes_total": done.size_bytes() if done else 0,
            "bytes_fetched": self.tally.bytes_fetched(),
            "files": len(done.files) if done else 0,
            "seconds": round(time.monotonic() - self.pulse.began, 3),
        } | ({"repaired": self.repaired} if self.verify else {})
