"""`DiagnosticReport/{id}/$release`: release a report to its person; `$release-state`: whether it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from psycopg import AsyncConnection

from core_record.access.service import Decision, LookUp, access_request, look_up
from kit.errors import AksonError, Malformed, NotFound
from kit.identity.actor import Actor
from kit.identity.audiences import READ_RESULTS, RELEASE_RESULTS
from kit.identity.verifier import require_scope
from kit.identity.web import actor_of
from kit.jsonapi import read_bytes
from kit.web import correlation_id
from results_service.lookup.endpoints import LookupContext
from results_service.lookup.request import person_number
from results_service.release import agreements, service
from results_service.release.agreements import Agreement
from results_service.release.service import Release, ReleaseState
from results_service.reports.withholding import withhold

router = APIRouter(prefix="/fhir", tags=["Release"])
Caller = Annotated[Actor, Depends(actor_of)]
_KIND = "DiagnosticReport"
_MAX_BODY = 16_384  # bytes
_MAX_COMMENT = 2000  # characters
_HEADERS = {
    "parameters": [
        {"name": name, "in": "header", "required": name == "person-id", "schema": {"type": "string"}}
        for name in ("person-id", "access-basis", "requester-hpr-role", "access-reason")
    ]
}


class _Parameter(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    value_string: str | None = None
    value_boolean: bool | None = None


class _Parameters(msgspec.Struct, frozen=True, rename="camel"):
    resource_type: str
    parameter: tuple[_Parameter, ...] = ()


@router.post("/DiagnosticReport/{report_id}/$release", openapi_extra=_HEADERS)
async def release_report(report_id: UUID, request: Request, actor: Caller) -> Response:
    """Release the newest version to the person; a later version waits anew.

    Body: FHIR Parameters, `comment` (valueString, plain words for the person, at most 2,000 characters) and
    `agreed` (valueBoolean: earlier than assessed, as agreed with the person). Repeating changes nothing.
    Errors: 404 `report-not-found`, 403 `release-role`, 409 `release-never`; a decision's refusal as any.
    """
    require_scope(actor, RELEASE_RESULTS)
    comment, agreed = _read(await read_bytes(request, _MAX_BODY))

    async def write(conn: AsyncConnection[Any], person_id: UUID, decision: Decision) -> LookUp[Any]:
        role = request.headers.get("requester-hpr-role")
        done = await service.release(conn, actor, decision, role, report_id, agreed=agreed, comment=comment)
        if isinstance(done, AksonError):
            return LookUp(done, {_KIND: 0}, "write")
        return LookUp((done, await agreements.of_person(conn, person_id)), {_KIND: 1}, "write")

    return await _answer(request, actor, write)


@router.post("/DiagnosticReport/{report_id}/$release-state", openapi_extra=_HEADERS)
async def release_state(report_id: UUID, request: Request, actor: Caller) -> Response:
    """Class, when it shows itself, and what clinicians have done with the newest version."""
    require_scope(actor, READ_RESULTS)

    async def read(conn: AsyncConnection[Any], person_id: UUID, _: Decision) -> LookUp[Any]:
        found = await service.state_of(conn, person_id, report_id)
        if found is None:
            return LookUp(NotFound("report-not-found", "This person has no such report."), {_KIND: 0})
        return LookUp((found, await agreements.of_person(conn, person_id)), {_KIND: 1})

    return await _answer(request, actor, read)


async def _answer(request: Request, actor: Actor, work: Any) -> Response:
    context: LookupContext = request.app.state.lookup
    declared = access_request(request.headers, actor, correlation_id(request))
    found = await look_up(
        context.database,
        context.keys,
        actor,
        person_number(request),
        declared,
        (_KIND,),
        work,
        withhold=withhold,
    )
    if isinstance(found, AksonError):
        raise found
    return Response(msgspec.json.encode(_parameters(*found)), media_type="application/fhir+json")


def _parameters(state: ReleaseState, agreed: Sequence[Agreement]) -> dict[str, Any]:
    report, events = state
    released = any(event.kind == "released" for event in events)
    parameters: list[dict[str, Any]] = [
        {"name": "class", "valueInteger": report.release_class},
        {"name": "preliminary", "valueBoolean": report.preliminary},
        {"name": "released", "valueBoolean": released and report.release_class != service.NEVER},
        *(_event(event) for event in events),
    ]
    parameters += [_agreement(one) for one in agreed if one.ended_at is None]
    if at := service.shows_itself_at(report):
        parameters.append({"name": "by-itself", "valueDateTime": at.isoformat(timespec="seconds")})
    return {"resourceType": "Parameters", "parameter": parameters}


def _agreement(one: Agreement) -> dict[str, Any]:
    """A standing agreement on earlier viewing that holds now."""
    said = (("by", one.by_name), ("organisation", one.organisation), ("org-number", one.org_number))
    parts: list[dict[str, Any]] = [{"name": name, "valueString": value} for name, value in said if value]
    parts.append({"name": "at", "valueDateTime": one.agreed_at.isoformat(timespec="seconds")})
    return {"name": "agreement", "part": [{"name": "id", "valueId": str(one.id)}, *parts]}


def _event(event: Release) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [{"name": "at", "valueDateTime": event.at.isoformat(timespec="seconds")}]
    said = (("by", event.by_name), ("organisation", event.organisation), ("comment", event.comment))
    parts += [{"name": name, "valueString": value} for name, value in said if value]
    parts.append({"name": "agreed", "valueBoolean": event.agreed})
    return {"name": event.kind, "part": parts}


def _read(body: bytes) -> tuple[str | None, bool]:
    if not body.strip():
        return None, False
    try:
        sent = msgspec.json.decode(body, type=_Parameters)
    except (msgspec.DecodeError, msgspec.ValidationError):
        raise _malformed() from None
    if sent.resource_type != "Parameters" or {one.name for one in sent.parameter} - {"comment", "agreed"}:
        raise _malformed()
    comment = next((one.value_string for one in sent.parameter if one.name == "comment"), None)
    if comment and len(comment) > _MAX_COMMENT:
        raise Malformed("comment-too-long", f"A comment is at most {_MAX_COMMENT} characters.")
    agreed = any(one.value_boolean for one in sent.parameter if one.name == "agreed")
    return (comment or "").strip() or None, agreed


def _malformed() -> Malformed:
    return Malformed("release-malformed", "Send FHIR Parameters with comment and agreed, or no body.")
