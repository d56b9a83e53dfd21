"""The FHIR API under `/fhir`: searches, the history of a report, and the CapabilityStatement."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from psycopg import AsyncConnection

from core_record.access.at_once import look_up_at_once
from core_record.access.service import Decision, LookUp, PersonNotFound, access_request, look_up
from core_record.access_log.service import GroupCommit
from kit.db import Database
from kit.errors import Malformed, NotFound
from kit.identity import audiences
from kit.identity.actor import Actor, ActorKind
from kit.identity.verifier import require_scope
from kit.identity.web import actor_of
from kit.ids import NationalId
from kit.keys import KeyRing
from kit.web import DirectPosts, correlation_id
from results_service.lookup import service
from results_service.lookup.answering import FHIR_JSON, refuse_other_formats, respond
from results_service.lookup.bundle import Answer, BundleWriter
from results_service.lookup.capability import capability_statement
from results_service.lookup.matching import id_of
from results_service.lookup.parameters import COMMON, PARAMETERS, Kind, Search, read_search
from results_service.lookup.request import FORM, form_pairs, is_lenient, person_number
from results_service.release.service import note_opened
from results_service.reports.withholding import withheld_issue, withhold

_PERSON = {"name": "person-id", "in": "header", "required": True, "schema": {"type": "string"}}
_HEADERS = [
    _PERSON,
    *(
        {"name": name, "in": "header", "required": False, "schema": {"type": "string"}, "description": text}
        for name, text in (
            ("access-basis", "Health personnel: UNNTAK, SAMTYKKE, FORHOYET_SAMTYKKE, AKUTT, FORHOYET_AKUTT."),
            ("requester-hpr-role", "Health personnel: the role one acts in (9060)."),
            ("access-reason", "A declared relation, where no register shows one."),
            ("If-None-Match", "The ETag of an answer: 304 when nothing is new since."),
            ("Prefer", "handling=lenient: unknown parameters are left out."),
        )
    ),
]

Read = Callable[[AsyncConnection[Any], UUID, BundleWriter, datetime | None], Awaitable[bool]]
"""Fills an answer; False when there is nothing to give."""


@dataclass(frozen=True, slots=True)
class LookupContext:
    """What the endpoints need (`app.state.lookup`); `base` is the public FHIR base, without a last slash."""

    database: Database
    keys: KeyRing
    base: str
    log: GroupCommit


async def reader(actor: Annotated[Actor, Depends(actor_of)]) -> Actor:
    """The verified caller, when its token may read results; raises `Unauthorized` or `Forbidden`."""
    require_scope(actor, audiences.READ_RESULTS)
    return actor


Reader = Annotated[Actor, Depends(reader)]
router = APIRouter(prefix="/fhir", tags=["FHIR R4"])
SEARCHES = DirectPosts()
"""The searches by path: they are called without routing."""


class DirectRoute(APIRoute):
    """Documented like any other, and called with the request itself: searches are the hot path."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint, which takes the request alone."""
        endpoint: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return endpoint


@router.head("/metadata", include_in_schema=False)
@router.get("/metadata", response_class=Response)
async def metadata(request: Request) -> Response:
    """The CapabilityStatement; open to all, since it says nothing about anybody."""
    refuse_other_formats(request, request.query_params.getlist("_format"))
    return Response(capability_statement(_context(request).base), media_type=FHIR_JSON)


def _add_search(kind: Kind) -> None:
    async def endpoint(request: Request) -> Response:
        actor = await reader(await actor_of(request))
        wanted = read_search(kind, await _pairs(request), lenient=is_lenient(request))

        async def read(
            conn: AsyncConnection[Any], person_id: UUID, answer: BundleWriter, released_at: datetime | None
        ) -> bool:
            await service.search(conn, person_id, wanted, answer, released_at)
            return True

        number = person_number(request)
        try:
            found = await _at_once(request, actor, number, wanted)
            if found is None:
                found = await _look_up(request, actor, number, [kind], read, _opened(wanted))
        except PersonNotFound:  # said in the log; to the caller it is a person without results
            found = None
        return await respond(request, found or _nothing(request, number))

    SEARCHES[f"{router.prefix}/{kind}/_search"] = endpoint
    endpoint.__doc__ = f"Search one person's {kind}s; the number goes in the header `person-id`."
    router.add_api_route(
        f"/{kind}/_search",
        endpoint,
        methods=["POST"],
        name=f"search {kind}",
        response_class=Response,
        openapi_extra=_form_description(kind),
        route_class_override=DirectRoute,
    )


def _form_description(kind: Kind) -> dict[str, Any]:
    properties = {
        name: {"type": "string", "description": text}
        for name, (_, text) in (PARAMETERS[kind] | COMMON).items()
    }
    return {
        "parameters": _HEADERS,
        "requestBody": {"content": {FORM: {"schema": {"type": "object", "properties": properties}}}},
    }


for _kind in PARAMETERS:
    _add_search(_kind)


_HISTORY = "/DiagnosticReport/{report_id}/_history"


@router.get(_HISTORY, response_class=Response, operation_id="history", openapi_extra={"parameters": _HEADERS})
@router.post(
    _HISTORY, response_class=Response, operation_id="history_form", openapi_extra={"parameters": _HEADERS}
)
async def report_history(request: Request, report_id: str, actor: Reader) -> Response:
    """Every accepted version of a report, newest first; `_include` adds what each version refers to."""
    identifier = _uuid(report_id)
    wanted = _history_search(await _pairs(request))

    async def read(
        conn: AsyncConnection[Any], person_id: UUID, answer: BundleWriter, released_at: datetime | None
    ) -> bool:
        return await service.history(conn, person_id, identifier, wanted, answer, released_at)

    number = person_number(request)
    found = await _look_up(request, actor, number, ["DiagnosticReport"], read, [identifier], tells=False)
    if found is None:
        raise NotFound("report-not-found", "This person has no such report.")
    return await respond(request, found)


def _nothing(request: Request, number: NationalId) -> Answer:
    writer = BundleWriter(_context(request).base, number)
    writer.finish("searchset", 0, [])
    return writer.joined()


async def _at_once(request: Request, actor: Actor, number: NationalId, wanted: Search) -> Answer | None:
    """Answer a clinician's search where it is simple; None where `_look_up` must."""
    step = None if _opened(wanted) else service.step_at_once(wanted)
    if step is None:
        return None
    context = _context(request)
    declared = access_request(request.headers, actor, correlation_id(request))

    def read(rows: list[tuple[Any, ...]]) -> LookUp[BundleWriter] | None:
        answer = BundleWriter(context.base, number)
        if not service.fill_at_once(wanted, answer, rows):
            return None
        return LookUp(answer, answer.counts, meanwhile=answer.joined)

    written = await look_up_at_once(
        context.database, context.log, context.keys, actor, number, declared, [wanted.kind], step, read
    )
    return written.joined() if written else None


async def _look_up(
    request: Request,
    actor: Actor,
    number: NationalId,
    kinds: list[str],
    read: Read,
    opened: Sequence[UUID] = (),
    *,
    tells: bool = True,
) -> Answer | None:
    """Answer a decided look-up; `opened` are reports asked for by themselves: the caller reads them.

    `tells`: the answer says when the person has restricted some data (a history has no place for it).
    """
    context = _context(request)
    declared = access_request(request.headers, actor, correlation_id(request))
    released_at = datetime.now(UTC) if actor.kind is ActorKind.CITIZEN else None

    async def read_and_count(
        conn: AsyncConnection[Any], person_id: UUID, decision: Decision
    ) -> LookUp[BundleWriter | None]:
        answer = BundleWriter(context.base, number)
        if decision.withheld and tells:
            answer.add_outcome([withheld_issue()])
        found = await read(conn, person_id, answer, released_at)
        seen = [report for report in opened if not tells or str(report) in answer.reports]
        if not found:
            return LookUp(None, answer.counts)
        if seen or released_at is not None:
            answer.joined()  # before the commit: what cannot be read was neither opened nor shown
        if seen:
            await note_opened(conn, actor, decision, declared.role, seen)
        return LookUp(answer, answer.counts, meanwhile=answer.joined)

    written = await look_up(
        context.database,
        context.keys,
        actor,
        number,
        declared,
        kinds,
        read_and_count,
        withhold=withhold,
    )
    return written.joined() if written else None


def _opened(wanted: Search) -> list[UUID]:
    """The one report that a search asks for by its id."""
    ids = [value for values in wanted.values("_id") for value in values]
    if wanted.kind != "DiagnosticReport" or len(ids) != 1:
        return []
    found = id_of(ids[0].code)
    return [found] if found else []


def _context(request: Request) -> LookupContext:
    context: LookupContext = request.app.state.lookup
    return context


async def _pairs(request: Request) -> list[tuple[str, str]]:
    """The parameters, when the answer's only form will do; `_format` is no part of the search."""
    pairs = await form_pairs(request)
    refuse_other_formats(request, [value for name, value in pairs if name == "_format"])
    return [pair for pair in pairs if pair[0] != "_format"]


def _history_search(pairs: list[tuple[str, str]]) -> Search:
    if any(name not in ("_include", "_include:iterate") for name, _ in pairs):
        raise Malformed("search-parameter-unknown", "A history takes _include and _include:iterate alone.")
    return read_search("DiagnosticReport", pairs)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("report-not-found", "This person has no such report.") from None
