"""What the Hub says: which files belong to a revision, and why it refuses something."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import quote

from labpool.hub.layout import BLOB, COMMIT, stays_inside
from labpool.hub.manifest import ManifestFile, revision_of
from labpool.runtime.context import JobError
from labpool.wire.catalog import CatalogEntry

from .brake import Brake
from .errors import Trouble, bad_catalog, endpoint_redirects, host_refuses, wrong_answer
from .limits import Limits
from .retries import Retries, retry_after
from .web import Answer, Web

T = TypeVar("T")


@dataclass(frozen=True)
class Listing:
    """The files of an entry, at its commit.

    Attributes:
        gated: Whether the Hub asks who wants them.
    """

    commit: str
    files: list[ManifestFile]
    gated: bool


class Hub:
    """The Hub, asked about one entry.

    Args:
        log: Told of every further try.
    """

    def __init__(
        self,
        entry: CatalogEntry,
        web: Web,
        limits: Limits,
        brake: Brake,
        log: Callable[[str], None],
    ) -> None:
        self.web = web
        self._entry = entry
        self._limits = limits
        self._brake = brake
        self._log = log

    def listing(self) -> Listing:
        """Return the files that belong to the entry.

        Raises:
            JobError: The Hub does not have it, does not give it, or does not answer.
        """
        return self._patiently(self._ask_listing)

    def check_access(self, listing: Listing) -> None:
        """Ask for a file of a gated repository: its list of files is open to everybody.

        Raises:
            JobError: The Hub does not give it.
        """
        url = self.file_url(listing.commit, min(listing.files, key=lambda f: f.size).path)

        def ask() -> None:
            with self.web.ask(url, method="HEAD", stop_at="x-repo-commit") as answer:
                if answer.home or "x-error-code" in answer.headers:
                    self.refuse(answer)

        self._patiently(ask)

    def file_url(self, commit: str, path: str) -> str:
        """Return where a file of the entry is."""
        prefix = "datasets/" if self._entry.kind == "dataset" else ""
        return (
            f"{self.web.endpoint}/{prefix}{self._entry.repo_id}/resolve/{commit}/"
            f"{quote(path, safe='/')}"
        )

    def refuse(self, answer: Answer) -> None:
        """Raise what an answer's status means; nothing for one below 400.

        Raises:
            Trouble: Another try may help.
            JobError: None will.
        """
        status, host = answer.status, answer.host
        if status < 400:
            return
        if status == 429:
            wait = retry_after(answer.headers)
            raise Trouble("rate_limited", f"{host} says that there are too many requests", wait)
        if status == 408:
            raise Trouble("timeout", f"{host} says that the request took too long")
        if status >= 500:
            wait = retry_after(answer.headers)
            raise Trouble("hub_error", f"{host} answers with status {status}", wait)
        code = answer.headers.get("x-error-code", "")
        if not answer.home and not code:
            raise host_refuses(host, self.web.host, status, _clock_ahead(answer))
        if answer.is_page() and not code:
            raise wrong_answer(host, f"a page with status {status}, and not as the Hub does")
        raise self._refusal(status, code, answer)

    def _refusal(self, status: int, code: str, answer: Answer) -> JobError:
        name, host = self._entry.repo_id, answer.host
        if code == "GatedRepo" and not answer.home:
            return endpoint_redirects(str(name), self.web.host, answer.origin)
        if code == "GatedRepo" and not self.web.has_token:
            return JobError(
                "token_needed",
                f"{name} is given only to those who ask: accept its terms on {self.web.host}, "
                "store your access token in Labpool, then resume the run.",
            )
        if code == "GatedRepo" or (status in {401, 403} and self.web.has_token and not code):
            return JobError(
                "access_denied",
                f"{name} is not open to your access token: accept its terms on {self.web.host} "
                "with the same account, or store another token, then resume the run.",
            )
        if code == "RevisionNotFound":
            return JobError(
                "revision_not_found",
                f"{name} has no revision {revision_of(self._entry)}. Whoever keeps the catalog "
                "has to name another one.",
            )
        if code == "RepoNotFound" or (status in {401, 403, 404} and not code):
            return JobError(
                "repo_not_found",
                f"{host} has no {self._entry.kind} {name}, or it is a private one: then "
                "store an access token that may read it, and resume the run."
                + self._not_shown(answer),
            )
        return JobError(
            "hub_error", f"{host} answers with status {status} {code}".strip() + f" for {name}."
        )

    def _not_shown(self, answer: Answer) -> str:
        """Return that another Hub than the endpoint answered, without having seen a token."""
        if answer.home:
            return ""
        return (
            f" {self.web.host} sends on to it, and it is not shown your token: for that, have "
            f"hub_endpoint of the server set to {answer.origin}."
        )

    def _patiently(self, ask: Callable[[], T]) -> T:
        retries = Retries(self._limits, self._brake, self._log)
        while True:
            try:
                return ask()
            except Trouble as trouble:
                retries.failed(trouble)

    def _ask_listing(self) -> Listing:
        entry = self._entry
        url = (
            f"{self.web.endpoint}/api/{entry.kind}s/{entry.repo_id}/revision/"
            f"{quote(revision_of(entry), safe='')}?blobs=true"
        )
        with self.web.ask(url) as answer:
            self.refuse(answer)
            said = answer.json()
        try:
            return read_listing(entry, said)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            host = self.web.host
            raise Trouble("hub_error", f"{host} lists the files in an unknown way") from error


def read_listing(entry: CatalogEntry, said: Any) -> Listing:
    """Return what the Hub's words about a revision mean.

    Args:
        said: The JSON of ``/api/models/{repo}/revision/{revision}?blobs=true``.

    Raises:
        JobError: The entry does not fit, or a file would leave its folder.
        KeyError, TypeError, ValueError: Something is missing.
    """
    commit = str(said["sha"])
    asked = revision_of(entry)
    if not COMMIT.fullmatch(commit) or (COMMIT.fullmatch(asked) and asked != commit):
        raise ValueError(commit)
    files = [_file(one) for one in said["siblings"] if wanted(one["rfilename"], entry)]
    if not files:
        raise bad_catalog(entry.id, "no file of the repository matches its allow_patterns")
    _refuse_odd_paths(entry, [file.path for file in files])
    return Listing(commit, files, bool(said.get("gated")) or entry.gated)


def wanted(path: str, entry: CatalogEntry) -> bool:
    """Whether a file belongs to an entry; without patterns every file does."""
    patterns = [p + "*" if p.endswith("/") else p for p in entry.allow_patterns]
    return not patterns or any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def _clock_ahead(answer: Answer) -> float:
    """Return the seconds that our clock is ahead of that of who answered; 0 if it has none."""
    try:
        theirs = parsedate_to_datetime(answer.headers.get("date", ""))
        return (datetime.now(UTC) - theirs).total_seconds()
    except (TypeError, ValueError):
        return 0.0


def _file(one: Any) -> ManifestFile:
    lfs = one.get("lfs")
    blob = str(lfs.get("sha256") or lfs["oid"]) if lfs else str(one["blobId"])
    size = lfs["size"] if lfs else one["size"]
    if not BLOB.fullmatch(blob) or (lfs and len(blob) != 64) or not isinstance(size, int):
        raise ValueError(blob)
    return ManifestFile(path=one["rfilename"], size=size, blob=blob)


def _refuse_odd_paths(entry: CatalogEntry, paths: Iterable[str]) -> None:
    """Refuse paths that leave the snapshot's folder, or that cannot be there together."""
    seen: set[str] = set()
    for path in sorted(paths):
        above = {"/".join(path.split("/")[:depth]) for depth in range(1, path.count("/") + 1)}
        if not stays_inside(path) or path in seen or above & seen:
            raise bad_catalog(entry.id, f"the repository has a file with the odd name {path!r}")
        seen.add(path)
