"""FHIR `Consent`: a person's privacy settings, read and made by the person or who represents them.

A health worker may record the consent just given to the organisation of the login, nothing else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from psycopg import AsyncConnection

from core_record.access.service import AccessRequest, Decision, LookUp, Relation, access_request, look_up
from core_record.fhir import describe_form, fhir_response, person_number, read_form, searchset, token_value
from core_record.privacy import fhir, service
from core_record.privacy.service import By, Kind, SetBy, Setting, Wanted
from kit.errors import Forbidden, Malformed, NotFound
from kit.identity.actor import Actor, ActorKind
from kit.identity.audiences import READ_CORE_RECORD, WRITE_CORE_RECORD
from kit.identity.verifier import require_scope
from kit.identity.web import actor_of
from kit.ids import NationalId
from kit.jsonapi import read_bytes
from kit.web import correlation_id

router = APIRouter(prefix="/fhir")
Caller = Annotated[Actor, Depends(actor_of)]
Read = Callable[[AsyncConnection[Any], UUID, Decision], Awaitable[LookUp[Any]]]
_KIND = "Consent"
_MAX_BODY = 16_384  # bytes
_OWN = {Relation.OWN: "citizen", Relation.PARENT: "representative", Relation.ATTORNEY: "representative"}


def _described(*headers: str) -> dict[str, Any]:
    """The OpenAPI description of a write: its headers, and a Consent as docs/privacy.md has it."""
    return {
        "parameters": [{"name": name, "in": "header", "schema": {"type": "string"}} for name in headers],
        "requestBody": {"content": {"application/fhir+json": {"schema": {"type": "object"}}}},
    }


@router.post("/Consent/_search", openapi_extra=describe_form("category", "status", person=True))
async def search_consent(request: Request, actor: Caller) -> Response:
    """The person's settings, newest first, withdrawn ones too; `category` and `status` narrow."""
    require_scope(actor, READ_CORE_RECORD)
    number = _person(request, _citizen(actor))
    form = await read_form(request, _KIND, ("category", "status"))
    category, status = token_value(form.one("category"), (fhir.SETTING,)), form.one("status")

    async def read(conn: AsyncConnection[Any], person_id: UUID, _: Decision) -> LookUp[list[dict[str, Any]]]:
        found = await service.settings_of(conn, person_id)
        now = datetime.now(UTC)
        shown = [fhir.consent(s, number, now) for s in found if category in (None, s.kind)]
        shown = [c for c in shown if status in (None, c["status"])]
        return LookUp(shown, {_KIND: len(shown)})

    found = await _look_up(
        request, actor, number, AccessRequest(correlation_id=correlation_id(request)), read
    )
    return searchset(form, len(found), found[form.skip : form.skip + form.count])


@router.post("/Consent", openapi_extra=_described("person-id", "Idempotency-Key"))
async def create_consent(request: Request, actor: Caller) -> Response:
    """Make a setting: 201, or 200 when this `Idempotency-Key` or an equal setting in force was there."""
    require_scope(actor, WRITE_CORE_RECORD)
    wanted = fhir.read_wanted(await read_bytes(request, _MAX_BODY, "consent-too-large"))
    number, declared = _who_asks(request, actor, wanted)
    request_hash = _request_hash(request, actor)

    async def write(
        conn: AsyncConnection[Any], person_id: UUID, decision: Decision
    ) -> LookUp[tuple[Setting, bool]]:
        by = _by(request, actor, decision)
        return LookUp(await service.make(conn, person_id, wanted, by, request_hash), {_KIND: 1}, "write")

    setting, made = await _look_up(request, actor, number, declared, write)
    return _answer(setting, number, 201 if made else 200)


@router.put("/Consent/{consent_id}", openapi_extra=_described("person-id", "If-Match"))
async def withdraw_consent(consent_id: str, request: Request, actor: Caller) -> Response:
    """Make a setting inactive, which is all that can be changed; needs `If-Match`. Safe to repeat."""
    require_scope(actor, WRITE_CORE_RECORD)
    number, setting_id = _person(request, _citizen(actor)), _uuid(consent_id)
    fhir.is_withdrawal(await read_bytes(request, _MAX_BODY, "consent-too-large"), setting_id)
    version = _if_match(request)

    async def write(conn: AsyncConnection[Any], person_id: UUID, decision: Decision) -> LookUp[Setting]:
        by = _by(request, actor, decision)
        setting = await service.withdraw(conn, person_id, setting_id, by, version)
        return LookUp(setting, {_KIND: 1}, "write")

    declared = AccessRequest(correlation_id=correlation_id(request))
    return _answer(await _look_up(request, actor, number, declared, write), number, 200)


async def _look_up(
    request: Request, actor: Actor, number: NationalId, declared: AccessRequest, work: Read
) -> Any:
    state = request.app.state
    return await look_up(state.db, state.keys, actor, number, declared, (_KIND,), work)


def _who_asks(request: Request, actor: Actor, wanted: Wanted) -> tuple[NationalId, AccessRequest]:
    """Whose setting, and what is declared. A health worker only records a consent to the own organisation."""
    if actor.kind is not ActorKind.CLINICIAN:
        return _person(request, _citizen(actor)), AccessRequest(correlation_id=correlation_id(request))
    own = wanted.kind is Kind.SAMTYKKE and wanted.org_number in (actor.organisation, actor.place)
    if not own or wanted.org_number is None or wanted.hpr_number not in (None, actor.hpr_number):
        raise _not_yours()
    number = person_number(request)
    if number is None:
        raise Malformed("person-id-missing", "Send the person's number in the header person-id.")
    declared = access_request(request.headers, actor, correlation_id(request))
    return number, replace(declared, records_consent=True)


def _person(request: Request, own: NationalId) -> NationalId:
    return person_number(request) or own


def _citizen(actor: Actor) -> NationalId:
    if actor.kind is not ActorKind.CITIZEN or actor.national_id is None:
        raise _not_yours()
    return actor.national_id


def _not_yours() -> Forbidden:
    return Forbidden(
        "settings-are-the-citizens",
        "These are the citizen's own. Health personnel may record a consent given to their organisation.",
    )


def _by(request: Request, actor: Actor, decision: Decision) -> By:
    kind: SetBy = _OWN.get(decision.relation, "clinician")  # type: ignore[assignment]
    represented = decision.representation
    name = represented.actor_name if represented else decision.facts.person_name
    if kind == "clinician":
        name = decision.facts.personnel_name
    number = actor.national_id
    number_hash = request.app.state.keys.number_hash(number) if number else b""
    return By(kind, number_hash, name, actor.organisation)


def _request_hash(request: Request, actor: Actor) -> bytes | None:
    """What repeats of one wish have in common: who asks, and the key they chose."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 8 <= len(key) <= 200:
        raise Malformed("idempotency-key-malformed", "Idempotency-Key has 8 to 200 characters.")
    found: bytes = request.app.state.keys.find_hash(f"consent:{actor.kind}:{actor.subject}:{key}")
    return found


def _if_match(request: Request) -> int:
    text = (request.headers.get("if-match") or "").removeprefix("W/").strip('"')
    if text not in ("1", "2"):
        raise Malformed(
            "if-match-missing", 'Send If-Match with the version you have read, for instance W/"1".'
        )
    return int(text)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("consent-not-found", "This person has no such setting.") from None


def _answer(setting: Setting, number: NationalId, status: int) -> Response:
    answer = fhir_response(fhir.consent(setting, number, datetime.now(UTC)))
    answer.status_code = status
    answer.headers["ETag"] = f'W/"{setting.version}"'
    if status == 201:
        answer.headers["Location"] = f"Consent/{setting.setting_id}"
    return answer
