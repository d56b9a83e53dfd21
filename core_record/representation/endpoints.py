"""`RelatedPerson`: whom may I act for, to whom have I given a fullmakt; giving one and ending it."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from psycopg import AsyncConnection

from core_record.access.citizens import HOLDER_AGE
from core_record.access.question import reached_age
from core_record.access.service import (
    AccessRequest,
    Decision,
    LookUp,
    Relation,
    look_up,
    today_in_norway,
)
from core_record.fhir import describe_form, fhir_response, person_number, read_form, searchset
from core_record.registers.service import numbers_of
from core_record.representation import fhir, listing, service
from core_record.representation.facts import Fullmakt, Power
from kit.errors import AksonError, Forbidden, Malformed, NotFound, Unprocessable
from kit.identity.actor import Actor, ActorKind
from kit.identity.audiences import READ_CORE_RECORD, WRITE_CORE_RECORD
from kit.identity.verifier import require_scope
from kit.identity.web import actor_of
from kit.ids import NationalId
from kit.jsonapi import read_bytes
from kit.limits import unknown_number
from kit.web import correlation_id

router = APIRouter(prefix="/fhir")
Caller = Annotated[Actor, Depends(actor_of)]
Json = dict[str, Any]
_KIND = "RelatedPerson"
_MAX_BODY = 16_384  # bytes
_LISTS = ("represented", "representatives")


@router.post("/RelatedPerson/_search", openapi_extra=describe_form("_list"))
async def search_related_person(request: Request, actor: Caller) -> Response:
    """`_list=represented`: whom the caller may act for today. `_list=representatives`: fullmakts given.

    Always the caller's own lists: the header `person-id` has no say.
    """
    own = _citizen(actor, READ_CORE_RECORD)
    form = await read_form(request, _KIND, ("_list",))
    wanted = form.one("_list")
    if wanted not in _LISTS:
        raise Malformed("list-unknown", f"Send _list, one of {', '.join(_LISTS)}.")
    state, today = request.app.state, today_in_norway()

    async def read(conn: AsyncConnection[Any], person_id: UUID, _: Decision) -> LookUp[list[Json]]:
        if wanted == "representatives":
            rows = await service.fullmakts(conn, person_id)
            return _found([fhir.given(row, person_id, today) for row in rows])
        may = await listing.represented(conn, state.keys, actor, person_id, today)
        numbers = await numbers_of(conn, state.keys, [row.person_id for row in may])
        return _found(
            [fhir.represented(row, numbers[row.person_id]) for row in may if row.person_id in numbers]
        )

    found = await _look_up(request, actor, own, read)
    return searchset(form, len(found), found[form.skip : form.skip + form.count])


@router.put("/RelatedPerson/{fullmakt_id}")
async def give_fullmakt(fullmakt_id: UUID, request: Request, actor: Caller) -> Response:
    """Give a fullmakt for one's own data; the id is the caller's to make, so that repeating gives it once.

    Body: RelatedPerson with the holder's number (`identifier`), `name.family`, `period` and powers. Whoever
    holds a fullmakt can give none: it is the caller's own data alone. An attempt leaves a row in the log.
    """
    own = _citizen(actor, WRITE_CORE_RECORD)
    today = today_in_norway()
    holder, family, wanted = fhir.read_wanted(fullmakt_id, await read_bytes(request, _MAX_BODY), today)
    keys = request.app.state.keys

    async def write(
        conn: AsyncConnection[Any], person_id: UUID, _: Decision
    ) -> LookUp[Fullmakt | Unprocessable]:
        try:
            made = await service.give_fullmakt(
                conn,
                keys,
                person_id,
                holder,
                family,
                wanted,
                lambda born: reached_age(born, HOLDER_AGE, today),
            )
        except Unprocessable as refusal:  # told after the commit: a number that was tried leaves its row
            return LookUp(refusal, {_KIND: 0}, "write")
        return LookUp(made, {_KIND: 1}, "write")

    made = await _look_up(request, actor, own, write, Power.SETTINGS)
    if isinstance(made, AksonError):
        if made.code == "fullmakt-holder-unknown":
            await unknown_number()
        raise made
    return fhir_response(fhir.given(made, made.holder_id, today))


@router.delete("/RelatedPerson/{fullmakt_id}")
async def end_fullmakt(fullmakt_id: UUID, request: Request, actor: Caller) -> Response:
    """End a fullmakt at once: its giver, or its holder with the giver in `person-id`. It stays as history.

    Repeating changes nothing. Raises `NotFound` (`fullmakt-not-found`).
    """
    own = _citizen(actor, WRITE_CORE_RECORD)

    async def write(
        conn: AsyncConnection[Any], person_id: UUID, decision: Decision
    ) -> LookUp[Fullmakt | None]:
        def by(row: Fullmakt) -> str | None:
            if decision.relation is Relation.OWN:
                return "giver"
            return "holder" if row.holder_id == decision.facts.actor_id else None

        ended = await service.end_fullmakt(conn, person_id, fullmakt_id, by)
        return LookUp(ended, {_KIND: int(ended is not None)}, "write")

    ended = await _look_up(request, actor, person_number(request) or own, write)
    if ended is None:
        raise NotFound("fullmakt-not-found", "There is no such fullmakt here.")
    return fhir_response(fhir.given(ended, ended.holder_id, today_in_norway()))


async def _look_up(request: Request, actor: Actor, number: NationalId, read: Any, power: Any = None) -> Any:
    state = request.app.state
    declared = AccessRequest(correlation_id=correlation_id(request))
    return await look_up(state.db, state.keys, actor, number, declared, (_KIND,), read, power)


def _found(rows: list[Json]) -> LookUp[list[Json]]:
    return LookUp(rows, {_KIND: len(rows)})


def _citizen(actor: Actor, scope: str) -> NationalId:
    require_scope(actor, scope)
    if actor.kind is not ActorKind.CITIZEN or actor.national_id is None:
        raise Forbidden("citizens-only", "Representation is citizens' own. Log in as a citizen.")
    return actor.national_id
