"""The local Hub's sockets and pages."""

from __future__ import annotations

import json
import socket
import ssl
import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, quote, unquote, urlsplit

from . import sending
from .faults import Fault, Faults
from .log import Log, Request
from .repos import HubFile, HubRepo, folder_files, make_repo


class LocalHub:
    """A Hub that runs in threads of this process.

    Args:
        port: 0 for any that is free.
        tls: Certificate and key, for https.

    Attributes:
        url: Its endpoint. The CDN is the same server under another host name.
        faults: What goes wrong.
        log: What was asked.
    """

    def __init__(self, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.faults = Faults()
        self.log = Log()
        self.closing = threading.Event()
        self._repos: dict[tuple[str, str], HubRepo] = {}
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.hub = self
        self.port: int = self._server.server_address[1]
        scheme = "https" if tls else "http"
        self._server.tls = tls
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self.cdn = f"{scheme}://localhost:{self.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="local-hub", daemon=True
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Cut all connections and end all threads."""
        self.closing.set()
        self.faults.open_gates()
        self._server.shutdown()
        self._server.cut_all()
        self._server.server_close()
        self._thread.join()

    def add(self, repo_id: str, files: Mapping[str, bytes | Path], **options: Any) -> HubRepo:
        """Add a repository, or replace it; see ``make_repo``."""
        repo = make_repo(repo_id, files, **options)
        self._repos[repo.repo_type, repo_id] = repo
        return repo

    def add_folder(self, repo_id: str, folder: Path, **options: Any) -> HubRepo:
        """Add a repository with the files of a folder."""
        return self.add(repo_id, folder_files(folder), **options)

    def find(self, repo_type: str, repo_id: str) -> HubRepo | None:
        """Return a repository."""
        return self._repos.get((repo_type, repo_id))

    def large_file(self, sha256: str) -> HubFile | None:
        """Return a file of the large file storage."""
        for repo in self._repos.values():
            for file in repo.files.values():
                if file.lfs and file.sha256 == sha256:
                    return file
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for them
    block_on_close = True
    allow_reuse_address = True
    request_queue_size = 64
    hub: LocalHub
    tls: ssl.SSLContext | None = None

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Serve one connection."""
        with self._lock:
            self._open.add(request)
        try:
            if self.tls:
                self._serve_encrypted(self.tls, request, client_address)
            else:
                super().finish_request(request, client_address)
        finally:
            with self._lock:
                self._open.discard(request)

    def _serve_encrypted(self, tls: ssl.SSLContext, request: Any, client_address: Any) -> None:
        # A copy, because wrapping takes the socket away from whoever closes it.
        with tls.wrap_socket(request.dup(), server_side=True) as encrypted:
            super().finish_request(encrypted, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection; one that is gone is closed."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that goes away."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def cut_all(self) -> None:
        """Wake the threads that wait for a client."""
        with self._lock:
            for connection in self._open:
                sending.wake(connection)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server
    pages: ClassVar[Mapping[str, str]] = {"models": "model", "datasets": "dataset"}

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Keep quiet: the log is for what matters."""

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.hub = self.server.hub
        self.entry = Request(
            method=self.command,
            host=self.headers.get("Host", ""),
            path=unquote(self.path),
            range=self.headers.get("Range"),
            if_range=self.headers.get("If-Range"),
            authorization=self.headers.get("Authorization"),
        )
        self.hub.log.add(self.entry)
        fault = self.hub.faults.strike(self.command, self.entry.path)
        if fault.silent:
            self.hub.closing.wait()
            self.close_connection = True
        elif fault.redirect is not None:
            there = fault.redirect.replace("{path}", self.path)
            self.say(fault.status or 302, b"", {"Location": there.encode().decode("latin-1")})
        elif fault.status is not None:
            about = {"Content-Type": "text/plain", **fault.headers}
            if fault.chunked:
                self.say_chunked(fault.status, fault.body, about)
            else:
                self.say(fault.status, fault.body, about)
        else:
            self._route(fault)

    def _route(self, fault: Fault) -> None:
        parts = urlsplit(self.path)
        path = [unquote(part) for part in parts.path.strip("/").split("/")]
        if path[0] == "api":
            self._api(path[1:], parse_qs(parts.query))
        elif path[0] == "cdn":
            file = self.hub.large_file(path[1])
            if file is None:
                self.say(404, b"no such object")
            else:
                sending.send_file(self, file, fault)
        elif "resolve" in path:
            at = path.index("resolve")
            kind = self.pages.get(path[0], "model")
            name = "/".join(path[:at] if kind == "model" else path[1:at])
            self._resolve(kind, name, path[at + 1], "/".join(path[at + 2 :]), fault)
        else:
            self.say(404, b"not found")

    # ------------------------------------------------------------------ the API

    def _api(self, path: list[str], query: dict[str, list[str]]) -> None:
        if path[:1] == ["whoami-v2"]:
            self.say_json({"type": "user", "name": "tester", "orgs": []})
            return
        kind = self.pages.get(path[0])
        cut = next((i for i, part in enumerate(path) if part in {"revision", "tree"}), len(path))
        repo = self.hub.find(kind or "", "/".join(path[1:cut]))
        if repo is None or (repo.private and not self._may(repo)):
            self.refuse(401 if not self._token() else 404, "RepoNotFound", "Repository not found")
            return
        page, *rest = path[cut:] or ["revision", "main"]
        if page == "tree":  # a revision may have slashes, and so may a folder: none is asked for
            rest = ["/".join(rest)]
        commit = repo.resolve("/".join(rest))
        if commit is None:
            self.refuse(404, "RevisionNotFound", f"Invalid rev id: {'/'.join(rest)}")
        elif page == "tree":
            self.say_json(repo.tree())
        else:
            self.say_json(self._info(repo, commit, blobs="blobs" in query))

    def _info(self, repo: HubRepo, commit: str, *, blobs: bool) -> dict[str, Any]:
        return {
            "_id": commit[:24],
            "id": repo.repo_id,
            "sha": commit,
            "private": repo.private,
            "gated": "auto" if repo.gated else False,
            "disabled": False,
            "downloads": 0,
            "likes": 0,
            "tags": [],
            "cardData": repo.card,
            "usedStorage": repo.size(),
            "siblings": repo.siblings(blobs=blobs),
            "createdAt": "2024-01-01T00:00:00.000Z",
            "lastModified": "2024-01-01T00:00:00.000Z",
        }

    # ------------------------------------------------------------------ files

    def _resolve(self, kind: str, name: str, revision: str, path: str, fault: Fault) -> None:
        repo = self.hub.find(kind, name)
        if repo is None or (repo.private and not self._may(repo)):
            self.refuse(401 if not self._token() else 404, "RepoNotFound", "Repository not found")
        elif (commit := repo.resolve(revision)) is None:
            self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        elif repo.gated and not self._may(repo):
            self.refuse(403 if self._token() else 401, "GatedRepo", "Access is restricted")
        elif path not in repo.files:
            self.refuse(404, "EntryNotFound", "Entry not found")
        else:
            self._give(repo.files[path], commit, fault)

    def _give(self, file: HubFile, commit: str, fault: Fault) -> None:
        about = {"X-Repo-Commit": commit, "ETag": f'"{file.etag}"', "Accept-Ranges": "bytes"}
        if not file.lfs:
            sending.send_file(self, file, fault, about)
            return
        about["X-Linked-Etag"] = f'"{file.sha256}"'
        about["X-Linked-Size"] = str(len(file.content))
        about["Location"] = f"{self.hub.cdn}/cdn/{file.sha256}/{quote(file.path)}?signature=secret"
        self.say(302, b"", about)

    def _token(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    def _may(self, repo: HubRepo) -> bool:
        return self._token() in repo.tokens

    # ------------------------------------------------------------------ answers

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Send a status and headers."""
        self.entry.status = status
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def say(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Send a small answer."""
        self.begin(status, {"Content-Length": str(len(body)), **(headers or {})})
        if self.command != "HEAD":
            self.wfile.write(body)

    def say_chunked(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        """Send an answer that does not say how long it is."""
        self.begin(status, {**headers, "Transfer-Encoding": "chunked"})
        if body:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(body), body))
        self.wfile.write(b"0\r\n\r\n")

    def say_json(self, value: Any) -> None:
        """Send JSON."""
        self.say(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def refuse(self, status: int, code: str, message: str) -> None:
        """Send an error as the Hub does."""
        headers = {"X-Error-Code": code, "X-Error-Message": message}
        self.say(status, json.dumps({"error": message}).encode(), headers)
