"""`POST /growth/_search`: a child's growth against the reference that the operator has loaded."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from core_record.access.service import LookUp
from journal_api.desk import Caller, Visit, visit
from journal_api.journal.growth import service
from kit.jsonapi import json_answer

router = APIRouter(prefix="/growth", tags=["growth"])


@router.post("/_search", response_class=Response)
async def search(request: Request, actor: Caller) -> Response:
    """{"child", "sex_known", "loaded", "gestation", "courses": [{measure, references, values, lines}]}.

    Of the person of the header `person-id`; values as `POST /journal/_search` gives them, each with SDS (`z`)
    and percentile; BMI and weight for length follow from weight and height of one time.
    """

    async def work(here: Visit) -> LookUp[service.Growth]:
        found, shown = await service.growth(here)
        return LookUp(found, {service.KIND: shown})

    return json_answer(await visit(request, actor, [service.KIND], work))
