"""`/operations`: the work list, one message, senders gone quiet, volumes. JSON; errors are RFC 9457."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from kit.db import Database
from kit.errors import Malformed, Unprocessable
from kit.identity import audiences
from kit.identity.actor import Actor
from kit.identity.verifier import require_scope
from kit.identity.web import actor_of
from kit.keys import KeyRing
from kit.web import correlation_id
from results_service.operations import rules
from results_service.operations.service import Operations

_BODY_BYTES = 2000
Count = Annotated[int, Query(ge=1, le=200)]
Skip = Annotated[int, Query(ge=0, le=100_000)]
Days = Annotated[int, Query(ge=1, le=90)]

router = APIRouter(prefix="/operations", tags=["operations"])


class OperationsContext(msgspec.Struct, frozen=True):
    """What the endpoints need besides the intake, as `app.state.operations`."""

    database: Database
    keys: KeyRing


class Opening(msgspec.Struct, frozen=True):
    """How much to open; `original` is the whole message, results included."""

    original: bool = False


class Reason(msgspec.Struct, frozen=True):
    """Why something is done: a code of the lists in `rules`."""

    reason: str


class Many(msgspec.Struct, frozen=True):
    """Which messages to process anew, and why."""

    code: str
    reason: str


def operations(request: Request, actor: Annotated[Actor, Depends(actor_of)]) -> Operations:
    """Operations for the caller. Raises `Forbidden` without the scope; the rules decide at each call."""
    require_scope(actor, audiences.OPERATE)
    context: OperationsContext = request.app.state.operations
    intake = request.app.state.intake
    return Operations(context.database, context.keys, intake, actor, correlation_id(request))


Ops = Annotated[Operations, Depends(operations)]


@router.get("/me")
async def me(ops: Ops) -> Response:
    """Whether the caller operates the service: 200 with name and organisation, else 403."""
    operator = await ops.operator()
    return _json({"name": operator.name, "organisation": operator.organisation_name})


@router.get("/messages")
async def work_list(
    ops: Ops,
    state: Literal["open", "resolved", "rejected"] = "open",
    code: Annotated[str | None, Query(max_length=60)] = None,
    skip: Skip = 0,
    count: Count = 50,
) -> Response:
    """Messages that wait for a person, oldest first; never anything of the person they are about."""
    return _json(await ops.work_list(state, code, skip, count))


@router.get("/messages/{message_id}")
async def message(ops: Ops, message_id: UUID) -> Response:
    """One message and what was done about it; still nothing of a person."""
    return _json(await ops.detail(message_id))


@router.post("/messages/{message_id}/open")
async def open_message(request: Request, ops: Ops, message_id: UUID) -> Response:
    """What the message says: a look-up, in the log of the person it is about where that is known."""
    asked = await _read(request, Opening)
    return _json(await ops.open(message_id, with_original=asked.original))


@router.post("/messages/{message_id}/replay")
async def replay(request: Request, ops: Ops, message_id: UUID) -> Response:
    """Process the message anew, after a fix. Repeating it does nothing more."""
    asked = await _read(request, Reason)
    return _json(await ops.replay(message_id, _one_of(asked.reason, rules.REPLAY_REASONS)))


@router.post("/replay")
async def replay_all(request: Request, ops: Ops) -> Response:
    """Process anew the oldest messages with one code, a batch at a time: repeat until `left` is 0."""
    asked = await _read(request, Many)
    replayed, left = await ops.replay_all(asked.code, _one_of(asked.reason, rules.REPLAY_REASONS))
    return _json({"replayed": replayed, "left": left})


@router.post("/messages/{message_id}/resolve")
async def resolve(request: Request, ops: Ops, message_id: UUID) -> Response:
    """Note how a waiting message was solved: it leaves the list."""
    asked = await _read(request, Reason)
    return _json(await ops.resolve(message_id, _one_of(asked.reason, rules.RESOLVE_REASONS)))


@router.get("/quiet")
async def quiet(ops: Ops) -> Response:
    """Every sender's silence beside its own usual one, the quiet first."""
    return _json({"senders": await ops.quiet()})


@router.get("/volumes")
async def volumes(ops: Ops, days: Days = 14) -> Response:
    """Messages by day, sender and kind."""
    return _json({"days": days, "volumes": await ops.volumes(days)})


async def _read(request: Request, kind: type[Any]) -> Any:
    body = await request.body()
    try:
        return msgspec.json.decode(body[: _BODY_BYTES + 1] or b"{}", type=kind)
    except msgspec.DecodeError:
        raise Malformed("body-unreadable", "Send a JSON object as the description says.") from None


def _one_of(reason: str, known: tuple[str, ...]) -> str:
    if reason not in known:
        raise Unprocessable("reason-unknown", f"reason must be one of {', '.join(known)}.")
    return reason


def _json(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")
