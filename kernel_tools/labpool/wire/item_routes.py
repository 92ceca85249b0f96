"""The routes of what runs work through and bring: items, records, files; and sessions at sites."""

from __future__ import annotations

from .errors import (
    Conflict,
    InvalidParams,
    InvalidRequest,
    KindUnavailable,
    NotFound,
    TooManyRequests,
)
from .items import ItemCounts, RetryRequest
from .pages import (
    ItemPage,
    ItemsQuery,
    RecordPage,
    RecordsFileQuery,
    RecordsQuery,
    RunFileQuery,
    SessionPage,
)
from .route import RUNS, SECRETS, Route
from .runs import Run
from .sessions import SessionKept, SessionRequest

ITEM_ROUTES: tuple[Route, ...] = (
    Route(
        id="list_items",
        verb="GET",
        path="runs/{run_id}/items",
        summary="Items of a run, with how each stands.",
        resource=RUNS,
        action="read",
        query=ItemsQuery,
        answer=ItemPage,
        errors=(NotFound,),
    ),
    Route(
        id="count_items",
        verb="GET",
        path="runs/{run_id}/totals/items",
        summary="All items of a run together.",
        resource=RUNS,
        action="read",
        answer=ItemCounts,
        errors=(NotFound,),
    ),
    Route(
        id="retry_items",
        verb="POST",
        path="runs/{run_id}/items/retry",
        summary="Let a run that has ended try its failed items again.",
        resource=RUNS,
        action="execute",
        body=RetryRequest,
        answer=Run,
        status=202,
        errors=(NotFound, Conflict, InvalidParams, TooManyRequests),
    ),
    Route(
        id="list_records",
        verb="GET",
        path="runs/{run_id}/records",
        summary="Records of a run.",
        resource=RUNS,
        action="read",
        query=RecordsQuery,
        answer=RecordPage,
        errors=(NotFound,),
    ),
    Route(
        id="records_file",
        verb="GET",
        path="runs/{run_id}/records/file",
        summary="All records of a run as one file.",
        resource=RUNS,
        action="read",
        query=RecordsFileQuery,
        errors=(NotFound, KindUnavailable),
        stream="file",
    ),
    Route(
        id="run_file",
        verb="GET",
        path="runs/{run_id}/file",
        summary="One file that a run keeps, such as the picture of a page that failed.",
        resource=RUNS,
        action="read",
        query=RunFileQuery,
        errors=(NotFound,),
        stream="file",
    ),
    Route(
        id="list_sessions",
        verb="GET",
        path="sessions",
        summary="Which sessions of yours the server keeps; never what is in them.",
        resource=SECRETS,
        action="read",
        answer=SessionPage,
    ),
    Route(
        id="save_session",
        verb="POST",
        path="sessions/{name}",
        summary="Keep a session for your scrapes, encrypted.",
        resource=SECRETS,
        action="write",
        body=SessionRequest,
        answer=SessionKept,
        errors=(InvalidRequest, NotFound),
    ),
    Route(
        id="delete_session",
        verb="DELETE",
        path="sessions/{name}",
        summary="Forget a session.",
        resource=SECRETS,
        action="write",
        status=204,
        errors=(NotFound,),
    ),
)
