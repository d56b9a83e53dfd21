"""`/consultations`: JSON in and out, errors are RFC 9457; public ones need no login."""

from __future__ import annotations

import csv
import io
from uuid import UUID

from fastapi import APIRouter, Request, Response

from citizen_panel.caller import Reading, Writing
from citizen_panel.consultations import service
from citizen_panel.consultations.fhir import questionnaire
from citizen_panel.consultations.models import Answering, Plan, Theme
from citizen_panel.consultations.results import as_rows
from kit.jsonapi import json_answer, read_body, version_in

router = APIRouter(tags=["consultations"])


@router.get("/public/consultations")
async def public_consultations(request: Request) -> Response:
    """What people are and were asked."""
    return json_answer({"items": await service.public(request.app.state.db)})


@router.get("/public/consultations/{identifier}")
async def public_consultation(request: Request, identifier: UUID) -> Response:
    """One consultation with what is shown of its result."""
    return json_answer(await service.public_result(request.app.state.db, identifier))


@router.get("/public/consultations/{identifier}/result.csv")
async def result_csv(request: Request, identifier: UUID) -> Response:
    """The numbers shown, as a table (RFC 4180)."""
    found = await service.public_result(request.app.state.db, identifier)
    text = io.StringIO()
    csv.writer(text).writerows(as_rows(found.consultation, found.result) if found.result else [])
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8")


@router.get("/public/consultations/{identifier}/questionnaire")
async def as_questionnaire(request: Request, identifier: UUID) -> Response:
    """The survey as FHIR R4 Questionnaire."""
    found = await service.public_result(request.app.state.db, identifier)
    return json_answer(questionnaire(found.consultation), headers={"content-type": "application/fhir+json"})


@router.get("/panels/{panel_id}/consultations")
async def of_panel(caller: Reading, panel_id: UUID) -> Response:
    """Everything asked and planned, for those who lead or moderate."""
    return json_answer({"items": await service.of_panel(caller, panel_id)})


@router.get("/consultations/{identifier}")
async def for_staff(caller: Reading, identifier: UUID) -> Response:
    """One as it stands, drafts and themes too, for those who lead or moderate."""
    return json_answer(await service.one_for_staff(caller, identifier))


@router.post("/consultations/{identifier}/remind")
async def remind(caller: Writing, identifier: UUID) -> Response:
    """Remind those who have not answered."""
    return json_answer(await service.remind(caller, identifier))


@router.post("/panels/{panel_id}/consultations", status_code=201)
async def plan(request: Request, caller: Writing, panel_id: UUID) -> Response:
    """Plan a consultation; `Idempotency-Key` makes the call safe to repeat."""
    wanted = await read_body(request, Plan)
    made = await service.plan(caller, panel_id, wanted, request.headers.get("idempotency-key"))
    return json_answer(made, 201)


@router.put("/consultations/{identifier}")
async def change(request: Request, caller: Writing, identifier: UUID) -> Response:
    """Write a draft anew; `If-Match` is the version it was read with."""
    version = version_in(request, needed=True)
    return json_answer(await service.change(caller, identifier, await read_body(request, Plan), version))


@router.post("/consultations/{identifier}/open")
async def open_(caller: Writing, identifier: UUID) -> Response:
    """Ask the members."""
    return json_answer(await service.move(caller, identifier, "open"))


@router.post("/consultations/{identifier}/close")
async def close(caller: Writing, identifier: UUID) -> Response:
    """No more answers."""
    return json_answer(await service.move(caller, identifier, "closed"))


@router.post("/consultations/{identifier}/publish")
async def publish(caller: Writing, identifier: UUID) -> Response:
    """Show the final result."""
    return json_answer(await service.move(caller, identifier, "published"))


@router.get("/consultations/{identifier}/texts")
async def texts(caller: Reading, identifier: UUID) -> Response:
    """Free text, for moderators."""
    return json_answer(await service.texts_of(caller, identifier))


@router.put("/consultations/{identifier}/themes")
async def themes(request: Request, caller: Writing, identifier: UUID) -> Response:
    """What free text was about."""
    found = await read_body(request, list[Theme])
    return json_answer(await service.set_themes(caller, identifier, found))


@router.get("/consultations/{identifier}/answer")
async def own_answer(caller: Reading, identifier: UUID) -> Response:
    """One's own answer; null before there is one."""
    return json_answer({"answer": await service.mine(caller, identifier)})


@router.put("/consultations/{identifier}/answer")
async def answer(request: Request, caller: Writing, identifier: UUID) -> Response:
    """Answer, or change one's answer; `If-Match` (own answer's version, 0 for the first) is optional."""
    given = await read_body(request, Answering)
    return json_answer(await service.answer(caller, identifier, given, version_in(request, needed=False)))
