"""`/operations`: the work list, one message, senders gone quiet, volumes. JSON; errors are RFC 9457."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from kit.db import Database
from kit.errors import Unprocessable
from kit.identity import audiences
from kit.identity.actor import Actor
from kit.identity.verifier import require_scope
from kit.identity.web import actor_of
from kit.jsonapi import read_body
from kit.keys import KeyRing
from kit.web import correlation_id
from results_service.operations import rules
from results_service.operations.held import Wanted
from results_service.operations.service import Operations
from results_service.reports.judgements import JUDGEMENTS

_BODY_BYTES = 2500
T = TypeVar("T")
_MESSAGE_BYTES = 7 * 1024 * 1024  # the largest message in base64
Count = Annotated[int, Query(ge=1, le=200)]
Skip = Annotated[int, Query(ge=0, le=100_000)]
Days = Annotated[int, Query(ge=1, le=90)]
Code = Annotated[str | None, Query(max_length=60)]
SenderKey = Annotated[str | None, Query(max_length=200)]
ListName = Literal["open", "asked", "resolved", "rejected"]
Whose = Literal["mine", "free"]

router = APIRouter(prefix="/operations", tags=["operations"])


class OperationsContext(msgspec.Struct, frozen=True):
    """What the endpoints need besides the intake, as `app.state.operations`."""

    database: Database
    keys: KeyRing


class Opening(msgspec.Struct, frozen=True):
    """How much to open; `original` is the whole message, results included."""

    original: bool = False


class Reason(msgspec.Struct, frozen=True):
    """Why something is done: a code of the lists in `rules`. `seen`: of the message as it was looked at."""

    reason: str
    seen: int | None = None


class Judgement(msgspec.Struct, frozen=True):
    """What an operator judged: a code of `reports.judgements`, and why in own words."""

    judgement: str
    note: str
    seen: int | None = None


class Correction(msgspec.Struct, frozen=True):
    """A corrected message (base64), the coded reason, and why in own words."""

    reason: str
    note: str
    message: bytes

    def __repr__(self) -> str:
        return "Correction(***)"


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """Which stored messages. Times are aware; no sender or kind: all."""

    received_from: Annotated[datetime, msgspec.Meta(tz=True)]
    received_to: Annotated[datetime, msgspec.Meta(tz=True)]
    sender: str | None = None
    kind: str | None = None

    def which(self) -> tuple[str | None, str | None, datetime, datetime]:
        """Sender, kind, received from and to. Raises `Unprocessable`."""
        if self.received_to <= self.received_from:
            raise Unprocessable("period-invalid", "received_to must come after received_from.")
        return self.sender or None, self.kind or None, self.received_from, self.received_to


class Remap(Stored, frozen=True, kw_only=True):
    """Which stored messages to map anew, and why."""

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
    """Whether the caller operates the service: `{admitted}`, and where it is true name and organisation."""
    operator = await ops.operator()
    if operator is None:
        return answered({"admitted": False})
    return answered({"admitted": True, "name": operator.name, "organisation": operator.organisation_name})


@router.get("/messages")
async def work_list(
    ops: Ops,
    state: ListName = "open",
    code: Code = None,
    sender: SenderKey = None,
    whose: Whose | None = None,
    skip: Skip = 0,
    count: Count = 50,
) -> Response:
    """Messages that wait for a person, oldest first; never anything of the person they are about."""
    return answered(await ops.work_list(state, Wanted(code, sender, whose), skip, count))


@router.get("/messages/{message_id}")
async def message(ops: Ops, message_id: UUID) -> Response:
    """One message and what was done about it; still nothing of a person."""
    return answered(await ops.detail(message_id))


@router.post("/messages/{message_id}/open")
async def open_message(request: Request, ops: Ops, message_id: UUID) -> Response:
    """What the message says: a look-up, in the log of the person it is about where that is known."""
    asked = await read(request, Opening)
    return answered(await ops.open(message_id, with_original=asked.original))


@router.post("/messages/{message_id}/replay")
async def replay(request: Request, ops: Ops, message_id: UUID) -> Response:
    """Process the message anew, after a fix. Repeating it does nothing more."""
    asked = await read(request, Reason)
    return answered(await ops.replay(message_id, one_of(asked.reason, rules.REPLAY_REASONS), asked.seen))


@router.post("/messages/{message_id}/release")
async def release(request: Request, ops: Ops, message_id: UUID) -> Response:
    """Store a held message as judged. Repeating it does nothing more."""
    asked = await read(request, Judgement)
    judgement = one_of(asked.judgement, tuple(JUDGEMENTS), "judgement")
    return answered(await ops.release(message_id, judgement, asked.note, asked.seen))


@router.post("/messages/{message_id}/correct")
async def correct(request: Request, ops: Ops, message_id: UUID) -> Response:
    """Take in a corrected message instead of one that waits; the answer is the new message's."""
    asked = await read(request, Correction, _MESSAGE_BYTES)
    reason = one_of(asked.reason, rules.CORRECTION_REASONS)
    return answered(await ops.correct(message_id, reason, asked.note, asked.message))


@router.post("/messages/{message_id}/resolve")
async def resolve(request: Request, ops: Ops, message_id: UUID) -> Response:
    """Note how a waiting message was solved: it leaves the list."""
    asked = await read(request, Reason)
    reason = one_of(asked.reason, rules.RESOLVE_REASONS)
    return answered(await ops.resolve(message_id, reason, asked.seen))


@router.post("/remap")
async def remap(request: Request, ops: Ops) -> Response:
    """Order stored messages to be mapped anew with today's mapping and codes; only what differs changes."""
    asked: Remap = await read(request, Remap)
    return answered({"orders": await ops.remap(asked.which(), one_of(asked.reason, rules.REMAP_REASONS))})


@router.post("/remap/reach")
async def remap_reach(request: Request, ops: Ops) -> Response:
    """What such an order would touch: stored messages, and how many have their original. Orders nothing."""
    asked: Stored = await read(request, Stored)
    return answered(await ops.remap_reach(asked.which()))


@router.get("/remap")
async def remap_orders(ops: Ops) -> Response:
    """The newest of these orders, and how far they are."""
    return answered({"orders": await ops.remap_orders()})


@router.get("/quiet")
async def quiet(ops: Ops) -> Response:
    """Every sender's silence beside its own usual one, the quiet first."""
    return answered({"senders": await ops.quiet()})


@router.get("/volumes")
async def volumes(ops: Ops, days: Days = 14) -> Response:
    """Messages by day, sender and kind."""
    return answered({"days": days, "volumes": await ops.volumes(days)})


async def read(request: Request, kind: type[T], most: int = _BODY_BYTES) -> T:
    return await read_body(request, kind, most=most, empty=b"{}")


def one_of(reason: str, known: tuple[str, ...], name: str = "reason") -> str:
    if reason not in known:
        raise Unprocessable(f"{name}-unknown", f"{name} must be one of {', '.join(known)}.")
    return reason


def answered(value: Any) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")
