"""`POST /messages`, `GET /messages/{id}`, `GET /messages/{id}/apprec`: the way in for laboratories."""

from __future__ import annotations

import re
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Request, Response

from kit.errors import AksonError, Forbidden, NotFound, TooLarge, UnsupportedMedia
from kit.identity import audiences
from kit.identity.actor import Actor, ActorKind
from kit.identity.verifier import require_scope
from kit.identity.web import actor_of
from kit.jsonapi import throw_away
from kit.web import DirectPosts
from results_service.intake.guard import MAX_BYTES
from results_service.intake.models import Record, Status
from results_service.intake.receipts import app_rec
from results_service.intake.service import Intake

MAX_WAIT_SECONDS = 30
_READ_ON_BYTES = 16 * 1024 * 1024
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*(\d{1,4})(?=$|[,;\s])", re.IGNORECASE)
_MEDIA_TYPES = frozenset({"application/xml", "text/xml"})
_CHARSETS = frozenset({"utf-8", "iso-8859-1", "us-ascii"})
_JSON = "application/json"

router = APIRouter(prefix="/messages", tags=["messages"])


async def caller(request: Request) -> Actor:
    """The verified caller; raises `Unauthorized`, once a body that came along is out of the way."""
    try:
        return await actor_of(request)
    except AksonError:
        await throw_away(request, _READ_ON_BYTES)
        raise


async def sending_system(actor: Annotated[Actor, Depends(caller)]) -> Actor:
    """The caller, when it is a system that may send reports; raises `Unauthorized` or `Forbidden`."""
    require_scope(actor, audiences.WRITE_REPORTS)
    if actor.kind is not ActorKind.MACHINE:
        raise Forbidden("machine-only", "Only a laboratory's system may send messages, not a person.")
    return actor


Sender = Annotated[Actor, Depends(sending_system)]


_WAITS = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": f"wait=N: answer with the outcome, after at most N (up to {MAX_WAIT_SECONDS}) seconds.",
}


@router.post(
    "",
    status_code=202,
    openapi_extra={"parameters": [_WAITS], "requestBody": {"content": {"application/xml": {}}}},
)
async def post_message(request: Request, sender: Sender) -> Response:
    """Take in one message. 202 with its receipt, or with `Prefer: wait=N` 200 with its outcome.

    401, 403, 413, 415 and 429 refuse and store nothing; any other body is stored before the answer.
    """
    return await _received(request, sender)


async def _directly(request: Request) -> Response:
    """The same without routing and dependencies, which cost as much as storing the message."""
    return await _received(request, await sending_system(await caller(request)))


RECEIVING: DirectPosts = {"/messages": _directly}
"""For `create_app(direct=…)`."""


async def _received(request: Request, sender: Actor) -> Response:
    intake: Intake = request.app.state.intake
    organisation = await intake.check_sender(sender.organisation, sender.key)
    _check_media_type(request)
    data = await _read_body(request)
    record = await intake.receive(organisation, sender.client_id, data)
    seconds = _wait_seconds(request)
    if seconds:
        record = await intake.outcome(organisation, record.id, seconds)
    else:
        record = await intake.state(organisation, record.id) if record.copy_of else record
    done = seconds > 0 and record.status is not Status.RECEIVED
    return _answer(record, 200 if done else 202)


@router.get("/{message_id}", openapi_extra={"parameters": [_WAITS]})
async def get_message(request: Request, message_id: UUID, sender: Sender) -> Response:
    """The state of a message of the caller's organisation; `Prefer: wait=N` waits for the outcome."""
    intake: Intake = request.app.state.intake
    if sender.organisation is None:
        raise Forbidden("organisation-missing", "The access token names no organisation.")
    record = await intake.outcome(sender.organisation, message_id, _wait_seconds(request))
    return _answer(record, 200)


@router.get("/{message_id}/apprec")
async def get_receipt(request: Request, message_id: UUID, sender: Sender) -> Response:
    """The application receipt (AppRec 1.1, for v1.3 AppRec 1.0) as XML; 404 until there is one."""
    intake: Intake = request.app.state.intake
    if sender.organisation is None:
        raise Forbidden("organisation-missing", "The access token names no organisation.")
    record = await intake.state(sender.organisation, message_id)
    if record.status is Status.RECEIVED:
        raise NotFound("receipt-not-ready", "The message is not processed yet. Ask again.")
    body = app_rec(record)
    if body is None:
        raise NotFound(
            "receipt-impossible", "No receipt can be written for this message: GET /messages/{id} says why."
        )
    return Response(body, 200, media_type="application/xml")


def view(record: Record) -> dict[str, Any]:
    """A record as it is given out."""
    shown: dict[str, Any] = {
        "id": record.id,
        "status": record.status.value,
        "receipt": f"/messages/{record.id}/apprec",
        "received": record.received_at,
        "errors": record.errors,
        "warnings": record.warnings,
    }
    if record.unmapped:
        shown["unmapped"] = record.unmapped
    if record.parts:
        shown["parts"] = record.parts
    return shown


def _answer(record: Record, status: int) -> Response:
    headers = {"Location": f"/messages/{record.id}"}
    return Response(msgspec.json.encode(view(record)), status, headers, _JSON)


def _check_media_type(request: Request) -> None:
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    if kind.strip().lower() not in _MEDIA_TYPES:
        raise UnsupportedMedia("media-type", "Send the message with Content-Type: application/xml.")
    charset = re.search(r"charset\s*=\s*\"?([^\s\";]+)", parameters, re.IGNORECASE)
    if charset and charset[1].lower() not in _CHARSETS:
        raise UnsupportedMedia("media-type", "The charset must be UTF-8 or ISO-8859-1.")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMedia("content-encoding", "Send the message without Content-Encoding.")


async def _read_body(request: Request) -> bytes:
    """The body; raises `TooLarge`. What is too large is read on and thrown away, within a bound.

    A client that is still sending when the connection closes would see no answer.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > _READ_ON_BYTES:
        raise _too_large()
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= MAX_BYTES:
            chunks.append(chunk)
        else:
            chunks.clear()
        if size > _READ_ON_BYTES:
            break
    if size > MAX_BYTES:
        raise _too_large()
    return b"".join(chunks)


def _too_large() -> TooLarge:
    return TooLarge(
        "message-too-large",
        f"A message may be at most {MAX_BYTES} bytes. Nothing was stored.",
        headers={"Connection": "close"},
    )


def _wait_seconds(request: Request) -> int:
    found = _WAIT.search(",".join(request.headers.getlist("prefer")))
    return min(int(found[1]), MAX_WAIT_SECONDS) if found else 0
