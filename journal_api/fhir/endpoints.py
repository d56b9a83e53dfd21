"""The journal's FHIR R4 API: search, read, history, create and update, and signing of notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from core_record.access.service import LookUp
from core_record.fhir import SearchForm, fhir_response, read_form, searchset
from core_record.registers.service import listed_persons
from journal_api.desk import Caller, Visit, needed_number, visit
from journal_api.fhir import resources, search
from journal_api.fhir.capability import PATIENT, capability_statement
from journal_api.fhir.forms import BY_TYPE, Form, form_of
from journal_api.fhir.forms.person import patient
from journal_api.fhir.parts import Json, identifier
from journal_api.journal.entries import service as entries
from journal_api.journal.entries.models import Entry
from journal_api.journal.kinds import KINDS
from journal_api.journal.notes import service as notes
from kit.errors import AksonError, Malformed, NotFound
from kit.jsonapi import read_body, version_in
from kit.settings import get_settings

router = APIRouter(prefix="/fhir", tags=["FHIR"])
_MOST = 300_000  # bytes of a resource
_ALL = 5000  # entries of one kind that a search looks through: more than anybody has


@router.get("/metadata")
async def metadata() -> Response:
    """The CapabilityStatement."""
    return fhir_response(capability_statement(f"{get_settings().journal_url}/fhir"))


@router.post("/Patient/_search", response_class=Response)
async def search_patient(request: Request, actor: Caller) -> Response:
    """The person of the header `person-id`, as the registers know them."""
    form = await read_form(request, PATIENT, ())

    async def work(here: Visit) -> LookUp[list[Json]]:
        listed = await listed_persons(here.conn, here.keys, [here.person_id])
        found = listed.get(here.person_id)
        known = (found.name, found.birth_date, found.sex) if found else (None, None, None)
        return LookUp([{**patient(here.number, *known), "id": str(here.person_id)}], {PATIENT: 1})

    people = await visit(request, actor, [PATIENT], work)
    return searchset(form, len(people), people)


@router.post("/{kind}/_search", response_class=Response)
async def search_entries(kind: str, request: Request, actor: Caller) -> Response:
    """A searchset Bundle, newest first; parameters as the CapabilityStatement says."""
    kinds = _kinds(kind)
    form = await read_form(request, kind, search.names(kind))
    asked = search.asked(form)

    async def work(here: Visit) -> LookUp[tuple[int, list[Json]]]:
        found = await entries.listing(
            here,
            kinds,
            since=asked.since,
            before=asked.before,
            only=asked.only,
            count=_ALL,
        )
        total, page = await _page(here, form, found)
        return LookUp((total, [made for _, made in page]), dict(Counter(one.kind for one, _ in page)))

    total, page = await visit(request, actor, kinds, work)
    return searchset(form, total, page)


@router.get("/{kind}/{entry_id}", response_class=Response)
async def read(kind: str, entry_id: UUID, request: Request, actor: Caller) -> Response:
    """One resource, with its version as ETag."""
    kinds = _kinds(kind)

    async def work(here: Visit) -> LookUp[Json]:
        entry = await entries.need_of(here, kinds, entry_id)
        context = await resources.context_of(here, [entry])
        return LookUp(resources.resource_of(entry, context), {entry.kind: 1})

    found = await visit(request, actor, kinds, work)
    return resources.tagged(found)


@router.get("/{kind}/{entry_id}/_history", response_class=Response)
async def history(kind: str, entry_id: UUID, request: Request, actor: Caller) -> Response:
    """A history Bundle of every version, newest first."""
    kinds = _kinds(kind)

    async def work(here: Visit) -> LookUp[list[Json]]:
        entry = await entries.need_of(here, kinds, entry_id)
        every = resources.versions_of(entry, await entries.history(here, entry.kind, entry_id))
        context = await resources.context_of(here, every)
        found = [resources.resource_of(one, context) for one in every]
        return LookUp(found, {entry.kind: len(found)})

    found = await visit(request, actor, kinds, work)
    bundle = {"resourceType": "Bundle", "type": "history", "total": len(found)}
    return fhir_response(bundle | {"entry": [_historic(one) for one in found]})


@router.put("/{kind}/{entry_id}", response_class=Response)
async def write(kind: str, entry_id: UUID, request: Request, actor: Caller) -> Response:
    """Create (a new UUID, without If-Match) or update (with it). Repeating changes nothing."""
    _kinds(kind)
    resource = await _resource(request, entry_id)
    wanted = _form(kind, resource)
    if not wanted.writable:
        raise NotFound("not-writable", f"{kind} is not written over FHIR.")
    number = identifier(needed_number(request, actor))
    sent = resources.written(wanted, resource, number)
    version = version_in(request, needed=False)

    async def work(here: Visit) -> LookUp[Json | AksonError]:
        at = None if version < 0 else version
        if wanted.kind == "Composition":
            kept = await notes.save(here, entry_id, sent, at)
            if not isinstance(kept.value, Entry):
                return LookUp(kept.value, kept.items)
            entry = kept.value
        else:
            entry = await entries.write(here, KINDS[wanted.kind], entry_id, sent, at)
        context = await resources.context_of(here, [entry])
        return LookUp(resources.resource_of(entry, context), {wanted.kind: 1})

    found = await visit(request, actor, [wanted.kind], work, writes=True)
    return resources.tagged(found)


@router.post("/Composition/{note_id}/$sign", response_class=Response)
async def sign(note_id: UUID, request: Request, actor: Caller) -> Response:
    """Sign the preliminary note of the version in If-Match."""
    version = version_in(request, needed=True)

    async def work(here: Visit) -> LookUp[Json]:
        entry = await notes.sign(here, note_id, version)
        context = await resources.context_of(here, [entry])
        return LookUp(resources.resource_of(entry, context), {"Composition": 1})

    found = await visit(request, actor, ["Composition"], work, writes=True)
    return resources.tagged(found)


async def _page(
    here: Visit, form: SearchForm, found: Sequence[Entry]
) -> tuple[int, list[tuple[Entry, Json]]]:
    """How many fit, and the page of them."""
    context = await resources.context_of(here, found)
    made = [(entry, resources.resource_of(entry, context)) for entry in found]
    fitting = [(entry, resource) for entry, resource in made if search.fits(form, resource)]
    return len(fitting), fitting[form.skip : form.skip + form.count]


def _kinds(name: str) -> list[str]:
    """The kinds of entries that are given out as resources of a type."""
    found = [form.kind for form in BY_TYPE.get(name, ()) if form.kind in KINDS]
    if not found:
        raise NotFound("type-unknown", "The journal has no such resource type: see /fhir/metadata.")
    return found


def _form(name: str, resource: Json) -> Form:
    """What reads a resource sent to the address of a type."""
    if resource.get("resourceType") != name:
        raise Malformed("resource-type", f"Send a {name}.")
    try:
        return form_of(resource)
    except (AttributeError, TypeError):
        raise Malformed("resource-form", f"This is no {name} as the journal gives them out.") from None


async def _resource(request: Request, entry_id: UUID) -> Json:
    found = await read_body(request, dict[str, Any], most=_MOST)
    if found.get("id", str(entry_id)) != str(entry_id):
        raise Malformed("resource-id", "The resource's id is that of the address.")
    return found


def _historic(resource: Json) -> Json:
    address = f"{resource['resourceType']}/{resource['id']}"
    return {
        "fullUrl": f"urn:uuid:{resource['id']}",
        "resource": resource,
        "request": {"method": "PUT", "url": address},
        "response": {
            "status": "200",
            "lastModified": resource["meta"]["lastUpdated"],
            "etag": f'W/"{resource["meta"]["versionId"]}"',
        },
    }
