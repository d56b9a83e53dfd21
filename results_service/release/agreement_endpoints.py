"""`/release-agreements`: standing agreements on earlier viewing, of the person in `person-id`. JSON."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from psycopg import AsyncConnection

from core_record.access.service import Decision, LookUp, access_request, look_up
from kit.errors import AksonError, Forbidden
from kit.identity.actor import Actor, ActorKind
from kit.identity.audiences import READ_RESULTS, RELEASE_RESULTS
from kit.identity.verifier import require_scope
from kit.identity.web import actor_of
from kit.jsonapi import json_answer
from kit.web import correlation_id
from results_service.lookup.endpoints import LookupContext
from results_service.lookup.request import person_number
from results_service.release import agreements
from results_service.release.agreements import Agreement
from results_service.reports.withholding import withhold

router = APIRouter(prefix="/release-agreements", tags=["Release"])
Caller = Annotated[Actor, Depends(actor_of)]
_KIND = "ReleaseAgreement"
_HEADERS: dict[str, Any] = {
    "parameters": [
        {"name": name, "in": "header", "required": name == "person-id", "schema": {"type": "string"}}
        for name in ("person-id", "access-basis", "requester-hpr-role", "access-reason")
    ]
}


@router.post("/_search", openapi_extra=_HEADERS)
async def search(request: Request, actor: Caller) -> Response:
    """Every agreement of the person, newest first, ended ones too: `{agreements}`."""
    require_scope(actor, READ_RESULTS)

    async def read(conn: AsyncConnection[Any], person_id: UUID, _: Decision) -> LookUp[list[Agreement]]:
        found = await agreements.of_person(conn, person_id)
        return LookUp(found, {_KIND: len(found)})

    return json_answer({"agreements": await _look_up(request, actor, read)})


@router.post("", openapi_extra=_HEADERS)
async def record(request: Request, actor: Caller) -> Response:
    """Record that the person may see class 2 at once, as agreed; repeating changes nothing.

    Errors: 403 `release-role`; a decision's refusal as any.
    """
    require_scope(actor, RELEASE_RESULTS)
    if actor.kind is not ActorKind.CLINICIAN:
        raise Forbidden("release-role", "Doctors, dentists and midwives who treat the person agree on this.")

    async def write(conn: AsyncConnection[Any], _: UUID, decision: Decision) -> LookUp[Any]:
        return _done(await agreements.record(conn, actor, decision, _role(request)))

    return await _answer(request, actor, write)


@router.post("/{agreement_id}/end", openapi_extra=_HEADERS)
async def end(agreement_id: UUID, request: Request, actor: Caller) -> Response:
    """End an agreement: the person, who represents them, or a clinician of the same place of care.

    Errors: 404 `agreement-not-found`, 403 `release-role`, `agreement-of-others`.
    """
    require_scope(actor, RELEASE_RESULTS)

    async def write(conn: AsyncConnection[Any], _: UUID, decision: Decision) -> LookUp[Any]:
        return _done(await agreements.end(conn, actor, decision, _role(request), agreement_id))

    return await _answer(request, actor, write)


def _done(done: Agreement | AksonError) -> LookUp[Any]:
    return LookUp(done, {_KIND: int(not isinstance(done, AksonError))}, "write")


def _role(request: Request) -> str | None:
    return request.headers.get("requester-hpr-role")


async def _answer(request: Request, actor: Actor, work: Any) -> Response:
    done = await _look_up(request, actor, work)
    if isinstance(done, AksonError):
        raise done
    return json_answer(done)


async def _look_up(request: Request, actor: Actor, work: Any) -> Any:
    context: LookupContext = request.app.state.lookup
    declared = access_request(request.headers, actor, correlation_id(request))
    number = person_number(request)
    return await look_up(
        context.database, context.keys, actor, number, declared, (_KIND,), work, withhold=withhold
    )
