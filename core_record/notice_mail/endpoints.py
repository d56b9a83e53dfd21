"""`/notices/email`: the citizen's own address for notices. JSON; errors are RFC 9457."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from psycopg import AsyncConnection

from core_record.access.service import AccessRequest, Decision, LookUp, look_up
from core_record.notice_mail import service
from core_record.notice_mail.models import Code, NewEmail, Status, Times
from core_record.notices.endpoints import own_number
from kit.errors import AksonError, Conflict
from kit.identity.actor import Actor
from kit.identity.audiences import READ_CORE_RECORD, WRITE_CORE_RECORD
from kit.identity.web import actor_of
from kit.jsonapi import json_answer, read_body
from kit.web import correlation_id

router = APIRouter(prefix="/notices/email", tags=["notices"])
_KIND = "Notice"
Caller = Annotated[Actor, Depends(actor_of)]
Write = Callable[[AsyncConnection[Any], UUID], Awaitable[AksonError | None]]


@router.get("")
async def email(request: Request, actor: Caller) -> Response:
    """The caller's own: `{available, state, address, language, anytime}`. `person-id` has no say."""

    async def read(conn: AsyncConnection[Any], person_id: UUID, _: Decision) -> LookUp[Status]:
        found = await _status(request, conn, person_id)
        return LookUp(found, {_KIND: int(found.address is not None)})

    return json_answer(await _look_up(request, actor, READ_CORE_RECORD, read))


@router.put("")
async def put_email(request: Request, actor: Caller) -> Response:
    """Set the address, its language and times; a new address is mailed a code. Safe to repeat.

    Errors: 409 `email-not-set-up` (this installation sends none), 422 `email-invalid`, 429 `email-codes`.
    """
    own_number(actor, WRITE_CORE_RECORD)
    wanted = await read_body(request, NewEmail)
    if not request.app.state.sends_mail:
        raise Conflict("email-not-set-up", "This installation sends no e-mail: read your notices here.")
    keys = request.app.state.keys
    return await _change(request, actor, lambda conn, person: service.put(conn, keys, person, wanted))


@router.post("/confirm")
async def confirm_email(request: Request, actor: Caller) -> Response:
    """Confirm the address by the code mailed to it. Errors: 404 `email-none`, 409 `code-expired`,
    422 `code-wrong`."""
    own_number(actor, WRITE_CORE_RECORD)
    sent = await read_body(request, Code)
    keys = request.app.state.keys
    return await _change(request, actor, lambda conn, person: service.confirm(conn, keys, person, sent.code))


@router.post("/times")
async def choose_times(request: Request, actor: Caller) -> Response:
    """Whether mails may come at night and in weekends. Errors: 404 `email-none`."""
    own_number(actor, WRITE_CORE_RECORD)
    wanted = await read_body(request, Times)
    return await _change(
        request, actor, lambda conn, person: service.choose(conn, person, anytime=wanted.anytime)
    )


@router.delete("")
async def withdraw_email(request: Request, actor: Caller) -> Response:
    """Forget the address at once; mails that wait are not sent. Safe to repeat."""

    async def work(conn: AsyncConnection[Any], person_id: UUID) -> None:
        await service.withdraw(conn, person_id)

    return await _change(request, actor, work)


async def _change(request: Request, actor: Actor, work: Write) -> Response:
    """Do it in a look-up of its own, and answer with how things stand then."""

    async def write(conn: AsyncConnection[Any], person_id: UUID, _: Decision) -> LookUp[AksonError | Status]:
        problem = await work(conn, person_id)
        if problem is not None:  # told after the commit: a try leaves its row, and a wrong code counts
            return LookUp(problem, {_KIND: 0}, "write")
        return LookUp(await _status(request, conn, person_id), {_KIND: 1}, "write")

    done = await _look_up(request, actor, WRITE_CORE_RECORD, write)
    if isinstance(done, AksonError):
        raise done
    return json_answer(done)


async def _status(request: Request, conn: AsyncConnection[Any], person_id: UUID) -> Status:
    state = request.app.state
    return await service.status(conn, state.keys, person_id, available=state.sends_mail)


async def _look_up(request: Request, actor: Actor, scope: str, work: Any) -> Any:
    own, state = own_number(actor, scope), request.app.state
    declared = AccessRequest(correlation_id=correlation_id(request))
    return await look_up(state.db, state.keys, actor, own, declared, (_KIND,), work)
