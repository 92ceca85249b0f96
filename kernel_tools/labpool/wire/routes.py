"""The contract: every route, once. Handlers and openapi.json both come from this table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from .assets import Asset, AssetsRemoved, AssetTotals, PruneRequest
from .errors import (
    Conflict,
    DownloadNeeded,
    EventsReset,
    InvalidParams,
    KindUnavailable,
    LabpoolError,
    ModelNotAllowed,
    NotFound,
    NotOurs,
    TokenNeeded,
    TooManyRequests,
)
from .metrics import MetricsAnswer
from .pages import (
    AssetPage,
    AssetsQuery,
    CatalogPage,
    DeleteQuery,
    EventPage,
    EventsQuery,
    KindPage,
    LogPage,
    LogsQuery,
    MetricsQuery,
    NoQuery,
    RunPage,
    RunsQuery,
    SecretPage,
)
from .runs import Run, RunRequest
from .secrets import SecretRequest
from .socket import SocketQuery
from .workers import Monitoring, Pool, PoolChange

API_PREFIX = "labpool/api"
"""Below the Jupyter server's base URL."""

DASHBOARD_PREFIX = "labpool/dashboard"
"""Below the Jupyter server's base URL: everything under it is the Dask dashboard's."""

Verb = Literal["GET", "POST", "PATCH", "DELETE"]
Action = Literal["read", "write", "execute"]


@dataclass(frozen=True, kw_only=True)
class Route:
    """One verb on one path.

    Attributes:
        id: Name of the operation, unique; the server's endpoint function has it too.
        verb: HTTP verb.
        path: Below ``API_PREFIX``, with ``{name}`` for a path parameter.
        summary: One line for the documentation.
        resource: What Jupyter's authorizer is asked about.
        action: What one wants to do to it.
        query: Model of the query string.
        body: Model of the JSON body, or None.
        answer: Model of the JSON answer, or None for no content.
        status: Status of success.
        errors: What can go wrong beyond login and malformed requests.
        stream: How the answer flows, where it does: "sse" (on Accept: text/event-stream or
            always where there is no JSON answer), "ws", or "file" (an archive).
    """

    id: str
    verb: Verb
    path: str
    summary: str
    resource: str
    action: Action
    query: type[BaseModel] = NoQuery
    body: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    status: int = 200
    errors: tuple[type[LabpoolError], ...] = ()
    stream: Literal["sse", "ws", "file"] | None = None


RUNS = "labpool:runs"
KINDS = "labpool:kinds"
POOL = "labpool:pool"
ASSETS = "labpool:assets"
SECRETS = "labpool:secrets"
MONITORING = "labpool:monitoring"

ROUTES: tuple[Route, ...] = (
    Route(
        id="list_kinds",
        verb="GET",
        path="kinds",
        summary="List the job kinds.",
        resource=KINDS,
        action="read",
        answer=KindPage,
    ),
    Route(
        id="create_run",
        verb="POST",
        path="runs",
        summary="Launch a run.",
        resource=RUNS,
        action="execute",
        body=RunRequest,
        answer=Run,
        status=201,
        errors=(
            NotFound,
            KindUnavailable,
            InvalidParams,
            ModelNotAllowed,
            DownloadNeeded,
            TokenNeeded,
            TooManyRequests,
        ),
    ),
    Route(
        id="list_runs",
        verb="GET",
        path="runs",
        summary="List runs, newest first.",
        resource=RUNS,
        action="read",
        query=RunsQuery,
        answer=RunPage,
    ),
    Route(
        id="get_run",
        verb="GET",
        path="runs/{run_id}",
        summary="Show one run.",
        resource=RUNS,
        action="read",
        answer=Run,
        errors=(NotFound,),
    ),
    Route(
        id="delete_run",
        verb="DELETE",
        path="runs/{run_id}",
        summary="Delete an ended run with its events and files.",
        resource=RUNS,
        action="write",
        status=204,
        errors=(NotFound, Conflict),
    ),
    Route(
        id="cancel_run",
        verb="POST",
        path="runs/{run_id}/cancel",
        summary="Cancel a run.",
        resource=RUNS,
        action="execute",
        answer=Run,
        status=202,
        errors=(NotFound, Conflict),
    ),
    Route(
        id="resume_run",
        verb="POST",
        path="runs/{run_id}/resume",
        summary="Let a stopped run go on from its last good checkpoint.",
        resource=RUNS,
        action="execute",
        answer=Run,
        status=202,
        errors=(NotFound, Conflict),
    ),
    Route(
        id="run_events",
        verb="GET",
        path="runs/{run_id}/events",
        summary="Events of one run, as a page or as a stream that ends with the run.",
        resource=RUNS,
        action="read",
        query=EventsQuery,
        answer=EventPage,
        errors=(NotFound, EventsReset),
        stream="sse",
    ),
    Route(
        id="run_metrics",
        verb="GET",
        path="runs/{run_id}/metrics",
        summary="Metric series of one run.",
        resource=RUNS,
        action="read",
        query=MetricsQuery,
        answer=MetricsAnswer,
        errors=(NotFound,),
    ),
    Route(
        id="run_logs",
        verb="GET",
        path="runs/{run_id}/logs",
        summary="Log lines of one run.",
        resource=RUNS,
        action="read",
        query=LogsQuery,
        answer=LogPage,
        errors=(NotFound,),
    ),
    Route(
        id="all_events",
        verb="GET",
        path="events",
        summary="Events of all runs, as a stream.",
        resource=RUNS,
        action="read",
        query=EventsQuery,
        errors=(EventsReset,),
        stream="sse",
    ),
    Route(
        id="events_socket",
        verb="GET",
        path="events/ws",
        summary="All that a page shows, over one WebSocket: events of all runs, and the pool.",
        resource=RUNS,
        action="read",
        query=SocketQuery,
        stream="ws",
    ),
    Route(
        id="get_pool",
        verb="GET",
        path="pool",
        summary="The pool and its workers.",
        resource=POOL,
        action="read",
        answer=Pool,
    ),
    Route(
        id="change_pool",
        verb="PATCH",
        path="pool",
        summary="Change the pool's size.",
        resource=POOL,
        action="write",
        body=PoolChange,
        answer=Pool,
        status=202,
        errors=(Conflict, InvalidParams),
    ),
    Route(
        id="restart_worker",
        verb="POST",
        path="pool/workers/{worker_id}/restart",
        summary="Restart a worker; a run on it goes on elsewhere.",
        resource=POOL,
        action="execute",
        answer=Pool,
        status=202,
        errors=(NotFound, Conflict),
    ),
    Route(
        id="monitoring",
        verb="GET",
        path="monitoring",
        summary="How the server is doing.",
        resource=MONITORING,
        action="read",
        answer=Monitoring,
    ),
    Route(
        id="list_assets",
        verb="GET",
        path="assets",
        summary="List assets, newest first.",
        resource=ASSETS,
        action="read",
        query=AssetsQuery,
        answer=AssetPage,
    ),
    Route(
        id="get_asset",
        verb="GET",
        path="assets/{asset_id}",
        summary="Show one asset.",
        resource=ASSETS,
        action="read",
        answer=Asset,
        errors=(NotFound,),
    ),
    Route(
        id="asset_totals",
        verb="GET",
        path="totals/assets",
        summary="All assets together: how many, how large.",
        resource=ASSETS,
        action="read",
        answer=AssetTotals,
    ),
    Route(
        id="asset_file",
        verb="GET",
        path="assets/{asset_id}/file",
        summary="An asset's files as one zip archive.",
        resource=ASSETS,
        action="read",
        errors=(NotFound, Conflict),
        stream="file",
    ),
    Route(
        id="delete_asset",
        verb="DELETE",
        path="assets/{asset_id}",
        summary="Delete an asset from the disk.",
        resource=ASSETS,
        action="write",
        query=DeleteQuery,
        answer=AssetsRemoved,
        errors=(NotFound, Conflict, NotOurs),
    ),
    Route(
        id="prune_checkpoints",
        verb="POST",
        path="checkpoints/prune",
        summary="Delete old checkpoints of runs that have ended.",
        resource=ASSETS,
        action="write",
        body=PruneRequest,
        answer=AssetsRemoved,
        errors=(NotFound, Conflict),
    ),
    Route(
        id="catalog_models",
        verb="GET",
        path="catalog/models",
        summary="The models that may be downloaded, and how each stands here.",
        resource=ASSETS,
        action="read",
        answer=CatalogPage,
    ),
    Route(
        id="catalog_datasets",
        verb="GET",
        path="catalog/datasets",
        summary="The data sets that may be downloaded or come with Labpool, and how each stands.",
        resource=ASSETS,
        action="read",
        answer=CatalogPage,
    ),
    Route(
        id="list_secrets",
        verb="GET",
        path="secrets",
        summary="Which secrets of yours the server keeps; never their values.",
        resource=SECRETS,
        action="read",
        answer=SecretPage,
    ),
    Route(
        id="save_secret",
        verb="POST",
        path="secrets/{name}",
        summary="Keep a secret for your runs, encrypted.",
        resource=SECRETS,
        action="write",
        body=SecretRequest,
        status=204,
        errors=(NotFound,),
    ),
    Route(
        id="delete_secret",
        verb="DELETE",
        path="secrets/{name}",
        summary="Forget a secret.",
        resource=SECRETS,
        action="write",
        status=204,
        errors=(NotFound,),
    ),
    Route(
        id="openapi",
        verb="GET",
        path="openapi.json",
        summary="This contract.",
        resource=KINDS,
        action="read",
    ),
)
