"""`POST /clinician/journal/draft`: what stands in the form becomes the note's draft.

A plain route, so that the page has an answer to each sending, and text outlives the page's connection and
the session. Called from our own pages alone (Origin, JSON); who calls is the session's cookie, about whom the
tab's open patient, which must be the one that the note was begun for.
"""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kit.errors import AksonError, Malformed
from kit.jsonapi import read_body
from portal.clients.errors import ServiceProblem
from portal.clients.journal import Entry, Written
from portal.clinician.journal.forms import NumberMalformed, body_of
from portal.clinician.journal.keeper import SAVE
from portal.session.files import answer, current_of, not_done, refused
from portal.session.journal import client_for
from portal.session.models import Kind
from portal.session.wiring import wiring
from portal.ui.dates import time_text

_MOST = 200_000  # bytes of a form


class Sent(msgspec.Struct, frozen=True):
    """What every form says of the note besides its fields."""

    note: UUID
    version: int
    patient: str
    begun: datetime


def save_routes() -> list[Route]:
    """The route."""
    return [Route(SAVE, save, methods=["POST"])]


async def save(request: Request) -> Response:
    """`{version, at}`, or `{code}` with a status that says whether it is worth trying again (503)."""
    if request.headers.get("origin") != wiring().settings.portal_url:
        return refused("other-site", HTTPStatus.FORBIDDEN)
    try:
        entry = await _save(request)
    except ServiceProblem as problem:
        return not_done(problem)
    except NumberMalformed:
        return refused("number-malformed", HTTPStatus.UNPROCESSABLE_ENTITY)
    except AksonError as error:
        return refused(error.code, HTTPStatus.BAD_REQUEST)
    return answer({"version": entry.version, "at": time_text(entry.changed.at)})


async def _save(request: Request) -> Entry:
    fields = await read_body(request, dict[str, str], most=_MOST)
    try:
        sent = msgspec.convert(fields, Sent, strict=False)
    except msgspec.ValidationError as error:
        raise Malformed("form-malformed", str(error)) from None
    now = await current_of(request, Kind.CLINICIAN)
    client = await client_for(now, sent.patient)
    written = Written("draft", sent.begun, body_of(fields), contact=fields.get("contact") or None)
    return await client.write("Composition", str(sent.note), written, sent.version)
