"""Which apps a health worker can open for a patient, opening one, and the app's redeeming of the handle."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Request, Response
from psycopg import AsyncConnection

from core_record.access.service import Decision, LookUp, Power, journal_request, list_request, look_up
from core_record.apps import launch
from core_record.apps.admission import Admitted, Apps, ClientId
from core_record.apps.discovery import PATH, Discovery
from core_record.apps.grants import allowed
from core_record.registers.service import listed_persons
from journal_api.desk import Caller, Desk, Visit, visit
from journal_api.withholding import withhold
from kit.errors import Forbidden, NotFound
from kit.identity.actor import Actor, ActorKind
from kit.identity.audiences import JOURNAL, READ_JOURNAL
from kit.identity.verifier import require_scope
from kit.ids import NationalId
from kit.jsonapi import json_answer, read_body
from kit.settings import get_settings
from kit.web import correlation_id

router = APIRouter(tags=["apps"])
PATIENT = "Patient"
_MOST = 1000  # bytes of a body


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which app to open for the patient of `person-id`."""

    client_id: ClientId


class Handle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The handle that an app got as `launch`."""

    launch: Annotated[str, msgspec.Meta(min_length=20, max_length=100)]


@router.get(PATH, response_class=Response)
async def configuration(request: Request) -> Response:
    """Where tokens come from, what they may be for, and where a launch is redeemed. Open to all."""
    told: Discovery = request.app.state.discovery
    return json_answer(await told.configuration(), headers={"Cache-Control": "public, max-age=300"})


@router.post("/apps/_search", response_class=Response)
async def search(request: Request, actor: Caller) -> Response:
    """{"apps": [{client_id, name, vendor_name, purpose, grants, reads, writes}]}: those one can open."""
    require_scope(actor, READ_JOURNAL)
    declared = list_request(request.headers, _personnel(actor), correlation_id(request), journal=True)
    found = await _apps(request).offered(actor, declared.role)
    return json_answer({"apps": [_shown(row) for row in found]})


@router.post("/launches", response_class=Response)
async def begin(request: Request, actor: Caller) -> Response:
    """{"url"}: where the browser goes to open an app for the patient of `person-id`, within a minute."""
    require_scope(actor, READ_JOURNAL)
    if _personnel(actor).app is not None:
        raise Forbidden("launch-from-own", "An app is opened from the patient's page, not by another app.")
    wanted = await read_body(request, Opening, most=_MOST)

    async def work(here: Visit) -> LookUp[str]:
        rows = await _apps(request).offered(actor, here.role)
        row = next((one for one in rows if one.client_id == wanted.client_id), None)
        if row is None or row.launch_url is None:
            raise NotFound("app-not-offered", "You have no such app to open for a patient.")
        said = launch.Launch(
            client_id=row.client_id,
            actor=_hash(request, actor).hex(),
            person_id=here.person_id,
            declared=launch.declared_in(request.headers),
        )
        handle = await launch.begin(request.app.state.valkey, said)
        return LookUp(launch.address(row.launch_url, _base(), handle), {PATIENT: 1})

    return json_answer({"url": await visit(request, actor, [PATIENT], work)})


@router.post("/launches/_redeem", response_class=Response)
async def redeem(request: Request, actor: Caller) -> Response:
    """{"patient", "headers", "need_patient_banner"}: for whom an app was opened; a look-up like any other.

    `headers` go with each of the app's calls about this patient: the number, and what the health worker
    declared.
    """
    require_scope(actor, READ_JOURNAL)
    handle = await read_body(request, Handle, most=_MOST)
    actor_hash = _hash(request, _personnel(actor))
    said = await launch.redeem(request.app.state.valkey, handle.launch, actor.client_id, actor_hash)
    number = await _number(request, said.person_id)
    desk: Desk = request.app.state.desk
    asked = journal_request(said.declared, actor, correlation_id(request), [PATIENT])

    async def read(_: AsyncConnection[Any], person_id: UUID, __: Decision) -> LookUp[dict[str, Any]]:
        headers = {"person-id": number.value, **said.declared}
        told = {"patient": str(person_id), "headers": headers, "need_patient_banner": True}
        return LookUp(told, {PATIENT: 1})

    told = await look_up(
        desk.db,
        desk.keys,
        actor,
        number,
        asked,
        [PATIENT],
        read,
        power=Power.JOURNAL,
        withhold=withhold(actor),
    )
    return json_answer(told, headers={"Cache-Control": "no-store"})


async def _number(request: Request, person_id: UUID) -> NationalId:
    desk: Desk = request.app.state.desk
    async with desk.db.transaction() as conn:
        found = await listed_persons(conn, desk.keys, [person_id])
    if person_id not in found:  # merged with another person in this minute
        raise launch.not_valid()
    return found[person_id].number


def _shown(row: Admitted) -> dict[str, Any]:
    may = allowed(row.grants, JOURNAL)
    return {
        "client_id": row.client_id,
        "name": row.name,
        "vendor_name": row.vendor_name,
        "purpose": row.purpose,
        "grants": row.grants,
        "reads": sorted(may.reads),
        "writes": sorted(may.writes),
    }


def _personnel(actor: Actor) -> Actor:
    if actor.kind is not ActorKind.CLINICIAN:
        raise Forbidden("apps-for-personnel", "Apps are opened by health workers, for a patient.")
    return actor


def _hash(request: Request, actor: Actor) -> bytes:
    if actor.national_id is None:
        raise Forbidden("apps-for-personnel", "Apps are opened by health workers, for a patient.")
    desk: Desk = request.app.state.desk
    return desk.keys.number_hash(actor.national_id)


def _apps(request: Request) -> Apps:
    apps: Apps = request.app.state.apps
    return apps


def _base() -> str:
    return f"{get_settings().journal_url}/fhir"
