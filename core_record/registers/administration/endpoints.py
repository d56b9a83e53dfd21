"""`/administration`: JSON in and out, errors are RFC 9457. Searches are POST: an address holds no name."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from core_record.fhir import person_number
from core_record.registers.administration.models import (
    Appointment,
    AppointmentEnd,
    ChangeSearch,
    LinkEnd,
    ListSearch,
    NewLink,
    OrganisationSearch,
    PersonnelSearch,
    Registration,
)
from core_record.registers.administration.service import Administration
from kit.errors import Malformed
from kit.identity.actor import Actor
from kit.identity.audiences import READ_CORE_RECORD, WRITE_CORE_RECORD
from kit.identity.verifier import require_scope
from kit.identity.web import actor_of
from kit.ids import NationalId
from kit.jsonapi import read_body
from kit.web import correlation_id

T = TypeVar("T")
_BODY_BYTES = 4000
router = APIRouter(prefix="/administration", tags=["administration"])


def reading(request: Request, actor: Annotated[Actor, Depends(actor_of)]) -> Administration:
    """Administration for the caller, to read. Raises `Forbidden` without the scope."""
    require_scope(actor, READ_CORE_RECORD)
    state = request.app.state
    return Administration(state.db, state.keys, actor, correlation_id(request))


def writing(request: Request, actor: Annotated[Actor, Depends(actor_of)]) -> Administration:
    """The same, to write."""
    require_scope(actor, WRITE_CORE_RECORD)
    state = request.app.state
    return Administration(state.db, state.keys, actor, correlation_id(request))


Reading = Annotated[Administration, Depends(reading)]
Writing = Annotated[Administration, Depends(writing)]
_NUMBER: dict[str, Any] = {
    "parameters": [{"name": "person-id", "in": "header", "schema": {"type": "string"}}]
}


@router.get("/me")
async def me(registers: Reading) -> Response:
    """Whether the caller administers an organisation: `{admitted}`, and where it is true who and which."""
    who = await registers.me()
    if who is None:
        return _json({"admitted": False})
    organisation = {"organisation": who.organisation_name, "org_number": who.organisation}
    return _json({"admitted": True, "name": who.name, **organisation})


@router.post("/organisations/_search")
async def organisations(request: Request, registers: Reading) -> Response:
    """The tree of organisations and places of treatment: `{items, total}`."""
    total, items = await registers.organisations(await _body(request, OrganisationSearch))
    return _json({"items": items, "total": total})


@router.post("/personnel/_search")
async def personnel(request: Request, registers: Reading) -> Response:
    """Who works at one's own organisation, or at one `place` of it: `{items, total}`."""
    total, items = await registers.personnel(await _body(request, PersonnelSearch))
    return _json({"items": items, "total": total})


@router.post("/personnel/by-number", openapi_extra=_NUMBER)
async def by_number(request: Request, registers: Reading) -> Response:
    """The personnel behind the number in the header `person-id`: `{personnel}`, null for nobody."""
    return _json({"personnel": await registers.by_number(_number(request))})


@router.post("/personnel", openapi_extra=_NUMBER)
async def register(request: Request, registers: Writing) -> Response:
    """Register personnel without authorisation and link them: `{created, linked, personnel}`."""
    done, worker = await registers.register(_number(request), await _body(request, Registration))
    return _json({"created": done.created, "linked": done.linked, "personnel": worker})


@router.post("/links")
async def link(request: Request, registers: Writing) -> Response:
    """Link personnel to a place of work: `{changed, personnel}`."""
    changed, worker = await registers.link(await _body(request, NewLink))
    return _json({"changed": changed, "personnel": worker})


@router.post("/links/end")
async def end_link(request: Request, registers: Writing) -> Response:
    """Give a link another last day: `{changed, personnel}`."""
    changed, worker = await registers.end_link(await _body(request, LinkEnd))
    return _json({"changed": changed, "personnel": worker})


@router.post("/gp-lists/_search")
async def gp_lists(request: Request, registers: Reading) -> Response:
    """GP lists with their substitutes: `{items}`."""
    search = await _body(request, ListSearch)
    return _json({"items": await registers.gp_lists(search.words.split())})


@router.post("/substitutes")
async def appoint(request: Request, registers: Writing) -> Response:
    """Appoint a substitute for a period: `{changed}`."""
    return _json({"changed": await registers.appoint(await _body(request, Appointment))})


@router.post("/substitutes/end")
async def end_appointment(request: Request, registers: Writing) -> Response:
    """Give a substitution another last day: `{changed}`."""
    return _json({"changed": await registers.end_appointment(await _body(request, AppointmentEnd))})


@router.post("/changes/_search")
async def changes(request: Request, registers: Reading) -> Response:
    """Who changed what, newest first: `{items, total}`."""
    total, items = await registers.changes(await _body(request, ChangeSearch))
    return _json({"items": items, "total": total})


def _number(request: Request) -> NationalId:
    number = person_number(request)
    if number is None:
        raise Malformed("person-id-missing", "Send the number in the header person-id.")
    return number


async def _body(request: Request, kind: type[T]) -> T:
    return await read_body(request, kind, most=_BODY_BYTES)


def _json(body: object) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json")
