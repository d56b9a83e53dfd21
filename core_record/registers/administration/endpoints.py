"""`/administration`: JSON in and out, errors are RFC 9457. Searches are POST: an address holds no name."""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from core_record.registers.administration.models import OrganisationSearch, PersonnelSearch
from core_record.registers.administration.service import Administration
from kit.errors import Malformed, TooLarge
from kit.identity.actor import Actor
from kit.identity.audiences import READ_CORE_RECORD
from kit.identity.verifier import require_scope
from kit.identity.web import actor_of
from kit.web import correlation_id

T = TypeVar("T")
_BODY_BYTES = 4000
router = APIRouter(prefix="/administration", tags=["administration"])


def reading(request: Request, actor: Annotated[Actor, Depends(actor_of)]) -> Administration:
    """Administration for the caller, to read. Raises `Forbidden` without the scope."""
    require_scope(actor, READ_CORE_RECORD)
    state = request.app.state
    return Administration(state.db, state.keys, actor, correlation_id(request))


Reading = Annotated[Administration, Depends(reading)]


@router.get("/me")
async def me(registers: Reading) -> Response:
    """Whether the caller administers an organisation: 200 with name and organisation, else 403."""
    who = await registers.me()
    return _json({"name": who.name, "organisation": who.organisation_name, "org_number": who.organisation})


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


async def _body(request: Request, kind: type[T]) -> T:
    body = await request.body()
    if len(body) > _BODY_BYTES:
        raise TooLarge("body-too-large", f"Send at most {_BODY_BYTES} bytes.")
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise Malformed("body-invalid", str(error)) from None
    except msgspec.DecodeError:
        raise Malformed("body-not-json", "Send the body as JSON.") from None


def _json(body: object) -> Response:
    return Response(msgspec.json.encode(body), media_type="application/json")
