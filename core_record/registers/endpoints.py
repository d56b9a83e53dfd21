"""The registers over FHIR: `Person` (one's own patients and a person's banner) and the reference data."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from psycopg import AsyncConnection

from core_record.access.service import (
    Decision,
    LookUp,
    PersonNotFound,
    access_request,
    list_request,
    look_up,
    open_list,
    today_in_norway,
)
from core_record.fhir import (
    ENH,
    HER,
    HPR,
    SearchForm,
    describe_form,
    fhir_response,
    person_number,
    read_form,
    searchset,
    token_value,
)
from core_record.registers import fhir, reading, service
from kit.errors import Malformed, NotFound
from kit.identity.actor import Actor, ActorKind
from kit.identity.audiences import READ_CORE_RECORD
from kit.identity.verifier import require_scope
from kit.identity.web import actor_of
from kit.ids import NationalId
from kit.web import correlation_id

router = APIRouter(prefix="/fhir")
Caller = Annotated[Actor, Depends(actor_of)]


@router.post("/Person/_search", openapi_extra=describe_form("name", "_list", person=True))
async def search_person(request: Request, actor: Caller) -> Response:
    """With the header `person-id`: that person's banner. Without: own patients, `name` narrows them.

    A citizen without the header gets the banner of its own.
    """
    require_scope(actor, READ_CORE_RECORD)
    own = actor.national_id if actor.kind is ActorKind.CITIZEN else None
    number = person_number(request) or own
    if number is None:
        return await _own_patients(request, actor)
    form = await read_form(request, "Person", ())
    return await _banner(request, actor, number, form)


async def _banner(request: Request, actor: Actor, number: NationalId, form: SearchForm) -> Response:
    async def read(conn: AsyncConnection[Any], person_id: UUID, _: Decision) -> LookUp[list[dict[str, Any]]]:
        row = await reading.banner(conn, person_id, today_in_norway())
        found = [fhir.person(row, number)] if row else []
        return LookUp(found, {"Person": len(found)})

    state = request.app.state
    declared = access_request(request.headers, actor, correlation_id(request))
    try:
        found = await look_up(state.db, state.keys, actor, number, declared, ("Person",), read)
    except PersonNotFound:
        found = []
    return searchset(form, len(found), found)


async def _own_patients(request: Request, actor: Actor) -> Response:
    form = await read_form(request, "Person", ("name", "_list"), count=5000)
    if form.one("_list") not in (None, "mine"):
        raise Malformed("list-unknown", "The only list is _list=mine.")
    words = _words(form.one("name"))
    state = request.app.state

    async def read(conn: AsyncConnection[Any], _: Decision) -> LookUp[tuple[int, list[dict[str, Any]]]]:
        found = await reading.own_patients(conn, actor.hpr_number, words, today_in_norway())
        page = found[form.skip : form.skip + form.count]
        numbers = await service.numbers_of(conn, state.keys, [entry.person_id for entry in page])
        shown = [fhir.listed_person(e.person_id, e.search_name, numbers.get(e.person_id)) for e in page]
        return LookUp((len(found), shown), {"Person": len(shown)})

    declared = list_request(request.headers, actor, correlation_id(request))
    total, shown = await open_list(state.db, state.keys, actor, declared, "Person", read)
    return searchset(form, total, shown)


@router.post("/Practitioner/_search", openapi_extra=describe_form("identifier", "name"))
async def search_practitioner(request: Request, actor: Caller) -> Response:
    """Health personnel with HPR number, by `identifier` or words of the `name` (one is needed)."""
    require_scope(actor, READ_CORE_RECORD)
    form = await read_form(request, "Practitioner", ("identifier", "name"))
    hpr_number, words = token_value(form.one("identifier"), (HPR,)), _words(form.one("name"))
    if hpr_number is None and not words:
        raise Malformed("parameter-missing", "Search by identifier or name.")
    async with request.app.state.db.transaction() as conn:
        today = today_in_norway()
        total, rows = await reading.practitioners(conn, hpr_number, words, today, form.skip, form.count)
    return searchset(form, total, [fhir.practitioner(row) for row in rows])


@router.post("/PractitionerRole/_search", openapi_extra=describe_form("practitioner", "organization"))
async def search_practitioner_role(request: Request, actor: Caller) -> Response:
    """Employments, by `practitioner` (HPR number) or `organization` (one is needed)."""
    require_scope(actor, READ_CORE_RECORD)
    form = await read_form(request, "PractitionerRole", ("practitioner", "organization"))
    hpr_number = _reference(form.one("practitioner"), "Practitioner")
    org_number = _reference(form.one("organization"), "Organization")
    if hpr_number is None and org_number is None:
        raise Malformed("parameter-missing", "Search by practitioner or organization.")
    async with request.app.state.db.transaction() as conn:
        # Who has no HPR number is in no public register: colleagues alone see them.
        everybody = actor.kind is ActorKind.CLINICIAN and hpr_number is None
        total, rows = await reading.roles(
            conn, hpr_number, org_number, form.skip, form.count, everybody=everybody
        )
    today = today_in_norway()
    return searchset(form, total, [fhir.practitioner_role(row, today) for row in rows])


@router.post("/Organization/_search", openapi_extra=describe_form("identifier", "name", "partof"))
async def search_organization(request: Request, actor: Caller) -> Response:
    """Organisations, by `identifier` (organisation number or HER-id), `name` and `partof`."""
    require_scope(actor, READ_CORE_RECORD)
    form = await read_form(request, "Organization", ("identifier", "name", "partof"))
    identifier = form.one("identifier")
    value, is_her = token_value(identifier, (ENH, HER)), (identifier or "").startswith(HER)
    async with request.app.state.db.transaction() as conn:
        total, rows = await reading.organisations(
            conn,
            org_number=None if is_her else value,
            her_id=value if is_her else None,
            parent=_reference(form.one("partof"), "Organization"),
            words=_words(form.one("name")),
            skip=form.skip,
            count=form.count,
        )
    today = today_in_norway()
    return searchset(form, total, [fhir.organization(row, today) for row in rows])


@router.post("/Location/_search", openapi_extra=describe_form("identifier", "name", "organization"))
async def search_location(request: Request, actor: Caller) -> Response:
    """Places of treatment, by `identifier`, `name` and `organization` (the entity a place belongs to)."""
    require_scope(actor, READ_CORE_RECORD)
    form = await read_form(request, "Location", ("identifier", "name", "organization"))
    identifier = form.one("identifier")
    value, is_her = token_value(identifier, (ENH, HER)), (identifier or "").startswith(HER)
    async with request.app.state.db.transaction() as conn:
        total, rows = await reading.organisations(
            conn,
            org_number=None if is_her else value,
            her_id=value if is_her else None,
            parent=_reference(form.one("organization"), "Organization"),
            words=_words(form.one("name")),
            places=True,
            skip=form.skip,
            count=form.count,
        )
    today = today_in_norway()
    return searchset(form, total, [fhir.location(row, today) for row in rows])


@router.get("/Location/{org_number}")
async def read_location(org_number: str, request: Request, actor: Caller) -> Response:
    """One place of treatment by organisation number."""
    require_scope(actor, READ_CORE_RECORD)
    async with request.app.state.db.transaction() as conn:
        _, rows = await reading.organisations(conn, org_number=org_number, places=True)
    if not rows:
        raise NotFound("location-unknown", "The register has no such place of treatment.")
    return fhir_response(fhir.location(rows[0], today_in_norway()))


@router.get("/Practitioner/{hpr_number}")
async def read_practitioner(hpr_number: str, request: Request, actor: Caller) -> Response:
    """One health worker by HPR number."""
    require_scope(actor, READ_CORE_RECORD)
    async with request.app.state.db.transaction() as conn:
        _, rows = await reading.practitioners(conn, hpr_number, [], today_in_norway(), 0, 1)
    if not rows:
        raise NotFound("practitioner-unknown", "The register has no such HPR number.")
    return fhir_response(fhir.practitioner(rows[0]))


@router.get("/Organization/{org_number}")
async def read_organization(org_number: str, request: Request, actor: Caller) -> Response:
    """One organisation by organisation number."""
    require_scope(actor, READ_CORE_RECORD)
    async with request.app.state.db.transaction() as conn:
        _, rows = await reading.organisations(conn, org_number=org_number)
    if not rows:
        raise NotFound("organisation-unknown", "The register has no such organisation number.")
    return fhir_response(fhir.organization(rows[0], today_in_norway()))


def _words(text: str | None) -> list[str]:
    return (text or "").replace(",", " ").split()[:10]


def _reference(text: str | None, resource: str) -> str | None:
    return text.removeprefix(f"{resource}/") if text else None
