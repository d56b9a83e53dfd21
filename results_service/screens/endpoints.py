"""The screens' API: one person's results as a table, and what is new. JSON, POST alone, logged like FHIR."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request, Response
from msgspec.json import schema_components
from psycopg import AsyncConnection

from core_record.access.service import (
    Decision,
    LookUp,
    PersonNotFound,
    access_request,
    last_visit,
    look_up,
    today_in_norway,
)
from kit.errors import Malformed
from kit.identity.actor import Actor, ActorKind
from kit.web import correlation_id
from results_service.codes.service import CurrentCodes
from results_service.lookup.endpoints import LookupContext, Reader
from results_service.lookup.request import FORM, form_pairs, person_number
from results_service.reports.reading import ReportFilter
from results_service.reports.withholding import withhold
from results_service.screens import service
from results_service.screens.models import News, Table

NEWS_KIND = "NewResults"
"""In the log's items: that someone was told what is new. The visits that "since last" counts from."""
_JSON = "application/json"
_HEADERS = [
    {"name": name, "in": "header", "required": required, "schema": {"type": "string"}, "description": text}
    for name, required, text in (
        ("person-id", True, "The person's national identity number; never in an address."),
        ("access-basis", False, "Health personnel: UNNTAK, SAMTYKKE, AKUTT, or an elevated basis."),
        ("requester-hpr-role", False, "Health personnel: the role acted in (Volven 9060)."),
        ("access-reason", False, "Health personnel: why, where no register shows a relation."),
    )
]
Read = Callable[[AsyncConnection[Any], UUID, ReportFilter], Awaitable[LookUp[Any]]]
router = APIRouter(prefix="/screens", tags=["screens"])


@dataclass(frozen=True, slots=True)
class ScreensContext:
    """What the endpoints need (`app.state.screens`)."""

    lookup: LookupContext
    codes: CurrentCodes


def _described(kind: type, text: str, parameters: dict[str, str]) -> dict[str, Any]:
    (schema,), parts = schema_components([kind], ref_template="{name}")
    properties = {name: {"type": "string", "description": said} for name, said in parameters.items()}
    body = {"content": {FORM: {"schema": {"type": "object", "properties": properties}}}}
    answer = {"schema": _whole(schema, parts)}
    return {
        "parameters": _HEADERS,
        "requestBody": body,
        "responses": {"200": {"description": text, "content": {_JSON: answer}}},
    }


def _whole(schema: Any, parts: dict[str, Any]) -> Any:
    """A schema with what it refers to in its place, since a route cannot add to the document's components."""
    if isinstance(schema, list):
        return [_whole(each, parts) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _whole(parts[schema["$ref"]], parts)
    return {name: _whole(each, parts) for name, each in schema.items()}


@router.post(
    "/cumulative/_search",
    response_class=Response,
    openapi_extra=_described(
        Table,
        "Analyses by dates; every shown report is in it.",
        {"news": "last-visit: what is new since the caller's last visit too, in the same look-up."},
    ),
)
async def cumulative(request: Request, actor: Reader) -> Response:
    """Every result of one person by field, group, analysis and unit, with flags, states and reports.

    Rows of different codes or units are joined by the table of equivalences alone; each row says by which. A
    cancelled result has no value. Texts too long for a cell, cultures and narratives lead to their report.
    With `news=last-visit` the answer's `news` is what `/screens/new` tells, in one look-up and one log row.
    """
    with_news = _with_news(await form_pairs(request))
    context = _context(request)

    async def read(conn: AsyncConnection[Any], person_id: UUID, wanted: ReportFilter) -> LookUp[Table]:
        table, values = await service.cumulative(conn, person_id, wanted, context.codes, today_in_norway())
        items = {"DiagnosticReport": len(table.reports), "Observation": values}
        if with_news:
            since = await last_visit(conn, context.lookup.keys, actor, person_id, NEWS_KIND)
            table.news = await service.news(conn, person_id, wanted, since, visit=True)
            items[NEWS_KIND] = len(table.news.reports)
        return LookUp(table, items)

    kinds = ["DiagnosticReport", "Observation", *([NEWS_KIND] if with_news else [])]
    return await _answer(request, actor, kinds, read, Table([], []))


@router.post(
    "/new/_search",
    response_class=Response,
    openapi_extra=_described(
        News,
        "What came since, newest sampling first.",
        {"since": "An instant with its zone. Without it: the start of the caller's last visit."},
    ),
)
async def new(request: Request, actor: Reader) -> Response:
    """Reports that came, changed or were cancelled since an instant, or since the caller's last visit.

    The last visit is read from the access log's own rows of this caller and this person: look-ups here, less
    than 30 minutes apart, are one visit, and what came while it lasted counts as new. Look-ups through other
    systems do not count, since nothing shows that they were seen. Who has not looked before is told of
    nothing new (`since` is null).
    """
    asked = _since(await form_pairs(request))
    context = _context(request).lookup

    async def read(conn: AsyncConnection[Any], person_id: UUID, wanted: ReportFilter) -> LookUp[News]:
        since = asked or await last_visit(conn, context.keys, actor, person_id, NEWS_KIND)
        found = await service.news(conn, person_id, wanted, since, visit=asked is None)
        return LookUp(found, {NEWS_KIND: len(found.reports)})

    return await _answer(request, actor, [NEWS_KIND], read, News(None, asked is None, 0, []))


async def _answer(
    request: Request, actor: Actor, kinds: list[str], read: Read, nobody: Table | News
) -> Response:
    """The whole path of a look-up around `read`; a number that nobody has is a person without results."""
    context = _context(request).lookup
    declared = access_request(request.headers, actor, correlation_id(request))
    number = person_number(request)
    released_at = datetime.now(UTC) if actor.kind is ActorKind.CITIZEN else None

    async def decided(conn: AsyncConnection[Any], person_id: UUID, decision: Decision) -> LookUp[Any]:
        found = await read(conn, person_id, ReportFilter(released_at=released_at))
        value = msgspec.structs.replace(found.value, withheld=decision.withheld > 0)
        return replace(found, value=value)

    try:
        found = await look_up(
            context.database, context.keys, actor, number, declared, kinds, decided, withhold=withhold
        )
    except PersonNotFound:  # said in the log
        found = nobody
    return Response(msgspec.json.encode(found), media_type=_JSON)


def _with_news(pairs: list[tuple[str, str]]) -> bool:
    """Whether the table's news are asked for. Raises `Malformed` (`search-parameter-unknown`)."""
    if any(pair != ("news", "last-visit") for pair in pairs):
        raise Malformed("search-parameter-unknown", "The only parameter of the table is news=last-visit.")
    return bool(pairs)


def _since(pairs: list[tuple[str, str]]) -> datetime | None:
    """The instant asked for. Raises `Malformed`: `search-parameter-unknown`, `search-value-invalid`."""
    if any(name != "since" for name, _ in pairs):
        raise Malformed("search-parameter-unknown", "The only parameter here is since.")
    given = [value.strip() for _, value in pairs if value.strip()]
    if not given:
        return None
    try:
        (moment,) = map(datetime.fromisoformat, given)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Malformed(
            "search-value-invalid", "since must be one instant with its zone, as 2026-01-31T12:00:00Z."
        )
    return moment


def _context(request: Request) -> ScreensContext:
    context: ScreensContext = request.app.state.screens
    return context
